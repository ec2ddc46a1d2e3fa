"""The simulated market as it is at one time: what every answer of the vendor is made from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from mcp_servers.financial.hours import NEW_YORK
from mcp_servers.financial.vendors.simulated.market import SimulatedMarket, Years
from mcp_servers.financial.vendors.simulated.price_history import BarColumns, PriceHistory
from mcp_servers.financial.vendors.simulated.sessions import Sessions, date_of, moment_of
from mcp_servers.financial.vendors.simulated.universe import Listing, Universe
from mcp_servers.problems import NoData
from schemas.market.envelope import Metadata
from schemas.market.prices import Adjustment

SOURCE = "simulated"
FIRST_NOW = date(2006, 3, 1)
"""Two months after the history begins: before, there is nothing to compare a price with."""


@dataclass(frozen=True)
class Moment:
    """The market at `now`; nothing here looks beyond it, except at days that are announced."""

    now: datetime
    years: Years
    universe: Universe
    _daily: dict[str, BarColumns] = field(default_factory=dict, repr=False, compare=False)

    def listing(self, symbol: str) -> Listing:
        return self.universe.listings[symbol]

    def sessions(self, symbol: str) -> Sessions:
        return self.years.sessions(self.listing(symbol))

    def history(self, symbol: str) -> PriceHistory:
        return self.years.history(symbol)

    def daily(self, symbol: str) -> BarColumns:
        """Daily bars; the last one may be of the session that is on."""
        if symbol not in self._daily:
            self._daily[symbol] = self.years.daily(symbol, self.now)
        return self._daily[symbol]

    def price(self, symbol: str) -> float:
        """The newest price."""
        return float(self.daily(symbol).close[-1] / self.history(symbol).tick)

    def shares(self, symbol: str) -> float:
        """Shares outstanding after the splits so far."""
        return self.history(symbol).shares(len(self.daily(symbol)) - 1)

    def priced_at(self, symbol: str) -> datetime:
        """When the newest price was made."""
        close = int(self.sessions(symbol).closes[self.daily(symbol).places[-1]])
        return min(self.now.replace(second=0, microsecond=0), moment_of(close))

    @property
    def today(self) -> date:
        """The day in New York."""
        return self.now.astimezone(NEW_YORK).date()

    @property
    def newest_day(self) -> date:
        """The last day on which US stocks have traded."""
        return date_of(int(self.years.us.days[self.years.us.count_opened(self.now) - 1]))

    @property
    def is_open(self) -> bool:
        """Whether US stocks are trading."""
        return self.years.us.is_open(self.now)

    def label(
        self,
        endpoint: str,
        as_of: datetime | date | None,
        *,
        is_crypto: bool = False,
        adjustment: Adjustment | None = None,
        currency: str | None = "USD",
    ) -> Metadata:
        """Every answer says that it is simulated, by which seed, and where its market stands."""
        return Metadata(
            source=SOURCE,
            endpoint=endpoint,
            as_of=as_of,
            feed=f"seed {self.years.seed}",
            adjustment=adjustment,
            currency=currency,
            market_state="open" if is_crypto or self.is_open else "closed",
            simulated=True,
        )


@dataclass(frozen=True)
class SimulatedView:
    """The market seen through a clock that is passed in."""

    market: SimulatedMarket
    clock: Callable[[], datetime]

    @property
    def universe(self) -> Universe:
        return self.market.universe

    def moment(self) -> Moment:
        """Raises `NoData` when the clock is before the history."""
        now = self.clock().astimezone(UTC)
        if now.date() < FIRST_NOW:
            raise NoData(
                f"the simulated market has no data before {FIRST_NOW}; set the clock of this machine",
                first=FIRST_NOW.isoformat(),
            )
        return Moment(now, self.market.at(now), self.universe)
