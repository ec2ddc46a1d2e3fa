"""The simulated market behind a gate: its answers can be held, and it can fail as vendors do."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from mcp_servers.financial.vendors.vendor import AnyFetcher, Vendor
from mcp_servers.problems import Problem
from schemas.health import PartHealth
from tests.doubles.gate import Gate


class HeldMarket:
    """A vendor over another one, under its name. `problems` are raised instead of answers, by kind of data.

    `label` is put over the label of every answer.
    """

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor
        self.name = vendor.name
        self.gate = Gate()
        self.problems: dict[str, Problem] = {}
        self.label: dict[str, str] = {}
        self.fetchers: Mapping[str, AnyFetcher] = {
            kind: _HeldFetcher(fetcher, partial(self._come_by, kind), self.label)
            for kind, fetcher in vendor.fetchers.items()
        }

    def check_health(self) -> PartHealth:
        """That of the vendor."""
        return self._vendor.check_health()

    async def close(self) -> None:
        """Close the vendor."""
        await self._vendor.close()

    async def _come_by(self, kind: str) -> None:
        await self.gate.passed()
        if kind in self.problems:
            raise self.problems[kind]


class _HeldFetcher:
    """The fetcher of a vendor, asked only when the gate was passed."""

    def __init__(self, fetcher: AnyFetcher, come_by: Callable[[], Any], label: Mapping[str, str]) -> None:
        self.make_query = fetcher.make_query
        self._fetcher = fetcher
        self._come_by = come_by
        self._label = label

    async def fetch(self, query: Any) -> Any:
        """What the vendor sends, later or never."""
        await self._come_by()
        return await self._fetcher.fetch(query)

    def make_rows(self, query: Any, raw: Any) -> Any:
        """The vendor's answer, under the label that a test wants."""
        envelope = self._fetcher.make_rows(query, raw)
        labelled = envelope.metadata.model_copy(update=dict(self._label))
        return envelope.model_copy(update={"metadata": labelled})
