"""Everything that Alpaca lists: for searching, and for telling an unknown symbol from one without data."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mcp_servers.financial.symbols import SymbolTable, rank_matches
from mcp_servers.financial.vendors.alpaca.access import AlpacaAccess, AlpacaFetcher
from mcp_servers.financial.vendors.connection import Reply
from mcp_servers.financial.vendors.failures import NotOffered
from mcp_servers.financial.vendors.reading import read_text
from mcp_servers.financial.vendors.requests import AssetsRequest
from schemas.market.envelope import Envelope
from schemas.market.reference import Asset, AssetClass, Assets

ENDPOINT = "/v2/assets"
REFRESH_SECONDS = 86_400
NAME_LENGTH_MAX = 120
CLASSES: Mapping[str, AssetClass] = {"us_equity": "stock", "crypto": "crypto"}


class AssetDirectory:
    """The list of active assets of each class, asked for once a day."""

    def __init__(self, access: AlpacaAccess) -> None:
        self._access = access
        self._known: dict[str, tuple[float, Reply]] = {}
        self._lock = asyncio.Lock()

    async def load(self, asset_class: str) -> Reply:
        """The active assets of `us_equity` or `crypto`, as the vendor sends them."""
        async with self._lock:
            asked_at, reply = self._known.get(asset_class, (0.0, None))
            if reply is None or time.monotonic() - asked_at > REFRESH_SECONDS:
                parameters = {"status": "active", "asset_class": asset_class}
                reply = await self._access.trading.get(ENDPOINT, parameters)
                self._known[asset_class] = (time.monotonic(), reply)
            return reply

    async def check(self, symbols: Sequence[str], *, is_crypto: bool) -> None:
        """Raises `UnknownSymbol` when one of `symbols` is not listed."""
        reply = await self.load("crypto" if is_crypto else "us_equity")
        names = {item["symbol"]: item.get("name") or "" for item in reply.content}
        SymbolTable(names=names, aliases={}).resolve(symbols)


@dataclass(frozen=True)
class AssetsQuery:
    """A search in the lists of `classes`, in the vendor's words."""

    request: AssetsRequest
    classes: tuple[str, ...]


class AlpacaAssets(AlpacaFetcher[AssetsRequest, AssetsQuery, Assets]):
    """Alpaca does not tell stocks from funds: both are `stock`."""

    def __init__(self, access: AlpacaAccess, assets: AssetDirectory) -> None:
        super().__init__(access)
        self._assets = assets

    def make_query(self, request: AssetsRequest) -> AssetsQuery:
        classes = tuple(name for name, ours in CLASSES.items() if request.asset_class in (None, ours))
        if not classes:
            offered = sorted(CLASSES.values())
            raise NotOffered(
                f"alpaca cannot search for {request.asset_class} alone; search for {' or '.join(offered)}",
                available=offered,
            )
        return AssetsQuery(request, classes)

    async def ask(self, query: AssetsQuery) -> Sequence[Reply]:
        return [await self._assets.load(name) for name in query.classes]

    def read(self, query: AssetsQuery, replies: Sequence[Reply]) -> Envelope[Assets]:
        items = {item["symbol"]: item for reply in replies for item in reply.content}
        names = {symbol: item.get("name") or "" for symbol, item in items.items()}
        found = rank_matches(query.request.text, names)[: query.request.limit]
        assets = [
            Asset(
                symbol=symbol,
                name=read_text(names[symbol], NAME_LENGTH_MAX) or symbol,
                asset_class=CLASSES.get(items[symbol].get("class", ""), "other"),
                exchange=items[symbol].get("exchange") or None,
                is_tradable=items[symbol].get("tradable"),
            )
            for symbol in found
        ]
        return Envelope[Assets](data=Assets(assets=assets), metadata=self._access.label(ENDPOINT, replies))
