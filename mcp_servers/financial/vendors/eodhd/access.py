"""What every EODHD fetcher needs: the host and the clock; how answers are labelled and symbols looked up."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import quote

from typing_extensions import override

from mcp_servers.financial.hours import market_state
from mcp_servers.financial.symbols import SymbolTable
from mcp_servers.financial.vendors.connection import NotFound, Parameters, Reply, VendorConnection
from mcp_servers.financial.vendors.eodhd.tickers import canonical, find_market, from_ticker, to_ticker
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
LOOKED_UP_MAX = 5
UNSEARCHABLE = re.compile(r"[^\w .&-]", re.ASCII)


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
        """Listed assets whose code or name is like `text`, as the vendor sends them.

        `text` becomes a part of the path, so that only what names are made of is left in it.
        """
        wanted = UNSEARCHABLE.sub(" ", text.replace("/", "-")).strip(" .")
        if not wanted:
            return Reply([], None)
        try:
            return await self.get(f"{SEARCH_ENDPOINT}/{quote(wanted, safe='')}", {"limit": limit})
        except NotFound:
            return Reply([], None)

    async def unknown(self, symbols: Sequence[str]) -> UnknownSymbol | NoData:
        """Why there is nothing about `symbols`: one is unknown, or all are listed without this data.

        Looks at the first `LOOKED_UP_MAX` only, because each costs two requests.
        """
        names: dict[str, str] = {}
        symbols = symbols[:LOOKED_UP_MAX]
        for symbol in symbols:
            for text in (canonical(symbol), canonical(symbol)[:PREFIX_LENGTH]):
                found = await self.search(text)
                names |= {from_ticker(item["Code"], item["Exchange"]): item["Name"] for item in found.content}
        try:
            SymbolTable(names, {}, is_complete=False).resolve([canonical(symbol) for symbol in symbols])
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
        symbols: Sequence[str] = (),
        **facts: Any,
    ) -> Metadata:
        """The label on what `replies` say of `symbols`; `facts` are other fields of it."""
        limits = [reply.rate_limit for reply in replies if reply.rate_limit]
        return Metadata(
            source=NAME,
            endpoint=endpoint,
            as_of=as_of or self.now(),
            rate_limit=limits[-1] if limits else None,
            **{"market_state": self._market_state(symbols), **facts},
        )

    def _market_state(self, symbols: Sequence[str]) -> MarketState:
        """Of the market where all `symbols` are traded; US stocks when there are none."""
        markets = {find_market(symbol) for symbol in symbols} or {"us"}
        if markets == {"crypto"}:
            return "open"
        return market_state(self.now()) if markets <= {"us", "index"} else "unknown"


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
