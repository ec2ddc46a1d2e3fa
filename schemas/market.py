"""Market data in one neutral form, whichever vendor it came from."""

from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import Field

from schemas.wire import Wire, utc_now

Data = TypeVar("Data")

Timeframe = Literal["1Min", "5Min", "15Min", "30Min", "1Hour", "4Hour", "1Day", "1Week", "1Month"]
Adjustment = Literal["raw", "split", "dividend", "all"]


class RateLimit(Wire):
    """What the vendor says is left of the caller's allowance."""

    remaining: int | None = None
    reset_at: datetime | None = None


class Metadata(Wire):
    """The label on a piece of data: where it is from and what it is worth."""

    timestamp: datetime = Field(default_factory=utc_now)
    source: str
    endpoint: str
    as_of: datetime | date | None = None
    feed: str | None = None
    delay: int | None = None
    """Seconds between the market and this data; None when unknown or historical."""
    adjustment: Adjustment | None = None
    currency: str | None = "USD"
    market_state: Literal["open", "closed", "unknown"] = "unknown"
    rate_limit: RateLimit | None = None
    simulated: bool = False


class Envelope(Wire, Generic[Data]):
    """Every answer of the financial server."""

    status: Literal["success"] = "success"
    data: Data
    metadata: Metadata


class ToolProblem(Wire):
    """Why a tool could not answer, in the structured content of its error result."""

    status: Literal["error"] = "error"
    code: str
    message: str
    details: dict[str, Any] = Field(default_factory=dict)


class Bars(Wire):
    """Bars as columns of the same length, oldest first. Null where the vendor has no value."""

    symbol: str
    timeframe: Timeframe
    timestamp: list[str]
    """ISO 8601: a date for daily bars and longer, otherwise a time in UTC."""
    open: list[float | None]
    high: list[float | None]
    low: list[float | None]
    close: list[float | None]
    volume: list[float | None]


class Snapshot(Wire):
    """The latest known state of one symbol. Changes are fractions of the previous close."""

    symbol: str
    price: float | None
    previous_close: float | None
    change: float | None
    change_fraction: float | None
    open: float | None = None
    high: float | None = None
    low: float | None = None
    volume: float | None = None
    as_of: str


class Snapshots(Wire):
    """Snapshots in the order asked for."""

    snapshots: list[Snapshot]


class ActiveSymbol(Wire):
    """One row of the most-actives screen. `volume` is null where the vendor has none."""

    rank: int
    symbol: str
    volume: float | None
    price: float | None
    change_fraction: float | None


class MostActives(Wire):
    """The most active symbols, best first, and by what they were ranked."""

    ranked_by: str
    rows: list[ActiveSymbol]
