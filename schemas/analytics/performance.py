"""Answers of the performance tools."""

from pydantic import Field, FiniteFloat

from schemas.analytics.series import PricePoint
from schemas.wire import Wire


class MaxDrawdown(Wire):
    """The deepest fall from a peak. The points are null when the prices never fall."""

    max_drawdown: FiniteFloat = Field(ge=-1, le=0)
    """A negative fraction of the peak: -0.5 is a fall by half."""
    peak: PricePoint | None
    trough: PricePoint | None
    recovery: PricePoint | None
    """The first price after the trough that is at least the peak; null while there is none."""
    observations: int
    reason: str | None = None
