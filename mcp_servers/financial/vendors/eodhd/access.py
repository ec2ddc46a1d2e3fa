"""What every EODHD fetcher needs: the host and the clock; how answers are labelled and symbols looked up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import quote

from typing_extensions import override

from mcp_servers.financial.hours import market_state
from mcp_servers.financial.symbols import SymbolTable
from mcp_servers.financial.vendors.connection import NotFound, Parameters, Reply, VendorConnection
from mcp_servers.financial.vendors.eodhd.tickers import canonical, from_ticker, to_ticker
from mcp_servers.financial.vendors.network_fetcher import NetworkFetcher
from mcp_servers.problems import NoData, UnknownSymbol
from schemas.market.envelope import MarketState, Metadata

Request = TypeVar("Request")
Query = TypeVar("Query")
Data = TypeVar("Data")

NAME = "eodhd"
SEARCH_ENDPOINT = "/search"
SEARCH_RESULTS_MAX = 50
PREFIX_LENGTH = 2


@dataclass(frozen=True)
class EodhdAccess:
    """The one host of EODHD."""

    connection: VendorConnection
    now: Callable[[], datetime]

    async def get(self, endpoint: str, parameters: Parameters | None = None) -> Reply:
        """The JSON at `endpoint`; raises `NotFound` too."""
        return await self.connection.get(endpoint, {"fmt": "json", **(parameters or {})})

    async def get_of(self, symbol: str, endpoint: str, parameters: Parameters | None = None) -> Reply:
        """The JSON at `endpoint`/ticker of `symbol`; raises `UnknownSymbol` with the nearest ones."""
        ticker = to_ticker(symbol)
        if ticker is not None:
            try:
                return await self.get(f"{endpoint}/{ticker}", parameters)
            except NotFound:
                pass  # which symbols are like it is looked up below
        raise await self.unknown([symbol])

    async def search(self, text: str, limit: int = SEARCH_RESULTS_MAX) -> Reply:
        """Listed assets whose code or name is like `text`, as the vendor sends them."""
        return await self.get(f"{SEARCH_ENDPOINT}/{quote(text, safe='')}", {"limit": limit})

    async def unknown(self, symbols: Sequence[str]) -> UnknownSymbol | NoData:
        """Why there is nothing about `symbols`: one of them is unknown, or all are listed without this data."""
        names: dict[str, str] = {}
        for symbol in symbols:
            for text in (canonical(symbol), canonical(symbol)[:PREFIX_LENGTH]):
                found = await self.search(text)
                names |= {from_ticker(item["Code"], item["Exchange"]): item["Name"] for item in found.content}
        try:
            SymbolTable(names=names, aliases={}).resolve([canonical(symbol) for symbol in symbols])
        except UnknownSymbol as problem:
            return problem
        named = ", ".join(canonical(symbol) for symbol in symbols)
        return NoData(
            f"{NAME} lists {named} and has no such data of it; ask another tool", symbols=[*symbols]
        )

    def label(
        self,
        endpoint: str,
        replies: Sequence[Reply],
        *,
        as_of: datetime | date | None = None,
        is_crypto: bool = False,
        **facts: Any,
    ) -> Metadata:
        """The label on what `replies` say; `facts` are other fields of it."""
        state: MarketState = "open" if is_crypto else market_state(self.now())
        limits = [reply.rate_limit for reply in replies if reply.rate_limit]
        return Metadata(
            source=NAME,
            endpoint=endpoint,
            as_of=as_of or self.now(),
            market_state=state,
            rate_limit=limits[-1] if limits else None,
            **facts,
        )


class EodhdFetcher(NetworkFetcher[Request, Query, Data]):
    """One kind of data of EODHD."""

    vendor = NAME

    def __init__(self, access: EodhdAccess) -> None:
        self._access = access


class EodhdPlainFetcher(EodhdFetcher[Request, Request, Data]):
    """One whose requests need no other words."""

    @override
    def make_query(self, request: Request) -> Request:
        return request
