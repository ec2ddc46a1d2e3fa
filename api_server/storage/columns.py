"""Types of columns that behave the same on SQLite and on PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

Json = JSON(none_as_null=True)
"""JSON as text on both databases: JSONB would reorder keys and refuse the character NUL."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment with its zone. Both databases compare it as UTC; SQLite itself keeps no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Moments without a zone are refused: nobody could say which moment they are."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PlainText(TypeDecorator[str]):
    """Text of any length. What no database of ours can hold (NUL, half surrogate pairs) becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """Text that UTF-8 can carry and PostgreSQL accepts."""
        if not isinstance(value, str):
            return value
        return clean_text(value)


def clean_text(text: str) -> str:
    """`text` as both databases can hold it."""
    if text.isascii() and "\0" not in text:
        return text
    valid = "".join("\ufffd" if "\ud800" <= each <= "\udfff" else each for each in text)
    return valid.replace("\0", "\ufffd")
