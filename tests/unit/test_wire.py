"""What may pass from outside as a JSON value."""

import math
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.wire import is_json

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(st.floats(), max_size=4)
        | st.lists(st.integers(), max_size=4)
        | st.lists(st.text(), max_size=4)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=4)
        | st.tuples(inner)
    ),
    max_leaves=12,
)


def comes_back(value: Any) -> bool:
    """Whether a strict writer of JSON takes it, and a reader gives it back."""
    try:
        return bool(orjson.loads(orjson.dumps(value)) == value)
    except TypeError:
        return False


@given(ANYTHING)
def test_a_value_is_json_when_it_comes_back_as_it_was(value: Any) -> None:
    assert is_json(value) == comes_back(value)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_column_with_a_number_that_is_not_finite_is_no_json(number: float) -> None:
    assert is_json([1.5, 2.5])
    assert not is_json({"close": [1.5, number, 2.5]})


@pytest.mark.parametrize(
    ("text", "expected"), [("é", True), ("😀", True), ("\ud83d", False), ("a\udc00", False)]
)
def test_half_a_character_is_no_text(text: str, expected: bool) -> None:
    assert is_json([text, {"a": text}]) == expected
    assert is_json({text: 1}) == expected
