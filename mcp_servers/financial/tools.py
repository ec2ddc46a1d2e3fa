"""The tools of the financial server: what callers ask, checked, then put to the vendor."""

from datetime import date
from typing import Annotated

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from mcp_servers.financial.vendors.vendor import (
    BarsRequest,
    MostActivesRequest,
    SnapshotsRequest,
    Vendor,
    answer,
)
from mcp_servers.problems import BadArgument
from mcp_servers.tool import make_tool
from schemas.market import Adjustment, Bars, Envelope, MostActives, Snapshots, Timeframe

Symbol = Annotated[
    str,
    Field(min_length=1, max_length=20, description="A ticker such as AAPL, or ^GSPC for the S&P 500."),
]


class MarketTools:
    """Market data tools over one vendor."""

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor

    async def alpaca_market_stocks_bars(  # noqa: PLR0913 the arguments are the published contract
        self,
        symbol: Symbol,
        timeframe: Annotated[Timeframe, Field(description="Length of one bar.")] = "1Day",
        limit: Annotated[int, Field(ge=1, le=10_000, description="How many bars at most.")] = 100,
        *,
        start: Annotated[date | None, Field(description="First day, inclusive: YYYY-MM-DD.")] = None,
        end: Annotated[date | None, Field(description="Last day, inclusive: YYYY-MM-DD.")] = None,
        adjustment: Annotated[Adjustment, Field(description="What closes are adjusted for.")] = "all",
    ) -> Envelope[Bars]:
        """Historical price bars of one symbol as columns, oldest first.

        Without `start`: the last `limit` bars up to `end` or the newest day. With `start`: every bar of the
        period, refused when there are more than `limit`. Null where the vendor has no values.
        """
        if start and end and start > end:
            raise BadArgument(f"start {start} is after end {end}; swap them", start=str(start), end=str(end))
        request = BarsRequest(symbol, timeframe, limit, start, end, adjustment)
        return await answer(self._vendor.bars, request)

    async def alpaca_market_stocks_snapshots(
        self, symbols: Annotated[list[Symbol], Field(min_length=1, max_length=100, description="Tickers.")]
    ) -> Envelope[Snapshots]:
        """Latest known price of each symbol and its change from the close before, in the order asked for."""
        return await answer(self._vendor.snapshots, SnapshotsRequest(symbols))

    async def alpaca_market_screener_most_actives(
        self, limit: Annotated[int, Field(ge=1, le=100, description="How many symbols at most.")] = 10
    ) -> Envelope[MostActives]:
        """Most active stocks of the newest day, best first; `ranked_by` says by what they are ranked."""
        return await answer(self._vendor.most_actives, MostActivesRequest(limit))


def make_market_tools(vendor: Vendor) -> list[Tool]:
    """The catalogue of the financial server."""
    tools = MarketTools(vendor)
    functions = (
        tools.alpaca_market_stocks_bars,
        tools.alpaca_market_stocks_snapshots,
        tools.alpaca_market_screener_most_actives,
    )
    return [make_tool(function, vendor.volatility_seconds) for function in functions]
