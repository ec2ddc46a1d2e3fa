"""What a source of market data must be able to do, whoever sells it.

A vendor answers each kind of request in three steps: make the query, fetch, make rows. Only `fetch` leaves
the process, and what it returns is as the vendor sent it, so that a recording of it can stand in.
"""

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias, TypeVar

from schemas.health import PartHealth
from schemas.market.envelope import Envelope

Request_contra = TypeVar("Request_contra", contravariant=True)
Query = TypeVar("Query")
Raw = TypeVar("Raw")
Data = TypeVar("Data")


class Fetcher(Protocol[Request_contra, Query, Raw, Data]):
    """One kind of request to one vendor. Every step may raise a `Problem`."""

    def make_query(self, request: Request_contra) -> Query:
        """`request` in the vendor's own words; refuses what the vendor cannot answer."""
        ...

    async def fetch(self, query: Query) -> Raw:
        """What the vendor sends, unchanged."""
        ...

    def make_rows(self, query: Query, raw: Raw) -> Envelope[Data]:
        """`raw` in neutral form with its label; null where the vendor has no value."""
        ...


AnyFetcher: TypeAlias = Fetcher[Any, Any, Any, Any]


class Vendor(Protocol):
    """One source of market data."""

    @property
    def name(self) -> str:
        """As in settings and in `metadata.source`."""
        ...

    @property
    def fetchers(self) -> Mapping[str, AnyFetcher]:
        """The kinds of data that it has, by the names in `kinds`."""
        ...

    def check_health(self) -> PartHealth:
        """How it is doing, without asking it: `facts` hold `vendor`, and what else it knows of itself."""
        ...

    async def close(self) -> None:
        """End its connections."""
        ...


async def answer(
    fetcher: Fetcher[Request_contra, Query, Raw, Data], request: Request_contra
) -> Envelope[Data]:
    """The three steps in their order."""
    query = fetcher.make_query(request)
    return fetcher.make_rows(query, await fetcher.fetch(query))
