"""Alpaca's clock and calendar of the US stock market."""

from collections.abc import Sequence
from datetime import date, datetime, time

from typing_extensions import override

from mcp_servers.financial.hours import NEW_YORK
from mcp_servers.financial.vendors.alpaca.access import AlpacaPlainFetcher
from mcp_servers.financial.vendors.connection import Reply
from mcp_servers.financial.vendors.reading import need_time_text
from mcp_servers.financial.vendors.requests import CalendarRequest, ClockRequest
from schemas.market.envelope import Envelope
from schemas.market.reference import MarketCalendar, MarketClock

CLOCK_ENDPOINT = "/v2/clock"
CALENDAR_ENDPOINT = "/v2/calendar"


class AlpacaClock(AlpacaPlainFetcher[ClockRequest, MarketClock]):
    """The market's state as the broker sees it, unplanned halts of the day included."""

    @override
    async def ask(self, query: ClockRequest) -> Sequence[Reply]:
        return [await self._access.trading.get(CLOCK_ENDPOINT)]

    @override
    def read(self, query: ClockRequest, replies: Sequence[Reply]) -> Envelope[MarketClock]:
        content = replies[0].content
        clock = MarketClock(
            now=need_time_text(content["timestamp"]),
            is_open=content["is_open"],
            next_open=need_time_text(content["next_open"]),
            next_close=need_time_text(content["next_close"]),
        )
        label = self._access.label(CLOCK_ENDPOINT, replies, currency=None)
        state = "open" if clock.is_open else "closed"
        return Envelope[MarketClock](data=clock, metadata=label.model_copy(update={"market_state": state}))


class AlpacaCalendar(AlpacaPlainFetcher[CalendarRequest, MarketCalendar]):
    """Trading days with their hours, which the vendor gives in New York's time."""

    async def ask(self, query: CalendarRequest) -> Sequence[Reply]:
        period = {"start": query.start.isoformat(), "end": query.end.isoformat()}
        return [await self._access.trading.get(CALENDAR_ENDPOINT, period)]

    def read(self, query: CalendarRequest, replies: Sequence[Reply]) -> Envelope[MarketCalendar]:
        days = [day for day in replies[0].content if str(query.start) <= day["date"] <= str(query.end)]
        calendar = MarketCalendar(
            day=[day["date"] for day in days],
            opens_at=[_moment(day["date"], day["open"]) for day in days],
            closes_at=[_moment(day["date"], day["close"]) for day in days],
        )
        metadata = self._access.label(CALENDAR_ENDPOINT, replies, currency=None)
        return Envelope[MarketCalendar](data=calendar, metadata=metadata)


def _moment(day: str, at: str) -> str:
    local = datetime.combine(date.fromisoformat(day), time.fromisoformat(at), NEW_YORK)
    return need_time_text(local)
