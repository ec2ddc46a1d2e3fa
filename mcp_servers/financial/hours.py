"""When the US stock market is open, from its published calendar."""

from datetime import datetime
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
FIRST_DAY = "2020-01-01"


@lru_cache(maxsize=1)
def us_calendar() -> Any:
    """The New York Stock Exchange; the first call takes about a second."""
    import exchange_calendars

    return exchange_calendars.get_calendar("XNYS", start=FIRST_DAY)


def market_state(now: datetime) -> Literal["open", "closed", "unknown"]:
    """Whether the regular session of US stocks is on; `unknown` beyond the calendar's ends."""
    import pandas as pd

    minute: pd.Timestamp = pd.Timestamp(now).floor("min")
    calendar = us_calendar()
    if not calendar.first_minute <= minute <= calendar.last_minute:
        return "unknown"
    return "open" if calendar.is_open_on_minute(minute, ignore_breaks=True) else "closed"
