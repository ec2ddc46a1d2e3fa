"""A trading account as it is seen: nothing here can be sent to change it."""

from typing import Literal

from schemas.wire import Wire


class Account(Wire):
    """Money is in the currency of the answer's `metadata`."""

    status: str
    """As the broker says it, such as ACTIVE."""
    cash: float | None
    equity: float | None
    previous_equity: float | None
    """Equity at the close of the last trading day."""
    buying_power: float | None
    long_market_value: float | None = None
    short_market_value: float | None = None
    initial_margin: float | None = None
    maintenance_margin: float | None = None
    multiplier: float | None = None
    is_trading_blocked: bool | None = None
    opened_at: str | None = None


class Position(Wire):
    """What is held of one symbol. A short position has a negative quantity and market value."""

    symbol: str
    asset_class: Literal["stock", "etf", "crypto", "other"]
    side: Literal["long", "short"]
    quantity: float
    average_entry_price: float
    cost_basis: float | None
    price: float | None
    market_value: float | None
    unrealized_gain: float | None
    unrealized_gain_fraction: float | None
    """Of the cost basis."""
    change_today_fraction: float | None = None


class Positions(Wire):
    """Open positions, by symbol."""

    positions: list[Position]


class Order(Wire):
    """An order that was placed elsewhere. Times are ISO 8601 in UTC."""

    id: str
    symbol: str
    side: Literal["buy", "sell"] | None
    type: str
    """market, limit, stop, stop_limit or trailing_stop."""
    status: str
    """As the broker says it, such as filled, canceled, accepted."""
    time_in_force: str | None = None
    quantity: float | None = None
    notional: float | None = None
    filled_quantity: float | None = None
    average_fill_price: float | None = None
    limit_price: float | None = None
    stop_price: float | None = None
    submitted_at: str
    filled_at: str | None = None
    canceled_at: str | None = None


class Orders(Wire):
    """Orders, newest first."""

    orders: list[Order]


class PortfolioHistory(Wire):
    """Equity over time as columns of the same length, oldest first."""

    timeframe: str
    timestamp: list[str]
    """ISO 8601: a date for daily values, otherwise a time in UTC."""
    equity: list[float | None]
    gain: list[float | None]
    """Since the start of the period, without money paid in or out."""
    gain_fraction: list[float | None]
    """Of `base_value`."""
    base_value: float | None


class Watchlist(Wire):
    """A named list of symbols."""

    name: str
    symbols: list[str]


class Watchlists(Wire):
    """The account's watchlists, by name."""

    watchlists: list[Watchlist]
