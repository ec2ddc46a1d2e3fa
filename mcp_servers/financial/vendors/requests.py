"""What can be asked of a vendor, one class for each kind of data. Dates are inclusive days of the market."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from schemas.market.prices import Adjustment, Feed, Timeframe
from schemas.market.reference import AssetClass


@dataclass(frozen=True)
class BarsRequest:
    """Bars of each symbol. Without `start`, the last `limit` ones up to `end` or now.

    With `start`, every bar of the period, refused when a symbol has more than `limit`.
    """

    symbols: list[str]
    timeframe: Timeframe
    limit: int
    start: date | None = None
    end: date | None = None
    adjustment: Adjustment = "all"
    feed: Feed | None = None
    """None leaves the choice to the vendor; vendors without feeds ignore it."""


@dataclass(frozen=True)
class SnapshotsRequest:
    """The latest known state of each symbol, in this order."""

    symbols: list[str]


@dataclass(frozen=True)
class NewsRequest:
    """The newest `limit` articles about any of `symbols`; about anything when there are none."""

    symbols: list[str]
    limit: int
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True)
class MostActivesRequest:
    """The first `limit` rows of a screen that is ranked by `by`."""

    limit: int
    by: Literal["any", "volume"] = "any"


@dataclass(frozen=True)
class MoversRequest:
    """The first `limit` gainers and the first `limit` losers."""

    limit: int
    market: Literal["stocks", "crypto"] = "stocks"


@dataclass(frozen=True)
class ClockRequest:
    """The market now."""


@dataclass(frozen=True)
class CalendarRequest:
    """The trading days of a period."""

    start: date
    end: date


@dataclass(frozen=True)
class AssetsRequest:
    """The first `limit` assets whose symbol or name is like `text`."""

    text: str
    limit: int
    asset_class: AssetClass | None = None


@dataclass(frozen=True)
class AccountRequest:
    """The account that the vendor's key belongs to."""


@dataclass(frozen=True)
class PositionsRequest:
    """Every open position."""


@dataclass(frozen=True)
class OrdersRequest:
    """The newest `limit` orders of this status."""

    limit: int
    status: Literal["open", "closed", "all"] = "all"


@dataclass(frozen=True)
class PortfolioHistoryRequest:
    """Equity over the period that ends now."""

    period: Literal["1D", "1W", "1M", "3M", "1A"]
    timeframe: Literal["5Min", "15Min", "1H", "1D"]


@dataclass(frozen=True)
class WatchlistsRequest:
    """Every watchlist with its symbols."""


@dataclass(frozen=True)
class FundamentalsRequest:
    """One company or fund."""

    symbol: str


@dataclass(frozen=True)
class DividendsRequest:
    """Dividends whose ex-date is in the period; without dates, all that are known."""

    symbol: str
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True)
class SplitsRequest:
    """Every split that is known."""

    symbol: str


@dataclass(frozen=True)
class EarningsRequest:
    """Reports in the period, of `symbols` or, when there are none, of everybody."""

    symbols: list[str]
    start: date
    end: date


@dataclass(frozen=True)
class ConstituentsRequest:
    """The members of an index or fund."""

    symbol: str
