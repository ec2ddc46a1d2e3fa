"""What companies are, earn and pay out."""

from datetime import date, timedelta
from typing import Annotated

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from mcp_servers.financial.market import Market
from mcp_servers.financial.tools.arguments import FirstDay, LastDay, Symbol, check_period
from mcp_servers.financial.vendors import kinds
from mcp_servers.financial.vendors.requests import (
    DividendsRequest,
    EarningsRequest,
    FundamentalsRequest,
    SplitsRequest,
)
from mcp_servers.problems import BadArgument
from mcp_servers.tool import make_tool
from schemas.market.company import Dividends, EarningsCalendar, Fundamentals, Splits
from schemas.market.envelope import Envelope

EARNINGS_DAYS_MAX = 31
DAY_SECONDS = 86_400
HOUR_SECONDS = 3600
PERIOD = ("from_date", "to_date")


class CompanyTools:
    """Tools for companies and funds."""

    def __init__(self, market: Market) -> None:
        self._market = market

    async def eodhd_fundamentals(self, symbol: Symbol) -> Envelope[Fundamentals]:
        """Profile, valuation, key figures, shares, statements and earnings history of a company or fund.

        Statements are columns, newest period first; null where the vendor has no value.
        """
        return await self._market.answer(kinds.FUNDAMENTALS, FundamentalsRequest(symbol))

    async def eodhd_dividends(
        self, symbol: Symbol, from_date: FirstDay = None, to_date: LastDay = None
    ) -> Envelope[Dividends]:
        """Dividends with their ex-dates in the period, as columns, oldest first; without dates, all known."""
        check_period(from_date, to_date, PERIOD)
        return await self._market.answer(kinds.DIVIDENDS, DividendsRequest(symbol, from_date, to_date))

    async def eodhd_splits(self, symbol: Symbol) -> Envelope[Splits]:
        """Every known split, as columns, oldest first; `ratio` is new shares for each old one."""
        return await self._market.answer(kinds.SPLITS, SplitsRequest(symbol))

    async def eodhd_earnings_calendar(
        self,
        symbols: Annotated[
            list[Symbol], Field(max_length=50, description="Tickers; none: every company that reports.")
        ],
        from_date: Annotated[date, Field(description="First day, inclusive: YYYY-MM-DD.")],
        to_date: Annotated[date, Field(description="Last day, inclusive: YYYY-MM-DD.")],
    ) -> Envelope[EarningsCalendar]:
        """Earnings reports of a period, past and expected, by date; without symbols at most 31 days."""
        check_period(from_date, to_date, PERIOD)
        if not symbols and to_date - from_date >= timedelta(days=EARNINGS_DAYS_MAX):
            raise BadArgument(
                f"every report of more than {EARNINGS_DAYS_MAX} days is too much; name symbols or shorten it",
                days_max=EARNINGS_DAYS_MAX,
            )
        return await self._market.answer(kinds.EARNINGS, EarningsRequest(symbols, from_date, to_date))


def make_company_tools(market: Market) -> list[Tool]:
    """Each with the seconds that its answer stays true."""
    tools = CompanyTools(market)
    return [
        make_tool(tools.eodhd_fundamentals, DAY_SECONDS, stale_seconds=DAY_SECONDS),
        make_tool(tools.eodhd_dividends, DAY_SECONDS, stale_seconds=DAY_SECONDS),
        make_tool(tools.eodhd_splits, DAY_SECONDS, stale_seconds=DAY_SECONDS),
        make_tool(tools.eodhd_earnings_calendar, HOUR_SECONDS, stale_seconds=DAY_SECONDS),
    ]
