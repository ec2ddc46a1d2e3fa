"""Ordinary statements and expressions. Each function must mean under our checks what it means here.

The text of each is taken as a script, so imports stand inside.
"""
# ruff: noqa
# mypy: ignore-errors


def augmented_assignment():
    data, text = {"a": [1, 2]}, "x"
    data["a"][0] += 5
    data["a"] += [3]
    text *= 3
    return data, text


def augmented_item_evaluates_its_key_once():
    seen = []

    def key():
        seen.append(1)
        return "a"

    data = {"a": 1}
    data[key()] += 1
    return seen, data


def annotations():
    x: int = 1
    y: "list[str]"
    y = ["a"]

    def f(a: int, *b: int, c: str = "c") -> tuple[int, str]:
        z: int = a + len(b)
        return z, c

    return f(x, 2), y


def match_statement():
    def f(v):
        match v:
            case 0 | 1:
                return "small"
            case [a, *rest]:
                return rest
            case {"k": k, **more}:
                return k, more
            case str() as s if s:
                return s
            case None:
                return "none"
            case complex(real=r):
                return r
            case _:
                return "other"

    return [f(v) for v in (1, [1, 2], {"k": 3, "l": 4}, "t", None, 1j, 2.5)]


def walrus():
    if (n := len("abc")) > 2:
        return n, [y for x in range(4) if (y := x * x) > 1]


def lambdas():
    f = lambda x, *a, k=2, **m: x + k + len(a) + len(m)
    return f(1, 2, 3, z=4), (lambda: 7)(), sorted({"a": 2, "b": 1}.items(), key=lambda pair: pair[1])


def comprehensions():
    return (
        [[x * y for x in range(3) if x] for y in range(2)],
        sorted({x % 2 for x in range(5)}),
        {k: v for k, v in zip("ab", [1, 2])},
        sum(x * y for x, (y, _) in [(1, (2, 3))]),
    )


def unpacking():
    (a, b), *c = [(1, 2), 3, 4]
    a, b = b, a
    return a, b, c, [*c, *(5,)], {**{"k": 1}, "l": 2}


def generators():
    def echo(n):
        got = yield n
        yield from [got, 2]

    it = echo(0)
    return next(it), it.send(7), list(it)


def decorators():
    from functools import lru_cache, wraps

    def times(n):
        def decorate(f):
            @wraps(f)
            def inner(*args, **kwargs):
                return f(*args, **kwargs) * n

            return inner

        return decorate

    @times(2)
    @lru_cache(maxsize=None)
    def f(x):
        """Text."""
        return x

    return f(3), f.__name__, f.__doc__


def star_arguments():
    def f(a, /, b, *, c, **rest):
        return a + b + c, rest

    return f(*[1, 2], **{"c": 3, "d": 4})


def try_finally():
    log = []
    try:
        try:
            1 / 0
        except (ZeroDivisionError, KeyError) as e:
            log.append(type(e).__name__)
            raise ValueError("v") from e
        else:
            log.append("else")
        finally:
            log.append("finally")
    except ValueError as e:
        log += [str(e), e.__class__.__name__, repr(e.__cause__)]
    return log


def f_strings():
    x, w = 1234.5, 10
    return f"{x:,.2f}", f"{x=}", f"{x!r:>{w}}", f"{'a':^5}", f"{{}}", f"{0.25:.1%}", f"{w:03d}|{x:e}"


def string_formatting():
    return (
        "{:.1f} {}".format(1.25, "a"),
        "{0[k]} {n.real} {0!r}".format({"k": 1}, n=2),
        "{a}".format_map({"a": 3}),
        "{:>{w}}".format("x", w=3),
        str.format("{}", 4),
        "%s %05.2f" % ("a", 1),
        format(0.5, ".0%"),
    )


def nonlocal_names():
    n = 0

    def step():
        nonlocal n
        n += 1
        return n

    step()
    return step()


def private_names():
    _ = 1
    _helper = lambda _x: _x
    __, y = 1, 2
    for _i, _ in [(1, 2)]:
        pass
    return _helper(3) + _i + y


def loops():
    n = 0
    for i in range(9):
        if i % 2:
            continue
        if i > 5:
            break
        n += i
    else:
        n = -1
    while n > 1:
        n -= 1
    else:
        n *= 10
    return n, [*enumerate("ab")], [*reversed([1, 2])], [*zip("ab", range(2), strict=True)]


def assertions_and_conditions():
    assert 1 < 2 <= 2 != 3, "no"
    return (1 if not False else 2), all([1, True]) and any([0, 1]), 5 // 2**1 % 3, ~1 & 3 | 4 ^ 1


def shadowed_builtins():
    def open(x):
        return x

    input = 3
    return open(input)
