"""When the US stock market is open, from its published calendar."""

import warnings
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from schemas.market.envelope import MarketState

NEW_YORK = ZoneInfo("America/New_York")
FIRST_DAY = "2020-01-01"
NANOSECONDS = 1_000_000_000


@dataclass(frozen=True)
class Sessions:
    """Openings and closings of the regular sessions, in seconds since 1970, in their order."""

    opens: list[int]
    closes: list[int]


@lru_cache(maxsize=1)
def us_sessions() -> Sessions:
    """Of the New York Stock Exchange, about a year ahead. The first call takes about a second."""
    import exchange_calendars

    with warnings.catch_warnings():
        # exchange_calendars 4.13 reads times in a way that pandas 3.1 warns of.
        warnings.simplefilter("ignore")
        calendar = exchange_calendars.get_calendar("XNYS", start=FIRST_DAY)
    opens, closes = (
        (moments // NANOSECONDS).tolist() for moments in (calendar.opens_nanos, calendar.closes_nanos)
    )
    return Sessions(opens, closes)


def market_state(now: datetime) -> MarketState:
    """Whether the regular session of US stocks is on; `unknown` where the calendar does not reach."""
    sessions, moment = us_sessions(), int(now.timestamp())
    if not sessions.opens[0] <= moment < sessions.closes[-1]:
        return "unknown"
    place = bisect_right(sessions.opens, moment) - 1
    return "open" if moment < sessions.closes[place] else "closed"
