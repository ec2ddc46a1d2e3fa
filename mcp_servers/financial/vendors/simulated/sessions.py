"""When the simulated market trades: the published hours of the New York Stock Exchange; crypto always.

Days are counted from `EPOCH`, minutes from 1970 in UTC, so that both are plain integers.
"""

import warnings
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import numpy as np

from mcp_servers.financial.vendors.simulated.draws import Integers

EPOCH = date(2006, 1, 1)
"""Where the history begins."""
ANCHOR_DAY = date(2025, 12, 31)
"""The day whose close is the price in the tables."""
EPOCH_MINUTE = int(datetime(EPOCH.year, EPOCH.month, EPOCH.day, tzinfo=UTC).timestamp()) // 60
DAY_MINUTES = 1440
OPENING_WALL_MINUTE = 570
"""09:30 in New York: where whole hours are cut does not change with daylight saving."""


@dataclass(frozen=True)
class Sessions:
    """Trading days as columns of the same length, oldest first."""

    days: Integers
    opens: Integers
    closes: Integers
    first_wall_minute: int
    """Minute of the day, on the market's own clock, at which a session starts."""

    def place_of(self, day: date) -> int:
        """The place of the first session that is not before `day`."""
        return int(self.first_on_or_after(np.array(day_number(day))))

    def first_on_or_after(self, days: Integers) -> Integers:
        """For each of `days` the place of the first session that is not before it."""
        return np.asarray(np.searchsorted(self.days, days, side="left"))

    def date_at(self, place: int) -> date:
        """The day of the session at `place`."""
        return date_of(int(self.days[place]))

    def count_complete(self, now: datetime) -> int:
        """How many sessions have closed."""
        return int(np.searchsorted(self.closes, minute_of(now), side="right"))

    def count_opened(self, now: datetime) -> int:
        """How many sessions have at least one whole minute of trading."""
        return int(np.searchsorted(self.opens, minute_of(now), side="left"))

    def is_open(self, now: datetime) -> bool:
        """Whether a session is on."""
        started = int(np.searchsorted(self.opens, minute_of(now), side="right"))
        return started > self.count_complete(now)


@lru_cache(maxsize=2)
def us_sessions(last_year: int) -> Sessions:
    """Regular sessions, early closes included, to the end of `last_year`."""
    import exchange_calendars

    with warnings.catch_warnings():
        # exchange_calendars 4.13 reads times in a way that pandas 3.1 warns of.
        warnings.simplefilter("ignore")
        end = f"{last_year}-12-31"
        schedule = exchange_calendars.get_calendar("XNYS", start=EPOCH.isoformat(), end=end).schedule
    return Sessions(
        days=schedule.index.to_numpy().astype("datetime64[D]").astype(np.int64) - _days_to_epoch(),
        opens=_minutes(schedule["open"]),
        closes=_minutes(schedule["close"]),
        first_wall_minute=OPENING_WALL_MINUTE,
    )


@lru_cache(maxsize=2)
def crypto_sessions(last_year: int) -> Sessions:
    """Every day from midnight to midnight UTC."""
    days = np.arange(day_number(date(last_year, 12, 31)) + 1, dtype=np.int64)
    opens = EPOCH_MINUTE + days * DAY_MINUTES
    return Sessions(days=days, opens=opens, closes=opens + DAY_MINUTES, first_wall_minute=0)


def day_number(day: date) -> int:
    """Days since `EPOCH`."""
    return (day - EPOCH).days


def date_of(number: int) -> date:
    """The inverse of `day_number`."""
    return EPOCH + timedelta(days=int(number))


def minute_of(moment: datetime) -> int:
    """Whole minutes since 1970."""
    return int(moment.timestamp() // 60)


def moment_of(minute: int) -> datetime:
    """The inverse of `minute_of`."""
    return datetime.fromtimestamp(int(minute) * 60, UTC)


def _days_to_epoch() -> int:
    return (EPOCH - date(1970, 1, 1)).days


def _minutes(column: object) -> Integers:
    moments = np.asarray(column.dt.tz_localize(None).to_numpy())  # type: ignore[attr-defined]
    return moments.astype("datetime64[m]").astype(np.int64)
