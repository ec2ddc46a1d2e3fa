"""The tools of the financial server: what callers ask, checked, then put to the market."""

from datetime import date
from typing import Annotated

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from mcp_servers.financial.market import Market
from mcp_servers.financial.vendors import kinds
from mcp_servers.financial.vendors.requests import BarsRequest, MostActivesRequest, SnapshotsRequest
from mcp_servers.problems import BadArgument
from mcp_servers.tool import make_tool
from schemas.market.envelope import Envelope
from schemas.market.prices import Adjustment, Bars, Feed, Snapshots, Timeframe
from schemas.market.screens import MostActives

Symbol = Annotated[
    str,
    Field(min_length=1, max_length=20, description="A ticker such as AAPL, or ^GSPC for the S&P 500."),
]


class MarketTools:
    """Market data tools over the configured vendors."""

    def __init__(self, market: Market) -> None:
        self._market = market

    async def alpaca_market_stocks_bars(  # noqa: PLR0913 the arguments are the published contract
        self,
        symbol: Symbol,
        timeframe: Annotated[Timeframe, Field(description="Length of one bar.")] = "1Day",
        limit: Annotated[int, Field(ge=1, le=10_000, description="How many bars at most.")] = 100,
        *,
        start: Annotated[date | None, Field(description="First day, inclusive: YYYY-MM-DD.")] = None,
        end: Annotated[date | None, Field(description="Last day, inclusive: YYYY-MM-DD.")] = None,
        adjustment: Annotated[Adjustment, Field(description="What prices are adjusted for.")] = "all",
        feed: Annotated[Feed | None, Field(description="Which exchanges; null: as configured.")] = None,
    ) -> Envelope[Bars]:
        """Historical price bars of one symbol as columns, oldest first.

        Without `start`: the last `limit` bars up to `end` or the newest day. With `start`: every bar of the
        period, refused when there are more than `limit`. Null where the vendor has no values.
        """
        if start and end and start > end:
            raise BadArgument(f"start {start} is after end {end}; swap them", start=str(start), end=str(end))
        request = BarsRequest([symbol], timeframe, limit, start, end, adjustment, feed)
        envelope = await self._market.answer(kinds.STOCK_BARS, request)
        (bars,) = envelope.data.bars.values()
        return Envelope[Bars](data=bars, metadata=envelope.metadata)

    async def alpaca_market_stocks_snapshots(
        self, symbols: Annotated[list[Symbol], Field(min_length=1, max_length=100, description="Tickers.")]
    ) -> Envelope[Snapshots]:
        """Latest known price of each symbol and its change from the close before, in the order asked for."""
        return await self._market.answer(kinds.STOCK_SNAPSHOTS, SnapshotsRequest(symbols))

    async def alpaca_market_screener_most_actives(
        self, limit: Annotated[int, Field(ge=1, le=100, description="How many symbols at most.")] = 10
    ) -> Envelope[MostActives]:
        """Most active stocks of the newest day, best first; `ranked_by` says by what they are ranked."""
        return await self._market.answer(kinds.MOST_ACTIVES, MostActivesRequest(limit))


def make_market_tools(market: Market) -> list[Tool]:
    """The catalogue of the financial server."""
    tools = MarketTools(market)
    functions = (
        tools.alpaca_market_stocks_bars,
        tools.alpaca_market_stocks_snapshots,
        tools.alpaca_market_screener_most_actives,
    )
    return [make_tool(function, 60) for function in functions]
