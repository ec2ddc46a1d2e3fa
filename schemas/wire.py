"""The base of every model that crosses a process boundary."""

import math
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict


class Wire(BaseModel):
    """Frozen, and strict about names: a misspelt field is an error, not a silence.

    The string under a field becomes its description in the JSON Schema.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def utc_now() -> datetime:
    """The current time, with its zone."""
    return datetime.now(UTC)


def is_json(value: Any) -> bool:
    """Whether `value` is JSON as it stands: finite, integers of 64 bits, real text, text as keys."""
    match value:
        case None | bool():
            return True
        case float():
            return math.isfinite(value)
        case int():
            return -(2**63) <= value < 2**64
        case str():
            return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)
        case list():
            return _is_json_list(value)
        case dict():
            return all(isinstance(key, str) and is_json(key) and is_json(item) for key, item in value.items())
    return False


def _is_json_list(values: list[Any]) -> bool:
    """The same of each value; a column of numbers or dates is tested in a fifth of the time."""
    kinds = set(map(type, values))
    if kinds == {float}:
        return all(map(math.isfinite, values))
    if kinds == {str}:
        return is_json("".join(values))
    if kinds == {int}:
        return is_json(min(values)) and is_json(max(values))
    return all(map(is_json, values))


def _demand_json(value: Any) -> Any:
    if not is_json(value):
        raise ValueError("not plain JSON: numbers are finite and of 64 bits, text is valid Unicode")
    return value


Json = Annotated[Any, AfterValidator(_demand_json)]
"""A value from outside that is passed on as it is."""
