"""Search and constituents of indices and funds, from EODHD."""

from collections.abc import Mapping, Sequence
from typing import Any

from mcp_servers.financial.vendors.connection import Reply
from mcp_servers.financial.vendors.eodhd.access import (
    NAME,
    SEARCH_ENDPOINT,
    SEARCH_RESULTS_MAX,
    EodhdPlainFetcher,
)
from mcp_servers.financial.vendors.eodhd.tickers import canonical, from_ticker
from mcp_servers.financial.vendors.reading import read_number, read_text
from mcp_servers.financial.vendors.requests import AssetsRequest, ConstituentsRequest
from mcp_servers.problems import NoData
from schemas.market.envelope import Envelope
from schemas.market.reference import Asset, AssetClass, Assets, Constituent, Constituents

FUNDAMENTALS_ENDPOINT = "/fundamentals"
NAME_LENGTH_MAX = 120
CLASSES: Mapping[str, AssetClass] = {
    "Common Stock": "stock",
    "Preferred Stock": "stock",
    "ETF": "etf",
    "INDEX": "index",
    "Index": "index",
}


class EodhdAssets(EodhdPlainFetcher[AssetsRequest, Assets]):
    """Ranked as the vendor ranks them."""

    async def ask(self, query: AssetsRequest) -> Sequence[Reply]:
        return [await self._access.search(query.text, max(query.limit, SEARCH_RESULTS_MAX))]

    def read(self, query: AssetsRequest, replies: Sequence[Reply]) -> Envelope[Assets]:
        assets = [_make_asset(item) for item in replies[0].content]
        chosen = [asset for asset in assets if query.asset_class in (None, asset.asset_class)]
        metadata = self._access.label(SEARCH_ENDPOINT, replies)
        return Envelope[Assets](data=Assets(assets=chosen[: query.limit]), metadata=metadata)


class EodhdConstituents(EodhdPlainFetcher[ConstituentsRequest, Constituents]):
    """Members are part of the fundamentals: `Components` of an index, `Holdings` of a fund."""

    async def ask(self, query: ConstituentsRequest) -> Sequence[Reply]:
        return [await self._access.get_of(query.symbol, FUNDAMENTALS_ENDPOINT)]

    def read(self, query: ConstituentsRequest, replies: Sequence[Reply]) -> Envelope[Constituents]:
        content, symbol = replies[0].content, canonical(query.symbol)
        members = content.get("Components") or (content.get("ETF_Data") or {}).get("Holdings") or {}
        if not members:
            raise NoData(f"{NAME} knows no constituents of {symbol}; ask for an index or fund", symbol=symbol)
        constituents = [_make_constituent(item) for item in members.values()]
        constituents.sort(key=lambda each: (-(each.weight or 0.0), each.symbol))
        name = read_text((content.get("General") or {}).get("Name"), NAME_LENGTH_MAX)
        data = Constituents(symbol=symbol, name=name, constituents=_as_fractions(constituents))
        metadata = self._access.label(FUNDAMENTALS_ENDPOINT, replies, currency=None)
        return Envelope[Constituents](data=data, metadata=metadata)


def _make_asset(item: dict[str, Any]) -> Asset:
    symbol = from_ticker(item["Code"], item["Exchange"])
    by_exchange: AssetClass | None = "crypto" if item["Exchange"] == "CC" else None
    return Asset(
        symbol=symbol,
        name=read_text(item["Name"], NAME_LENGTH_MAX) or symbol,
        asset_class=by_exchange or CLASSES.get(item.get("Type") or "", "other"),
        exchange=item["Exchange"],
    )


def _make_constituent(item: dict[str, Any]) -> Constituent:
    return Constituent(
        symbol=from_ticker(item["Code"], item.get("Exchange") or "US"),
        name=read_text(item.get("Name"), NAME_LENGTH_MAX),
        sector=read_text(item.get("Sector"), NAME_LENGTH_MAX),
        industry=read_text(item.get("Industry"), NAME_LENGTH_MAX),
        weight=read_number(item.get("Assets_%", item.get("Weight"))),
    )


def _as_fractions(constituents: list[Constituent]) -> list[Constituent]:
    """Weights of funds come in percent, those of indices as fractions: the sum tells which they are."""
    total = sum(each.weight or 0.0 for each in constituents)
    if total <= 2:
        return constituents
    return [
        each if each.weight is None else each.model_copy(update={"weight": each.weight / 100})
        for each in constituents
    ]
