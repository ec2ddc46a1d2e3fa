"""What a source of market data must be able to do, whoever sells it.

A vendor answers each kind of request in three steps: make the query, fetch, make rows. Only `fetch` leaves
the process, and what it returns is as the vendor sent it, so that a recording of it can stand in.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, TypeVar

from schemas.health import PartHealth
from schemas.market import Adjustment, Bars, Envelope, MostActives, Snapshots, Timeframe

Request_contra = TypeVar("Request_contra", contravariant=True)
Query = TypeVar("Query")
Raw = TypeVar("Raw")
Data = TypeVar("Data")


@dataclass(frozen=True)
class BarsRequest:
    """Bars of one symbol. Without `start`, the last `limit` ones; the dates are inclusive."""

    symbol: str
    timeframe: Timeframe
    limit: int
    start: date | None
    end: date | None
    adjustment: Adjustment


@dataclass(frozen=True)
class SnapshotsRequest:
    """The latest known state of each symbol, in this order."""

    symbols: list[str]


@dataclass(frozen=True)
class MostActivesRequest:
    """The first `limit` rows of the screen."""

    limit: int


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


class Vendor(Protocol):
    """One source of market data."""

    @property
    def bars(self) -> Fetcher[BarsRequest, Any, Any, Bars]: ...

    @property
    def snapshots(self) -> Fetcher[SnapshotsRequest, Any, Any, Snapshots]: ...

    @property
    def most_actives(self) -> Fetcher[MostActivesRequest, Any, Any, MostActives]: ...

    @property
    def volatility_seconds(self) -> int:
        """How long an answer stays true while the market is open."""
        ...

    def check_health(self) -> PartHealth:
        """Whether it can answer now, with its name and how recent its data is."""
        ...


async def answer(
    fetcher: Fetcher[Request_contra, Query, Raw, Data], request: Request_contra
) -> Envelope[Data]:
    """The three steps in their order."""
    query = fetcher.make_query(request)
    return fetcher.make_rows(query, await fetcher.fetch(query))
