"""The base of every model that crosses a process boundary."""

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """Frozen, and strict about names: a misspelt field is an error, not a silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def utc_now() -> datetime:
    """The current time, with its zone."""
    return datetime.now(UTC)
