"""What the market is made of: when it is open, what is listed, what an index or fund holds."""

from typing import Literal

from schemas.wire import Wire

AssetClass = Literal["stock", "etf", "crypto", "index", "other"]


class MarketClock(Wire):
    """Whether the US stock market is in its regular session. Times are ISO 8601 in UTC."""

    now: str
    is_open: bool
    next_open: str
    next_close: str


class MarketCalendar(Wire):
    """Trading days as columns of the same length, oldest first. `opens_at` and `closes_at` are in UTC."""

    day: list[str]
    opens_at: list[str]
    closes_at: list[str]


class Asset(Wire):
    """Something that has a price."""

    symbol: str
    name: str
    asset_class: AssetClass
    exchange: str | None = None
    is_tradable: bool | None = None
    sector: str | None = None


class Assets(Wire):
    """Assets that match a search, best first."""

    assets: list[Asset]


class Constituent(Wire):
    """A member of an index or fund. `weight` is a fraction of the whole."""

    symbol: str
    name: str | None = None
    sector: str | None = None
    industry: str | None = None
    weight: float | None = None


class Constituents(Wire):
    """Members of an index or fund, heaviest first where weights are known."""

    symbol: str
    name: str | None = None
    constituents: list[Constituent]
