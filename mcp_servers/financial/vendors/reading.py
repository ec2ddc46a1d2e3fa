"""Values as vendors write them: numbers in strings, "NA", times of all precisions, texts of any length."""

import math
import re
from datetime import UTC, date, datetime
from html import unescape
from typing import Any, TypeVar

from schemas.wire import is_json

TAG = re.compile(r"<[^>]*>")
Value = TypeVar("Value")


def read_number(value: Any) -> float | None:
    """A finite number, also out of a string; None for anything else, such as "NA" or ""."""
    if type(value) is float:
        return value if math.isfinite(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def need_number(value: Any) -> float:
    """`read_number` of a value that the vendor promises. Raises `ValueError` when it is none."""
    number = read_number(value)
    if number is None:
        raise ValueError(f"not a number: {value!r}")
    return number


def read_text(value: Any, length_max: int) -> str | None:
    """Text for people, without tags and on one line, cut; None for anything that is no text or empty."""
    if not isinstance(value, str):
        return None
    text = " ".join(unescape(TAG.sub(" ", value)).split())
    return text[:length_max] if text and is_json(text) else None


def read_day(value: Any) -> str | None:
    """A date as YYYY-MM-DD; None for anything else, such as "0000-00-00"."""
    try:
        return date.fromisoformat(value[:10]).isoformat()
    except (TypeError, ValueError):
        return None


def read_time(value: Any) -> datetime | None:
    """An ISO 8601 time with its zone, UTC when it names none; None for anything else."""
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def time_text(value: Any) -> str | None:
    """A time as ISO 8601 in UTC to the second, such as 2024-01-02T14:30:00Z."""
    time = value if isinstance(value, datetime) else read_time(value)
    return None if time is None else time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def need_time_text(value: Any) -> str:
    """`time_text` of a value that the vendor promises. Raises `ValueError` when it is none."""
    text = time_text(value)
    if text is None:
        raise ValueError(f"not a time: {value!r}")
    return text


def read_percent(value: Any) -> float | None:
    """A number of percent as a fraction."""
    number = read_number(value)
    return None if number is None else number / 100
