"""Ordinary use of pandas, numpy and the standard library; see `language`."""
# ruff: noqa
# mypy: ignore-errors


def frame_columns():
    import pandas as pd

    df = pd.DataFrame({"x": [1, 2, 3]})
    df["y"] = df["x"] * 2
    df["y"] += 1
    df.loc[df["x"] > 2, "y"] = 0
    df.columns = ["a", "b"]
    df["c"] = df.a.shift(1)
    del df["a"]
    return df.b.tolist(), list(df)


def array_slices():
    import numpy as np

    a = np.zeros(4)
    a[1:3] = 5
    a[-1] += 1
    a[a > 4] *= 2
    return a.tolist(), (a @ a).item(), a[..., None].shape


def refused_words_as_data():
    import pandas as pd

    row = {"open": 1, "eval": 2, "system": 3}
    df = pd.DataFrame({"open": [1.0], "close": [2.0], "system": [3]})
    open_price = row["open"]
    return open_price, df["open"].iloc[0], df.close.iloc[0], df.open.iloc[0], df.system.sum()


def dates():
    import time
    from datetime import date, datetime, timedelta

    import pandas as pd

    d = datetime.strptime("2020-03-01", "%Y-%m-%d")
    return (
        d.strftime("%d %B %Y"),
        (d.date() - date(2020, 2, 28)).days,
        str(d + timedelta(days=1)),
        time.strptime("2020", "%Y").tm_year,
        pd.Timestamp(d).day_name(),
        pd.to_datetime(["01/02/2020"], format="%d/%m/%Y")[0].isoformat(),
    )


def text_in_memory():
    from io import StringIO

    import pandas as pd

    df = pd.DataFrame({"a": [1]})
    buffer = StringIO()
    df.to_csv(buffer, index=False)
    read = pd.read_csv(StringIO("a\n5"))
    return df.to_csv(index=False), buffer.getvalue(), read["a"].tolist(), df.to_string(), df.to_json()


def pandas_expressions():
    import pandas as pd

    df = pd.DataFrame({"a": [1, 2, 3], "g": list("xyx")})
    low = 1
    kept = df.query("a > @low and g == 'x'")["a"].tolist()
    each = df.groupby("g")[["a"]].apply(lambda part, low=low: len(part.query("a > @low")))
    return kept, df.eval("a * 2 + @low").tolist(), pd.eval("low + 1"), each.tolist()


def library_errors():
    import numpy as np

    caught = []
    for attempt in (
        lambda: np.ones(3) + "a",
        lambda: np.ones((2, 2)).sum(axis=7),
        lambda: [][1],
        lambda: {}["k"],
    ):
        try:
            attempt()
        except Exception as e:
            caught.append(type(e).__name__)
    return caught


def big_integers():
    return (10**40_000 // 7**9_000) % 1000, len(str(2**10_000))


def standard_library():
    import bisect
    import heapq
    import itertools
    import json
    import math
    import operator
    import re
    import statistics
    from collections import Counter, OrderedDict, defaultdict, deque
    from decimal import Decimal
    from functools import partial, reduce

    grouped = defaultdict(list)
    for key, value in [("a", 1), ("a", 2)]:
        grouped[key].append(value)
    return (
        dict(grouped),
        Counter("aab").most_common(1),
        list(deque([1, 2, 3], maxlen=2)),
        list(OrderedDict(a=1)),
        bisect.bisect([1, 3], 2),
        heapq.nlargest(1, [1, 3]),
        list(itertools.accumulate([1, 2])),
        json.loads(json.dumps({"a": [1.5, None]})),
        math.isclose(math.exp(1), math.e),
        reduce(operator.mul, [2, 3]),
        operator.itemgetter("a")({"a": 1}),
        re.sub(r"(\d)", r"<\1>", "a1"),
        statistics.median([1, 2]),
        str(Decimal("0.1") + 1),
        partial(max, 3)(2),
    )
