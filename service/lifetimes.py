"""How long an answer of a tool stays true, from what its tool and its label say."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
FIRST_TRADE_HOUR = 4
LAST_TRADE_HOUR = 20
"""US stocks trade from 04:00 to 20:00 in New York, extended hours included, on working days."""
NIGHT_FEEDS = frozenset({"boats", "overnight"})
"""Feeds of exchanges that trade while all others rest."""


def answer_seconds(volatility_seconds: float, follows_market: bool, label: Any, now: datetime) -> float:
    """How long an answer given at `now` stays true; `label` is the `metadata` it came with.

    While stocks cannot trade, what follows them stays true until they can again.
    """
    if not follows_market or not isinstance(label, dict) or label.get("feed") in NIGHT_FEEDS:
        return volatility_seconds
    if label.get("market_state") != "closed":
        return volatility_seconds
    return max(volatility_seconds, seconds_of_rest(now))


def seconds_of_rest(now: datetime) -> float:
    """How long US stocks certainly do not trade from `now` on; 0 while they may.

    Holidays count as working days, so this is never too long.
    """
    local = now.astimezone(NEW_YORK)
    is_working_day = local.weekday() < 5
    if is_working_day and FIRST_TRADE_HOUR <= local.hour < LAST_TRADE_HOUR:
        return 0.0
    day = local.date()
    if not is_working_day or local.hour >= LAST_TRADE_HOUR:
        day += timedelta(days=1)
        while day.weekday() >= 5:
            day += timedelta(days=1)
    opening = datetime(day.year, day.month, day.day, FIRST_TRADE_HOUR, tzinfo=NEW_YORK)
    return (opening.astimezone(UTC) - now.astimezone(UTC)).total_seconds()


def is_empty(value: Any) -> bool:
    """Whether an answer holds nothing; such an answer may be a failure that did not say so."""
    if isinstance(value, dict):
        data = value.get("data", value) if "metadata" in value else value
        return not data or (isinstance(data, dict) and all(map(_is_nothing, data.values())))
    return _is_nothing(value)


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)
