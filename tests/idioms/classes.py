"""Ordinary classes; see `language`."""
# ruff: noqa
# mypy: ignore-errors


def augmented_attribute():
    class Counter:
        def __init__(self):
            self.n = 1

        def add(self, v):
            self.n += v

    counter = Counter()
    counter.add(2)
    counter.n -= 1
    return counter.n


def dataclasses():
    from dataclasses import asdict, dataclass, field, replace

    @dataclass(frozen=True, order=True)
    class Point:
        x: int
        y: int = 2
        tags: list[str] = field(default_factory=list)

        def __post_init__(self):
            assert self.x >= 0

    return asdict(Point(1)), replace(Point(1), y=5).y, Point(1) < Point(2), repr(Point(3))[-24:]


def class_with_properties():
    class Account:
        interest = 0.1

        def __init__(self, v):
            self._v = v

        @property
        def v(self):
            return self._v

        @v.setter
        def v(self, new):
            self._v = new

        @staticmethod
        def zero():
            return Account(0)

        @classmethod
        def of(cls, v):
            return cls(v)

        def __repr__(self):
            return f"Account({self._v})"

        def __eq__(self, other):
            return self._v == other._v

        def __lt__(self, other):
            return self._v < other._v

        def __add__(self, other):
            return Account(self._v + other._v)

    a = Account.of(1)
    a.v = 7
    a.note = "n"
    return a.v, repr(a + Account.zero()), a == Account(7), min(a, Account(3)).v, a.note


def class_with_protocols():
    class Account:
        def __init__(self, v):
            self._v = v

        def __len__(self):
            return 3

        def __getitem__(self, i):
            return i

        def __call__(self, *a):
            return a

        def __iter__(self):
            yield self._v

    a = Account(7)
    return len(a), a[2], a(1), list(a)


def inheritance():
    class A:
        def __init__(self, x):
            self.x = x

        def f(self):
            return "A"

    class B(A):
        def __init__(self):
            super().__init__(4)

        def f(self):
            return super().f() + "B"

    class C(A):
        def __init__(self):
            A.__init__(self, 5)

    return B().x, B().f(), C().x, isinstance(B(), A), issubclass(C, A)


def slots():
    class A:
        __slots__ = ("x",)

    a = A()
    a.x = 1
    return a.x


def context_managers():
    from contextlib import contextmanager, suppress

    class M:
        def __enter__(self):
            return 1

        def __exit__(self, *exc):
            return True

    @contextmanager
    def c():
        yield 2

    with M() as a, c() as b:
        raise ValueError
    with suppress(KeyError):
        {}["x"]
    return a, b


def enumerations():
    from enum import Enum, auto

    class Colour(str, Enum):
        RED = "red"
        BLUE = "blue"

    class Number(Enum):
        ONE = auto()

    return [e.value for e in Colour], Colour.RED.name, Colour("blue").name, Number.ONE.value


def named_tuples():
    from collections import namedtuple
    from typing import NamedTuple

    P = namedtuple("P", "x y")

    class Q(NamedTuple):
        x: int
        y: int = 2

    return P(1, 2)._asdict(), P(1, 2)._replace(x=5).x, P._fields, P._make([3, 4]).y, Q(1).y


def private_attributes_of_self():
    class A:
        _shared = 1

        def __init__(self):
            self._x = self._shared

        def _f(self):
            return self._x

        def g(self):
            self._x += 1
            return self._f()

    return A().g()


def computed_attributes():
    class A:
        pass

    a = A()
    setattr(a, "x", 1)
    found = [getattr(a, "x"), getattr(a, "y", 5), hasattr(a, "y"), hasattr(a, "x")]
    delattr(a, "x")
    return found, hasattr(a, "x"), getattr("abc", "upper")(), getattr({"a": 1}, "get")("a")


def type_checks():
    return (
        isinstance(1, type(2)),
        type(1) is int,
        isinstance(int, type),
        type(2.5)(1),
        type("a") in (str, int),
    )


def own_methods_with_guarded_names():
    class Template:
        def format(self, x):
            return x * 2

        def query(self, text, level=3):
            return text, level

        def to_csv(self, path):
            return path

        def read_json(self, path):
            return path

    t = Template()
    return t.format(2), t.query("a"), t.to_csv(None)
