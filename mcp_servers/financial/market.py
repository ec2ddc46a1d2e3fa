"""All vendors as one: who is asked for which kind of data, in which order, and who is asked instead."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar

import structlog

from mcp_servers.financial.settings import FallbackReason
from mcp_servers.financial.vendors.failures import NotConfigured, VendorFailed
from mcp_servers.financial.vendors.kinds import ALL_KINDS, Kind
from mcp_servers.financial.vendors.vendor import Vendor, answer
from mcp_servers.problems import Problem
from schemas.health import PartHealth
from schemas.market.envelope import Envelope, PassedOver

Request = TypeVar("Request")
Data = TypeVar("Data")

ANY_KIND = "default"
SIMULATED = "simulated"
LACKING = frozenset({"unknown_symbol", "no_data", "not_offered"})
HANDS_ON = {"files": LACKING, "sample": LACKING}
"""Vendors that are the smaller part of a whole: what they have not, the next one is asked for."""

log = structlog.get_logger()


class BadRoute(ValueError):
    """A vendor order that names a vendor or a kind of data that there is not."""


class Market:
    """`vendors` in the order they are asked, unless `orders` has another one for a kind or as `default`.

    The next vendor is asked only after a problem listed in `fallback`; `failure` stands for every
    `VendorFailed`. `configuration` is stated to those who remember answers. Raises `BadRoute`.
    """

    def __init__(
        self,
        vendors: Sequence[Vendor],
        orders: Mapping[str, Sequence[str]] | None = None,
        fallback: Sequence[FallbackReason] = (),
        configuration: str = "",
    ) -> None:
        self.configuration = configuration
        self._vendors = {vendor.name: vendor for vendor in vendors}
        self._orders = dict(orders or {})
        self._fallback = frozenset(fallback)
        self._check_orders()

    def route(self, kind: Kind[Request, Data]) -> list[Vendor]:
        """The vendors that have `kind`, in the order they are asked."""
        order = self._orders.get(kind.name, self._orders.get(ANY_KIND, list(self._vendors)))
        return [self._vendors[name] for name in order if kind.of(self._vendors[name])]

    async def answer(self, kind: Kind[Request, Data], request: Request) -> Envelope[Data]:
        """The answer of the first vendor of the route; the label names those that were passed over.

        Raises the `Problem` of the vendor that did not answer, `NotConfigured` when none has this kind.
        """
        problems: dict[str, Problem] = {}
        for vendor in self.route(kind):
            fetcher = kind.of(vendor)
            assert fetcher is not None
            try:
                envelope = await answer(fetcher, request)
            except Problem as problem:
                problems[vendor.name] = problem
                if not self._passes_on(vendor, problem):
                    break
                log.info("vendor_passed_over", vendor=vendor.name, kind=kind.name, code=problem.code)
            else:
                return _labelled(envelope, problems)
        raise _most_telling(kind, list(problems.values()))

    @property
    def is_simulated(self) -> bool:
        """Whether any answer may be of the simulated market."""
        return any(vendor.name == SIMULATED for kind in ALL_KINDS for vendor in self.route(kind))

    def check_health(self) -> list[PartHealth]:
        """One part for each vendor; nobody is called."""
        return [vendor.check_health() for vendor in self._vendors.values()]

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Market"]:
        """Ready until the end of the block, then every connection is closed."""
        async with AsyncExitStack() as stack:
            for vendor in self._vendors.values():
                stack.push_async_callback(vendor.close)
            yield self

    def _passes_on(self, vendor: Vendor, problem: Problem) -> bool:
        if isinstance(problem, VendorFailed):
            return "failure" in self._fallback
        return problem.code in self._fallback | HANDS_ON.get(vendor.name, frozenset())

    def _check_orders(self) -> None:
        known = {kind.name for kind in ALL_KINDS} | {ANY_KIND}
        for name, order in self._orders.items():
            if name not in known:
                raise BadRoute(
                    f"no kind of market data is called {name!r}; there are {', '.join(sorted(known))}"
                )
            if missing := [vendor for vendor in order if vendor not in self._vendors]:
                raise BadRoute(
                    f"{name}: vendor {missing[0]!r} is not configured; there are {', '.join(self._vendors)}"
                )


def _labelled(envelope: Envelope[Data], problems: Mapping[str, Problem]) -> Envelope[Data]:
    if not problems:
        return envelope
    passed_over = [PassedOver(vendor=vendor, code=problem.code) for vendor, problem in problems.items()]
    label = envelope.metadata.model_copy(update={"fallback_from": passed_over})
    return envelope.model_copy(update={"metadata": label})


def _most_telling(kind: Kind[Request, Data], problems: list[Problem]) -> Problem:
    """A vendor's failure, because the next one's "unknown symbol" would hide it; otherwise the last."""
    if not problems:
        return NotConfigured(
            f"no configured vendor has {kind.name.replace('_', ' ')}; set the key of one that has",
            kind=kind.name,
        )
    return next((problem for problem in problems if isinstance(problem, VendorFailed)), problems[-1])
