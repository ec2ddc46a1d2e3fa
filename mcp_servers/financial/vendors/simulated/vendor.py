"""The simulated market as a vendor: every kind of data, from one seed and a clock."""

from collections.abc import Callable
from datetime import datetime

from mcp_servers.financial.vendors import kinds
from mcp_servers.financial.vendors.simulated.account import (
    SimulatedAccount,
    SimulatedOrders,
    SimulatedPortfolioHistory,
    SimulatedPositions,
    SimulatedWatchlists,
)
from mcp_servers.financial.vendors.simulated.bars import SimulatedBars
from mcp_servers.financial.vendors.simulated.fundamentals import SimulatedFundamentals
from mcp_servers.financial.vendors.simulated.listings import (
    SimulatedAssets,
    SimulatedCalendar,
    SimulatedClock,
    SimulatedConstituents,
)
from mcp_servers.financial.vendors.simulated.market import SimulatedMarket
from mcp_servers.financial.vendors.simulated.moment import SOURCE, SimulatedView
from mcp_servers.financial.vendors.simulated.news import SimulatedNews
from mcp_servers.financial.vendors.simulated.payouts import (
    SimulatedDividends,
    SimulatedEarnings,
    SimulatedSplits,
)
from mcp_servers.financial.vendors.simulated.sessions import EPOCH
from mcp_servers.financial.vendors.simulated.snapshots import (
    SimulatedMostActives,
    SimulatedMovers,
    SimulatedSnapshots,
)
from mcp_servers.financial.vendors.vendor import AnyFetcher
from schemas.health import PartHealth
from schemas.wire import utc_now


class SimulatedVendor:
    """Nothing is made before it is asked for."""

    name = SOURCE

    def __init__(self, view: SimulatedView) -> None:
        self._view = view
        self.fetchers: dict[str, AnyFetcher] = {
            kinds.STOCK_BARS.name: SimulatedBars(view, is_crypto=False),
            kinds.STOCK_SNAPSHOTS.name: SimulatedSnapshots(view, is_crypto=False),
            kinds.CRYPTO_BARS.name: SimulatedBars(view, is_crypto=True),
            kinds.CRYPTO_SNAPSHOTS.name: SimulatedSnapshots(view, is_crypto=True),
            kinds.NEWS.name: SimulatedNews(view),
            kinds.MOST_ACTIVES.name: SimulatedMostActives(view),
            kinds.MOVERS.name: SimulatedMovers(view),
            kinds.CLOCK.name: SimulatedClock(view),
            kinds.CALENDAR.name: SimulatedCalendar(view),
            kinds.ASSETS.name: SimulatedAssets(view),
            kinds.CONSTITUENTS.name: SimulatedConstituents(view),
            kinds.ACCOUNT.name: SimulatedAccount(view),
            kinds.POSITIONS.name: SimulatedPositions(view),
            kinds.ORDERS.name: SimulatedOrders(view),
            kinds.PORTFOLIO_HISTORY.name: SimulatedPortfolioHistory(view),
            kinds.WATCHLISTS.name: SimulatedWatchlists(view),
            kinds.FUNDAMENTALS.name: SimulatedFundamentals(view),
            kinds.DIVIDENDS.name: SimulatedDividends(view),
            kinds.SPLITS.name: SimulatedSplits(view),
            kinds.EARNINGS.name: SimulatedEarnings(view),
        }

    def check_health(self) -> PartHealth:
        facts = {
            "vendor": self.name,
            "first_day": EPOCH.isoformat(),
            "as_of": self._view.clock().date().isoformat(),
            "symbols": len(self._view.universe.listings),
            "seed": self._view.market.seed,
        }
        return PartHealth(name=self.name, status="up", detail="a market that does not exist", facts=facts)

    async def close(self) -> None:
        """Nothing is open."""


def open_simulated(clock: Callable[[], datetime] = utc_now, seed: int = 1) -> SimulatedVendor:
    """The market of `seed`, seen at the time of `clock`."""
    return SimulatedVendor(SimulatedView(SimulatedMarket(seed), clock))
