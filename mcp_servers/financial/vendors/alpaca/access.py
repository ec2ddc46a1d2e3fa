"""What every Alpaca fetcher needs: the two hosts, the feed and the clock; and how answers are labelled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from typing_extensions import override

from mcp_servers.financial.hours import market_state
from mcp_servers.financial.vendors.connection import Parameters, Reply, VendorConnection
from mcp_servers.financial.vendors.network_fetcher import NetworkFetcher
from mcp_servers.problems import BadArgument
from schemas.market.envelope import MarketState, Metadata
from schemas.market.prices import Feed

Request = TypeVar("Request")
Query = TypeVar("Query")
Data = TypeVar("Data")

NAME = "alpaca"
PAGES_MAX = 60
FEED_DELAY_SECONDS: dict[Feed, int] = {"iex": 0, "sip": 0, "delayed_sip": 900}


@dataclass(frozen=True)
class AlpacaAccess:
    """`data` is the host of market data, `trading` that of the account; `feed` is for who asks for none."""

    data: VendorConnection
    trading: VendorConnection
    feed: Feed
    now: Callable[[], datetime]

    async def get_pages(
        self,
        endpoint: str,
        parameters: Parameters,
        is_enough: Callable[[Sequence[Reply]], bool] = lambda _: False,
    ) -> list[Reply]:
        """Every page of a market-data list, until `is_enough` or the last one.

        Raises `BadArgument` when there are more than `PAGES_MAX`.
        """
        pages: list[Reply] = []
        token: str | None = ""
        while token is not None and not (pages and is_enough(pages)):
            if len(pages) == PAGES_MAX:
                raise BadArgument(f"this is more than {PAGES_MAX} pages of {NAME}; ask for less at once")
            page = await self.data.get(endpoint, {**parameters, "page_token": token} if token else parameters)
            pages.append(page)
            token = next_page_token(page)
        return pages

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


def next_page_token(page: Reply) -> str | None:
    """Where the next page begins; None on the last one."""
    token = page.content.get("next_page_token") if isinstance(page.content, dict) else None
    return token if isinstance(token, str) and token else None


class AlpacaFetcher(NetworkFetcher[Request, Query, Data]):
    """One kind of data of Alpaca."""

    vendor = NAME

    def __init__(self, access: AlpacaAccess) -> None:
        self._access = access


class AlpacaPlainFetcher(AlpacaFetcher[Request, Request, Data]):
    """One whose requests need no other words."""

    @override
    def make_query(self, request: Request) -> Request:
        return request
