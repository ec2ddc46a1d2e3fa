"""Say on which days the US stock market is closed or closes early.

From the exchange calendar: a weekday that it leaves out is a holiday, and a session of less than six and a
half hours closes early. Without a day or period it is the coming year.

Questions:
    Is the market open on 2026-12-25?
    Is the stock market closed on July 3, 2026?
    When is the next market holiday?
    Show the market holidays of 2027.
    On which days does the market close early?
    Is the day after Thanksgiving a half day?
    Is the market open on Thanksgiving?
    Is the market closed on Christmas or is it a half day?
    Does the market close early on Christmas Eve?
    Is the market open on Good Friday?
"""

from datetime import date
from typing import Literal

import pandas as pd
from mcp_client import alpaca_market_calendar, alpaca_market_clock, step

FULL_DAY_HOURS, NEW_YORK = 6.5, "America/New_York"
Holiday = Literal[
    "new_year",
    "good_friday",
    "memorial_day",
    "juneteenth",
    "independence_day",
    "labor_day",
    "thanksgiving",
    "day_after_thanksgiving",
    "christmas_eve",
    "christmas",
]


def analyze(
    on: date | None = None,
    holiday: Holiday | None = None,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """Say on which days the US stock market is closed or closes early.

    on: one day; wins over every other parameter
    holiday: the first such day from the beginning of the period
    start: first day of the period
    end: last day of the period; a year after the first one when it is not given
    """
    step("reading the calendar")
    today = pd.Timestamp(alpaca_market_clock()["data"]["now"]).tz_convert(NEW_YORK).tz_localize(None).normalize()
    begin = pd.Timestamp(start) if start else today
    day = pd.Timestamp(on) if on else next_holiday(holiday, begin) if holiday else None
    first = day or begin
    last = day or (pd.Timestamp(end) if end else first + pd.DateOffset(years=1))
    calendar = alpaca_market_calendar(start=f"{first:%Y-%m-%d}", end=f"{last:%Y-%m-%d}")["data"]
    sessions = {
        open_day: (pd.Timestamp(opens), pd.Timestamp(closes))
        for open_day, opens, closes in zip(
            calendar["day"], calendar["opens_at"], calendar["closes_at"], strict=True
        )
    }
    if not sessions and not day:
        raise ValueError(f"the calendar has no days from {first:%Y-%m-%d} to {last:%Y-%m-%d}; choose other ones")
    weekdays = [f"{d:%Y-%m-%d}" for d in pd.bdate_range(first, last)]
    special = [d for d in weekdays if d not in sessions or is_short(sessions[d])]
    listed = [f"{day:%Y-%m-%d}"] if day is not None else special
    return {
        "description": describe_day(day, sessions) if day is not None else describe(first, last, special, sessions),
        "body": [row(d, sessions) for d in listed]
        or [{"id": "count", "key": "days closed or short", "value": 0, "format": "integer"}],
    }


def next_holiday(holiday: str, begin: pd.Timestamp) -> pd.Timestamp:
    """The first day of this name from `begin` on; where it falls on a weekend, the answer says so."""
    found = [holiday_of(holiday, year) for year in (begin.year, begin.year + 1)]
    return next(day for day in found if day >= begin)


def holiday_of(holiday: str, year: int) -> pd.Timestamp:
    fixed = {
        "new_year": (1, 1),
        "juneteenth": (6, 19),
        "independence_day": (7, 4),
        "christmas_eve": (12, 24),
        "christmas": (12, 25),
    }
    if holiday in fixed:
        return pd.Timestamp(year, *fixed[holiday])
    if holiday == "good_friday":
        return pd.Timestamp(year, 1, 1) + pd.offsets.Easter() - pd.Timedelta(days=2)
    if holiday == "memorial_day":
        return pd.Timestamp(year, 6, 1) - pd.offsets.Week(weekday=0)
    if holiday == "labor_day":
        return pd.Timestamp(year, 8, 31) + pd.offsets.Week(weekday=0)
    thanksgiving = pd.Timestamp(year, 10, 31) + 4 * pd.offsets.Week(weekday=3)
    return thanksgiving + pd.Timedelta(days=int(holiday == "day_after_thanksgiving"))


def is_short(session: tuple) -> bool:
    return (session[1] - session[0]).total_seconds() / 3600 < FULL_DAY_HOURS


def time_of(when: pd.Timestamp) -> str:
    return f"{when.tz_convert(NEW_YORK):%H:%M}"


def state(day: str, sessions: dict) -> str:
    if day not in sessions:
        return "closed"
    hours = f"{time_of(sessions[day][0])} to {time_of(sessions[day][1])} New York time"
    return f"open from {hours}, closing early" if is_short(sessions[day]) else f"open from {hours}"


def describe_day(day: pd.Timestamp, sessions: dict) -> str:
    weekend = ", as on every weekend" if day.weekday() >= 5 else ""
    return f"On {day:%A %Y-%m-%d} the US stock market is {state(f'{day:%Y-%m-%d}', sessions)}{weekend}."


def describe(first: pd.Timestamp, last: pd.Timestamp, special: list[str], sessions: dict) -> str:
    closed = [day for day in special if day not in sessions]
    short = [day for day in special if day in sessions]
    ahead = f", first on {pd.Timestamp(closed[0]):%A %Y-%m-%d}" if closed else ""
    early = f", first on {pd.Timestamp(short[0]):%A %Y-%m-%d}" if short else ""
    return (
        f"From {first:%Y-%m-%d} to {last:%Y-%m-%d} the US stock market is closed on {len(closed)} weekdays{ahead}, and "
        f"closes early on {len(short)}{early}."
    )


def row(day: str, sessions: dict) -> dict:
    return {
        "id": day,
        "key": f"{pd.Timestamp(day):%A} {day}",
        "value": state(day, sessions),
        "format": "text",
        "description": "US stock market",
    }
