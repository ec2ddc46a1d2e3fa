"""What fetchers of vendors on the network share: an answer that cannot be read is the vendor's failure."""

import traceback
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, TypeVar

import structlog

from mcp_servers.financial.vendors.connection import MESSAGE_LENGTH_MAX, NotFound, Reply
from mcp_servers.financial.vendors.failures import VendorUnavailable
from mcp_servers.problems import NoData
from schemas.market.envelope import Envelope

Request = TypeVar("Request")
Query = TypeVar("Query")
Data = TypeVar("Data")

log = structlog.get_logger()


class NetworkFetcher(ABC, Generic[Request, Query, Data]):
    """A `Fetcher` whose raw form is the replies in the order in which they were asked for.

    `ask` and `read` are written for replies in the form that the vendor promises. JSON in another form
    makes them fail in any way, which becomes `VendorUnavailable`.
    """

    vendor: str

    @abstractmethod
    def make_query(self, request: Request) -> Query:
        """As `Fetcher` says."""

    @abstractmethod
    async def ask(self, query: Query) -> Sequence[Reply]:
        """The replies to `query`."""

    @abstractmethod
    def read(self, query: Query, replies: Sequence[Reply]) -> Envelope[Data]:
        """The rows in `replies`."""

    async def fetch(self, query: Query) -> Sequence[Reply]:
        """As `Fetcher` says."""
        with self._readable():
            return await self.ask(query)

    def make_rows(self, query: Query, raw: Sequence[Reply]) -> Envelope[Data]:
        """As `Fetcher` says."""
        with self._readable():
            return self.read(query, raw)

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except NotFound as missing:
            raise NoData(f"{self.vendor} has nothing at {missing}; ask for something else") from None
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            kind = type(self).__name__
            # Without the stack: logs show local variables, and a request among them would show its key.
            place = traceback.extract_tb(error.__traceback__)[-1]
            told = f"{type(error).__name__}: {error}"[:MESSAGE_LENGTH_MAX]
            where = f"{Path(place.filename).name}:{place.lineno}"
            log.error("vendor_answer_unreadable", vendor=self.vendor, fetcher=kind, error=told, where=where)
            raise VendorUnavailable(
                f"{self.vendor} answered {kind} in an unknown form; try again later",
                vendor=self.vendor,
                endpoint=kind,
            ) from None
