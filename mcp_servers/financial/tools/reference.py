"""When the market is open, what is listed, and what indices and funds hold."""

from datetime import date, timedelta
from typing import Annotated

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from mcp_servers.financial.market import Market
from mcp_servers.financial.tools.arguments import RowCount, Symbol, check_period
from mcp_servers.financial.vendors import kinds
from mcp_servers.financial.vendors.requests import (
    AssetsRequest,
    CalendarRequest,
    ClockRequest,
    ConstituentsRequest,
)
from mcp_servers.problems import BadArgument
from mcp_servers.tool import make_tool
from schemas.market.envelope import Envelope
from schemas.market.reference import AssetClass, Assets, Constituents, MarketCalendar, MarketClock

CALENDAR_DAYS_MAX = 3660
CLOCK_SECONDS = 10
HOUR_SECONDS = 3600
DAY_SECONDS = 86_400


class ReferenceTools:
    """Tools for what changes slowly."""

    def __init__(self, market: Market) -> None:
        self._market = market

    async def alpaca_market_clock(self) -> Envelope[MarketClock]:
        """Whether the US stock market is open now, and when it opens and closes next, in UTC."""
        return await self._market.answer(kinds.CLOCK, ClockRequest())

    async def alpaca_market_calendar(
        self,
        start: Annotated[date, Field(description="First day, inclusive: YYYY-MM-DD.")],
        end: Annotated[date, Field(description="Last day, inclusive: YYYY-MM-DD.")],
    ) -> Envelope[MarketCalendar]:
        """Trading days of the US stock market with their opening and closing times in UTC, as columns."""
        check_period(start, end)
        if end - start > timedelta(days=CALENDAR_DAYS_MAX):
            raise BadArgument(
                f"the period is longer than {CALENDAR_DAYS_MAX} days; ask for a shorter one",
                days_max=CALENDAR_DAYS_MAX,
            )
        return await self._market.answer(kinds.CALENDAR, CalendarRequest(start, end))

    async def alpaca_market_assets(
        self,
        search: Annotated[
            str, Field(min_length=1, max_length=60, description="A ticker or a part of a company's name.")
        ],
        limit: RowCount = 10,
        asset_class: Annotated[
            AssetClass | None, Field(description="Only these; null: everything that is listed.")
        ] = None,
    ) -> Envelope[Assets]:
        """Assets whose ticker or name is like `search`, best first."""
        if not search.strip():
            raise BadArgument("search is blank; pass a ticker or a part of a name")
        return await self._market.answer(kinds.ASSETS, AssetsRequest(search.strip(), limit, asset_class))

    async def eodhd_constituents(self, symbol: Symbol) -> Envelope[Constituents]:
        """Members of an index or ETF, heaviest first; `weight` is a fraction, null where it is unknown."""
        return await self._market.answer(kinds.CONSTITUENTS, ConstituentsRequest(symbol))


def make_reference_tools(market: Market) -> list[Tool]:
    """Each with the seconds that its answer stays true."""
    tools = ReferenceTools(market)
    return [
        make_tool(tools.alpaca_market_clock, CLOCK_SECONDS),
        make_tool(tools.alpaca_market_calendar, DAY_SECONDS, stale_seconds=DAY_SECONDS),
        make_tool(tools.alpaca_market_assets, HOUR_SECONDS, stale_seconds=DAY_SECONDS),
        make_tool(tools.eodhd_constituents, DAY_SECONDS, stale_seconds=DAY_SECONDS),
    ]
