"""How long an answer can be shown again."""

from datetime import datetime
from zoneinfo import ZoneInfo

from api_server.dialogue.times import is_relative
from api_server.storage.records import Execution
from schemas.understanding import Meaning

MARKET_ZONE = ZoneInfo("America/New_York")


def is_fresh(execution: Execution, meaning: Meaning, now: datetime) -> bool:
    """Whether what its tools said is still true, and its words still mean the same days.

    `fresh_until` comes from the most volatile tool; "the last 30 days" also ends with the day in New York.
    """
    if execution.fresh_until is None or execution.fresh_until <= now:
        return False
    names_the_days = bool(meaning.periods) and not any(is_relative(period) for period in meaning.periods)
    return names_the_days or _day_of(execution.created_at) == _day_of(now)


def _day_of(moment: datetime) -> str:
    return moment.astimezone(MARKET_ZONE).date().isoformat()
