"""What every answer of the financial server is wrapped in, and what takes its place when there is none."""

from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import Field

from schemas.market.prices import Adjustment
from schemas.wire import Wire, utc_now

Data = TypeVar("Data")

MarketState = Literal["open", "closed", "unknown"]


class RateLimit(Wire):
    """What the vendor says is left of the caller's allowance."""

    remaining: int | None = None
    reset_at: datetime | None = None


class PassedOver(Wire):
    """A vendor that came first and did not answer, and the code of its problem."""

    vendor: str
    code: str


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
    market_state: MarketState = "unknown"
    rate_limit: RateLimit | None = None
    simulated: bool = False
    fallback_from: list[PassedOver] = Field(default_factory=list)
    """Vendors that come before `source` for this kind of data, in the order they were asked."""


class Envelope(Wire, Generic[Data]):
    """Every answer of the financial server."""

    status: Literal["success"] = "success"
    data: Data
    metadata: Metadata


PROBLEM_META_KEY = "ai.qna/problem"
"""Where in the `_meta` of an error result its problem is."""


class ToolProblem(Wire):
    """Why a tool could not answer, in the `_meta` of its error result."""

    status: Literal["error"] = "error"
    code: str
    message: str
    details: dict[str, Any] = Field(default_factory=dict)
