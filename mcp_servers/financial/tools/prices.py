"""Bars and snapshots of stocks and crypto pairs."""

from mcp.server.mcpserver.tools import Tool

from mcp_servers.financial.bars import tabulate
from mcp_servers.financial.market import Market
from mcp_servers.financial.tools.arguments import (
    AdjustedFor,
    BarCount,
    BarLength,
    FeedChoice,
    FirstDay,
    LastDay,
    Pair,
    Pairs,
    Symbol,
    Symbols,
    check_period,
    spell_pair,
)
from mcp_servers.financial.vendors import kinds
from mcp_servers.financial.vendors.requests import BarsRequest, SnapshotsRequest
from mcp_servers.problems import BadArgument
from mcp_servers.tool import make_tool
from schemas.market.envelope import Envelope
from schemas.market.prices import Bars, BarsBySymbol, BarsTable, Snapshots

BARS_IN_TABLE_MAX = 200_000
BARS_SECONDS = 60
SNAPSHOT_SECONDS = 10
STALE_SECONDS = 3600
"""How old bars may be while the vendor is away; a snapshot that is old is wrong, and never given."""


class PriceTools:
    """Tools for prices."""

    def __init__(self, market: Market) -> None:
        self._market = market

    async def alpaca_market_stocks_bars(  # noqa: PLR0913 the arguments are the published contract
        self,
        symbol: Symbol,
        timeframe: BarLength = "1Day",
        limit: BarCount = 100,
        *,
        start: FirstDay = None,
        end: LastDay = None,
        adjustment: AdjustedFor = "all",
        feed: FeedChoice = None,
    ) -> Envelope[Bars]:
        """Historical price bars of one symbol as columns, oldest first.

        Without `start`: the last `limit` bars up to `end` or the newest day. With `start`: every bar of the
        period, refused when there are more than `limit`. Null where the vendor has no values.
        """
        check_period(start, end)
        request = BarsRequest([symbol], timeframe, limit, start, end, adjustment, feed)
        return _only(await self._market.answer(kinds.STOCK_BARS, request))

    async def alpaca_market_stocks_multi_bars(  # noqa: PLR0913 as its sibling of one symbol
        self,
        symbols: Symbols,
        timeframe: BarLength = "1Day",
        limit: BarCount = 100,
        *,
        start: FirstDay = None,
        end: LastDay = None,
        adjustment: AdjustedFor = "all",
        feed: FeedChoice = None,
    ) -> Envelope[BarsTable]:
        """Historical price bars of several symbols on one time axis: `close["AAPL"]` is a column.

        `limit` and the period are as for one symbol, and hold for each. Null where a symbol has no bar.
        """
        check_period(start, end)
        if len(symbols) * limit > BARS_IN_TABLE_MAX:
            most = BARS_IN_TABLE_MAX // len(symbols)
            raise BadArgument(
                f"{len(symbols)} symbols with limit={limit} may be more than {BARS_IN_TABLE_MAX} bars; "
                f"pass limit={most} or fewer symbols",
                limit_max=most,
            )
        request = BarsRequest(symbols, timeframe, limit, start, end, adjustment, feed)
        envelope = await self._market.answer(kinds.STOCK_BARS, request)
        table = tabulate(envelope.data.bars, timeframe)
        return Envelope[BarsTable](data=table, metadata=envelope.metadata)

    async def alpaca_market_crypto_bars(
        self,
        symbol: Pair,
        timeframe: BarLength = "1Day",
        limit: BarCount = 100,
        *,
        start: FirstDay = None,
        end: LastDay = None,
    ) -> Envelope[Bars]:
        """Historical price bars of one crypto pair as columns, oldest first; days begin at midnight UTC.

        `limit`, `start` and `end` are as for stocks.
        """
        check_period(start, end)
        request = BarsRequest([spell_pair(symbol)], timeframe, limit, start, end, "raw")
        return _only(await self._market.answer(kinds.CRYPTO_BARS, request))

    async def alpaca_market_stocks_snapshots(self, symbols: Symbols) -> Envelope[Snapshots]:
        """Latest known price of each symbol and its change from the close before, in the order asked for."""
        return await self._market.answer(kinds.STOCK_SNAPSHOTS, SnapshotsRequest(symbols))

    async def alpaca_market_crypto_snapshots(self, symbols: Pairs) -> Envelope[Snapshots]:
        """Latest known price of each pair and its change from the close before, in the order asked for."""
        pairs = [spell_pair(symbol) for symbol in symbols]
        return await self._market.answer(kinds.CRYPTO_SNAPSHOTS, SnapshotsRequest(pairs))


def make_price_tools(market: Market) -> list[Tool]:
    """Each with the seconds that its answer stays true."""
    tools = PriceTools(market)
    return [
        make_tool(
            tools.alpaca_market_stocks_bars, BARS_SECONDS, follows_market=True, stale_seconds=STALE_SECONDS
        ),
        make_tool(
            tools.alpaca_market_stocks_multi_bars,
            BARS_SECONDS,
            follows_market=True,
            stale_seconds=STALE_SECONDS,
        ),
        make_tool(tools.alpaca_market_stocks_snapshots, SNAPSHOT_SECONDS, follows_market=True),
        make_tool(tools.alpaca_market_crypto_bars, BARS_SECONDS, stale_seconds=STALE_SECONDS),
        make_tool(tools.alpaca_market_crypto_snapshots, SNAPSHOT_SECONDS),
    ]


def _only(envelope: Envelope[BarsBySymbol]) -> Envelope[Bars]:
    (bars,) = envelope.data.bars.values()
    return Envelope[Bars](data=bars, metadata=envelope.metadata)
