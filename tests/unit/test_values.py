"""What a script may return, and the JSON it becomes."""

from collections import OrderedDict, namedtuple
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.jail.values import Converter, NotJson, TooManyValues

NAN = float("nan")
Pair = namedtuple("Pair", "left right")


class Colour(Enum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


class Name(str):
    __slots__ = ()


@dataclass
class Point:
    x: float
    when: date


def convert(value: Any) -> tuple[Any, list[str]]:
    """The JSON value and the warnings."""
    converter = Converter(depth_max=8, values_max=1_000, characters_max=1_000)
    converted = converter.convert(value)
    orjson.dumps(converted)
    return converted, converter.warnings


STAMP = pd.Timestamp("2020-03-01 09:30", tz="America/New_York")
FRAME = pd.DataFrame({"x": [1, 2], "y": ["a", "b"]})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (-(2**63), -(2**63)),
        (2**64 - 1, 2**64 - 1),
        (2.5, 2.5),
        ("é", "é"),
        ([1, (2, 3)], [1, [2, 3]]),
        ({"a": {"b": [1]}}, {"a": {"b": [1]}}),
        ({1: "a", 2.5: "b", None: "c"}, {"1": "a", "2.5": "b", "null": "c"}),
        ({False: 1}, {"false": 1}),
        ({("a", 1): 2}, {"a, 1": 2}),
        ({date(2020, 1, 31): 1, Colour.RED: 2, np.int64(5): 3}, {"2020-01-31": 1, "red": 2, "5": 3}),
        (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
        ({3, 1, 2}, [1, 2, 3]),
        (frozenset({"b", "a"}), ["a", "b"]),
        ({1, "a", None}, [None, 1, "a"]),
        (Pair(1, 2), {"left": 1, "right": 2}),
        (Point(1.0, date(2020, 1, 31)), {"x": 1.0, "when": "2020-01-31"}),
        (Colour.RED, "red"),
        (Level.HIGH, 3),
        (Name("n"), "n"),
        (Decimal("1.10"), 1.1),
        (Fraction(1, 4), 0.25),
        (range(3), [0, 1, 2]),
        ((x for x in "ab"), ["a", "b"]),
        (map(str, [1]), ["1"]),
        ({"a": 1}.items(), [["a", 1]]),
        ({"a": 1}.keys(), ["a"]),
        ({"a": 1}.values(), [1]),
        (date(2020, 1, 31), "2020-01-31"),
        (datetime(2020, 1, 31, 9, 30, tzinfo=UTC), "2020-01-31T09:30:00+00:00"),
        (time(9, 30), "09:30:00"),
        (timedelta(minutes=1), 60.0),
        (STAMP, "2020-03-01T09:30:00-05:00"),
        (pd.Timedelta("1D"), 86400.0),
        (pd.Period("2020-03", "M"), "2020-03"),
        (pd.Interval(0, 1), "(0, 1]"),
        (pd.NaT, None),
        (pd.NA, None),
        (np.float64(1.5), 1.5),
        (np.int8(-3), -3),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.datetime64("2020-01-31"), "2020-01-31T00:00:00"),
        (np.array(["2020-01-31", "NaT"], dtype="datetime64[D]"), ["2020-01-31T00:00:00", None]),
        (np.timedelta64(60, "s"), 60.0),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (np.array(5.0), 5.0),
        (np.array([1, "a", None], dtype=object), [1, "a", None]),
        (pd.Series([1.0, 2.0]), [1.0, 2.0]),
        (pd.Series([1, 2], index=["a", "b"]), {"a": 1, "b": 2}),
        (pd.Series([1], index=pd.DatetimeIndex(["2020-01-31"])), {"2020-01-31T00:00:00": 1}),
        (FRAME.set_index("x")["y"], {"1": "a", "2": "b"}),
        (FRAME["x"][1:], [2]),
        (pd.Series([1, None], dtype="Int64"), [1, None]),
        (pd.Series(["a", "b"], dtype="category"), ["a", "b"]),
        (pd.Index([1, 2]), [1, 2]),
        (pd.date_range("2020-01-31", periods=1), ["2020-01-31T00:00:00"]),
        (pd.Categorical(["a"]), ["a"]),
        (FRAME, [{"x": 1, "y": "a"}, {"x": 2, "y": "b"}]),
        (FRAME.set_index("x"), [{"x": 1, "y": "a"}, {"x": 2, "y": "b"}]),
        (FRAME.rename(index={0: "p", 1: "q"})[["x"]], [{"index": "p", "x": 1}, {"index": "q", "x": 2}]),
        (pd.DataFrame({("a", "min"): [1]}), [{"a, min": 1}]),
        (pd.DataFrame(), []),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_becomes_json(value: Any, expected: Any) -> None:
    converted, warnings = convert(value)
    assert converted == expected
    assert warnings == []


@pytest.mark.parametrize(
    ("value", "expected", "said"),
    [
        (NAN, None, "result is nan"),
        ({"a": [1.0, float("inf")]}, {"a": [1.0, None]}, "result.a[1] is inf"),
        (np.array([1.0, NAN]), [1.0, None], "result[1] is nan"),
        (pd.DataFrame({"x": [NAN]}), [{"x": None}], "result[0].x is nan"),
        (2**64, str(2**64), "result is too large an integer"),
        (["\ud800"], ["?"], "result[0] held characters that are not text"),
    ],
)
def test_what_is_lost_is_named_in_a_warning(value: Any, expected: Any, said: str) -> None:
    converted, warnings = convert(value)
    assert converted == expected
    assert len(warnings) == 1
    assert warnings[0].startswith(said)


def test_warnings_are_bounded() -> None:
    _, warnings = convert([NAN] * 500)
    assert len(warnings) == 21
    assert warnings[-1] == "more values were changed in the same way"


def loop() -> list[Any]:
    """A list that contains itself."""
    endless: list[Any] = []
    endless.append(endless)
    return endless


DOUBLED = pd.concat([FRAME["x"], FRAME["x"]], axis=1)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"a": [object()]}, "result.a[0]: a object cannot be part of a result"),
        (b"bytes", "result: a bytes cannot"),
        (1j, "result: a complex cannot"),
        (np.array([1j]), "result[0]: a complex cannot"),
        (len, "result: a builtin_function_or_method cannot"),
        (int, "result: a type cannot"),
        (FRAME.groupby("x"), "result: a DataFrameGroupBy cannot"),
        ({"f": lambda: 0}, "result.f: a function cannot"),
        (loop(), "nested deeper than 8 levels"),
        ({1: "a", "1": "b"}, "two keys become the same text '1'"),
        ({object(): 1}, "a key of result: a object cannot"),
        ({frozenset({1}): 1}, "a key of result: a frozenset cannot"),
        (DOUBLED, "result: the columns and the index hold 'x' more than once"),
        (FRAME.set_index("x", drop=False), "result: the columns and the index hold 'x' more than once"),
        (
            {"s": pd.Series([1, 2], index=["a", "a"])},
            "result.s: the labels of the index hold 'a' more than once",
        ),
    ],
)
def test_what_has_no_form_in_json_is_refused_by_its_place(value: Any, said: str) -> None:
    with pytest.raises(NotJson) as caught:
        convert(value)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "value", [list(range(1_001)), np.zeros(1_001), {"a": {str(i): i for i in range(1_000)}}]
)
def test_too_many_values_are_refused(value: Any) -> None:
    with pytest.raises(TooManyValues):
        convert(value)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_plain_json_stays_as_it_is(value: Any) -> None:
    assert Converter(64, 1_000, 1_000).convert(value) == value


def test_more_text_than_an_answer_may_have_is_too_much() -> None:
    with pytest.raises(TooManyValues):
        Converter(64, 1_000, characters_max=10).convert(["12345", "678901"])
