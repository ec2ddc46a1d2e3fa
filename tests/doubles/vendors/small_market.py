"""The few prices that the vendors' stand-ins sell: days on weekdays, and the minutes of the last of them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
FIRST_DAY = date(2020, 1, 1)
LAST_DAY = date(2024, 1, 2)
NOW = datetime(2024, 1, 2, 20, 30, tzinfo=UTC)
"""Half an hour before the close of the last day."""

SPLIT_DAY = date(2022, 6, 6)
SPLIT_RATIO = 4
COMPANIES = {
    "AAPL": "Apple Inc. Common Stock",
    "MSFT": "Microsoft Corporation Common Stock",
    "XOM": "Exxon Mobil Corporation",
    "BRK.B": "Berkshire Hathaway Inc. Class B",
    "NEWCO": "Newly Listed Company",
    "QUIET": "Listed And Never Traded",
}
PAIRS = {"BTC/USD": "Bitcoin  / US Dollar", "ETH/USD": "Ethereum / US Dollar"}
LISTED_SINCE = {"NEWCO": date(2023, 12, 18)}


@dataclass(frozen=True)
class Bar:
    """Prices as they count today, that is, adjusted for the split of AAPL."""

    day: date
    at: datetime
    open: float
    high: float
    low: float
    close: float
    volume: int

    def scaled(self, symbol: str) -> "Bar":
        """As it was traded: before its split a share of AAPL was four of today's."""
        if symbol != "AAPL" or self.day >= SPLIT_DAY:
            return self
        ratio = SPLIT_RATIO
        return Bar(
            self.day,
            self.at,
            self.open * ratio,
            self.high * ratio,
            self.low * ratio,
            self.close * ratio,
            self.volume // ratio,
        )


def days_of(symbol: str) -> list[Bar]:
    """Every daily bar; a stock's begins at midnight in New York, a pair's in UTC."""
    if symbol == "QUIET" or symbol not in {**COMPANIES, **PAIRS}:
        return []
    zone = UTC if symbol in PAIRS else NEW_YORK
    return [
        make_bar(symbol, datetime.combine(day, time(), zone).astimezone(UTC), day)
        for day in _days(symbol in PAIRS)
        if day >= LISTED_SINCE.get(symbol, FIRST_DAY)
    ]


def minutes_of(symbol: str, step_minutes: int) -> list[Bar]:
    """Bars inside the last five days: regular sessions of stocks, all day for pairs."""
    bars: list[Bar] = []
    for day in [bar.day for bar in days_of(symbol)][-5:]:
        zone, first, count = (UTC, time(), 1440) if symbol in PAIRS else (NEW_YORK, time(9, 30), 390)
        begin = datetime.combine(day, first, zone).astimezone(UTC)
        moments = (begin + timedelta(minutes=minute) for minute in range(0, count, step_minutes))
        bars.extend(make_bar(symbol, moment, day) for moment in moments if moment <= NOW)
    return bars


def make_bar(symbol: str, at: datetime, day: date) -> Bar:
    """A smooth wave, different for each symbol: what matters is that no two bars are alike."""
    phase = at.timestamp() / 86_400
    base = 50 + 10 * [*COMPANIES, *PAIRS].index(symbol)
    opened, closed = (round(base + 5 * math.sin((phase + shift) / 9), 4) for shift in (0.0, 0.7))
    volume = 1_000_000 + int(phase * 1000) % 500_000
    high, low = max(opened, closed) + 0.5, min(opened, closed) - 0.5
    return Bar(day, at, opened, high, low, closed, volume)


def _days(is_every_day: bool) -> Iterator[date]:
    for number in range((LAST_DAY - FIRST_DAY).days + 1):
        day = FIRST_DAY + timedelta(days=number)
        if is_every_day or day.weekday() < 5:
            yield day
