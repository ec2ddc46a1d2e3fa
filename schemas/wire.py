"""The base of every model that crosses a process boundary."""

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """Frozen, and strict about names: a misspelt field is an error, not a silence.

    The string under a field becomes its description in the JSON Schema.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def utc_now() -> datetime:
    """The current time, with its zone."""
    return datetime.now(UTC)
