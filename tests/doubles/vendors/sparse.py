"""A vendor that has everything that another one has, but for some fields, which are null as of a real one."""

from collections.abc import Mapping
from typing import Any

from mcp_servers.financial.vendors.vendor import AnyFetcher, Vendor
from schemas.health import PartHealth


class SparseVendor:
    """A vendor over another one, under its name. `missing` are the fields that it does not know."""

    def __init__(self, vendor: Vendor, missing: set[str]) -> None:
        self._vendor = vendor
        self.name = vendor.name
        self.fetchers: Mapping[str, AnyFetcher] = {
            kind: _SparseFetcher(fetcher, missing) for kind, fetcher in vendor.fetchers.items()
        }

    def check_health(self) -> PartHealth:
        """That of the vendor."""
        return self._vendor.check_health()

    async def close(self) -> None:
        """Close the vendor."""
        await self._vendor.close()


class _SparseFetcher:
    def __init__(self, fetcher: AnyFetcher, missing: set[str]) -> None:
        self.make_query = fetcher.make_query
        self.fetch = fetcher.fetch
        self._fetcher = fetcher
        self._missing = missing

    def make_rows(self, query: Any, raw: Any) -> Any:
        """The vendor's answer without the fields."""
        envelope = self._fetcher.make_rows(query, raw)
        data = _without(envelope.data.model_dump(), self._missing)
        return envelope.model_copy(update={"data": type(envelope.data).model_validate(data)})


def _without(data: Any, missing: set[str]) -> Any:
    """`data` with null for these fields, and for every value of those that are columns."""
    if isinstance(data, list):
        return [_without(each, missing) for each in data]
    if not isinstance(data, dict):
        return data
    return {
        name: _without(value, missing)
        if name not in missing
        else [None] * len(value)
        if isinstance(value, list)
        else None
        for name, value in data.items()
    }
