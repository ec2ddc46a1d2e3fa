"""What a vendor's headers say of its allowance: X-RateLimit-Remaining, X-RateLimit-Reset and Retry-After."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from schemas.market.envelope import RateLimit

DAY_SECONDS = 86_400
"""No allowance is counted over more; a reset that is further away is a mistake in the header."""


def seconds_to_midnight(now_seconds: float) -> float:
    """Until the next day in UTC, when daily allowances begin anew."""
    return DAY_SECONDS - now_seconds % DAY_SECONDS


def read_rate_limit(headers: Mapping[str, str]) -> RateLimit | None:
    """None when the headers say nothing of it. The reset is in seconds since 1970."""
    remaining = _number(headers.get("x-ratelimit-remaining"))
    reset = _number(headers.get("x-ratelimit-reset"))
    if remaining is None and reset is None:
        return None
    return RateLimit(
        remaining=None if remaining is None else int(remaining),
        reset_at=None if reset is None else _time(reset),
    )


def read_retry_after(headers: Mapping[str, str], now_seconds: float) -> float | None:
    """Seconds from now until the vendor wants to be asked again; None when it does not say.

    Retry-After is a number of seconds or a date (RFC 9110 §10.2.3) and wins over X-RateLimit-Reset.
    """
    text = headers.get("retry-after", "")
    seconds = _number(text)
    if seconds is None and text:
        seconds = _seconds_until_date(text, now_seconds)
    if seconds is None:
        reset = _number(headers.get("x-ratelimit-reset"))
        seconds = None if reset is None else reset - now_seconds
    return None if seconds is None or seconds > DAY_SECONDS else max(seconds, 0.0)


def _seconds_until_date(text: str, now_seconds: float) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp() - now_seconds
    except ValueError:
        return None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < 1e12 else None


def _time(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError):
        return None
