"""The simulated vendor at a time of the test's choosing, over one market for all tests of a process."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from mcp_servers.financial.vendors.kinds import CRYPTO_BARS, STOCK_BARS, Kind
from mcp_servers.financial.vendors.requests import BarsRequest
from mcp_servers.financial.vendors.simulated.market import SimulatedMarket
from mcp_servers.financial.vendors.simulated.moment import SimulatedView
from mcp_servers.financial.vendors.simulated.vendor import SimulatedVendor
from mcp_servers.financial.vendors.vendor import answer
from schemas.market.envelope import Envelope
from schemas.market.prices import Bars

OPEN = datetime(2026, 11, 25, 16, 37, 20, tzinfo=UTC)
"""A Wednesday, two hours into the session, the day before Thanksgiving."""
CLOSED = datetime(2026, 11, 25, 23, 0, tzinfo=UTC)


@cache
def market() -> SimulatedMarket:
    """Seed 1, as it is served."""
    return SimulatedMarket(1)


def vendor_at(now: datetime) -> SimulatedVendor:
    """The vendor with a clock that stands still."""
    return SimulatedVendor(SimulatedView(market(), lambda: now))


async def ask(kind: Kind[Any, Any], request: Any, now: datetime = CLOSED) -> Envelope[Any]:
    """The whole answer."""
    return await answer(vendor_at(now).fetchers[kind.name], request)


async def bars_of(
    symbol: str, timeframe: Any, limit: int = 10_000, *, now: datetime = CLOSED, **differences: Any
) -> Bars:
    """Unadjusted bars of one symbol, unless told otherwise."""
    wanted = {"adjustment": "raw", **differences}
    kind = CRYPTO_BARS if "/" in symbol else STOCK_BARS
    found: Bars = (await ask(kind, BarsRequest([symbol], timeframe, limit, **wanted), now)).data.bars[symbol]
    return found
