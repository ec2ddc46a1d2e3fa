"""Alpaca's screens: most active stocks, gainers and losers."""

from collections.abc import Sequence
from typing import Any

from mcp_servers.financial.hours import NEW_YORK
from mcp_servers.financial.vendors.alpaca.access import AlpacaPlainFetcher
from mcp_servers.financial.vendors.alpaca.snapshots import STOCK_ENDPOINT, find_snapshots, make_snapshot
from mcp_servers.financial.vendors.connection import Reply
from mcp_servers.financial.vendors.reading import read_number, read_percent, read_time
from mcp_servers.financial.vendors.requests import MostActivesRequest, MoversRequest
from schemas.market.envelope import Envelope
from schemas.market.screens import ActiveSymbol, MostActives, Mover, Movers

MOST_ACTIVES_ENDPOINT = "/v1beta1/screener/stocks/most-actives"
MOVERS_ENDPOINT = "/v1beta1/screener/{market}/movers"
MOVERS_MAX = 50


class AlpacaMostActives(AlpacaPlainFetcher[MostActivesRequest, MostActives]):
    """Ranked by volume. The screen has no prices: those are of a second request, for snapshots."""

    async def ask(self, query: MostActivesRequest) -> Sequence[Reply]:
        screen = await self._access.data.get(MOST_ACTIVES_ENDPOINT, {"by": "volume", "top": query.limit})
        symbols = [row["symbol"] for row in screen.content["most_actives"]]
        if not symbols:
            return [screen]
        parameters = {"symbols": ",".join(symbols), "feed": self._access.feed}
        return [screen, await self._access.data.get(STOCK_ENDPOINT, parameters)]

    def read(self, query: MostActivesRequest, replies: Sequence[Reply]) -> Envelope[MostActives]:
        screen, *prices = replies
        snapshots = find_snapshots(prices[0]) if prices else {}
        rows = [
            self._make_row(rank, row, snapshots.get(row["symbol"]))
            for rank, row in enumerate(screen.content["most_actives"][: query.limit], start=1)
        ]
        metadata = self._access.label(
            MOST_ACTIVES_ENDPOINT, replies, as_of=read_time(screen.content.get("last_updated"))
        )
        return Envelope[MostActives](data=MostActives(ranked_by="volume", rows=rows), metadata=metadata)

    def _make_row(self, rank: int, row: dict[str, Any], item: dict[str, Any] | None) -> ActiveSymbol:
        snapshot = make_snapshot(row["symbol"], item, NEW_YORK) if item else None
        return ActiveSymbol(
            rank=rank,
            symbol=row["symbol"],
            volume=read_number(row.get("volume")),
            trade_count=read_number(row.get("trade_count")),
            price=snapshot.price if snapshot else None,
            change_fraction=snapshot.change_fraction if snapshot else None,
        )


class AlpacaMovers(AlpacaPlainFetcher[MoversRequest, Movers]):
    """Ranked by the change since the close before."""

    async def ask(self, query: MoversRequest) -> Sequence[Reply]:
        endpoint = MOVERS_ENDPOINT.format(market=query.market)
        return [await self._access.data.get(endpoint, {"top": min(query.limit, MOVERS_MAX)})]

    def read(self, query: MoversRequest, replies: Sequence[Reply]) -> Envelope[Movers]:
        content = replies[0].content
        movers = Movers(
            market=query.market,
            gainers=_make_movers(content["gainers"][: query.limit]),
            losers=_make_movers(content["losers"][: query.limit]),
        )
        metadata = self._access.label(
            MOVERS_ENDPOINT.format(market=query.market),
            replies,
            as_of=read_time(content.get("last_updated")),
            is_crypto=query.market == "crypto",
        )
        return Envelope[Movers](data=movers, metadata=metadata)


def _make_movers(rows: Sequence[dict[str, Any]]) -> list[Mover]:
    return [
        Mover(
            rank=rank,
            symbol=row["symbol"],
            price=read_number(row.get("price")),
            change=read_number(row.get("change")),
            change_fraction=read_percent(row.get("percent_change")),
        )
        for rank, row in enumerate(rows, start=1)
    ]
