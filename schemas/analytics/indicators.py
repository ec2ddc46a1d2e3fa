"""Answers of the indicator tools."""

from pydantic import FiniteFloat

from schemas.wire import Wire


class MovingAverage(Wire):
    """A simple moving average: one value per price, null until `period` prices are known."""

    period: int
    values: list[FiniteFloat | None]
    latest: FiniteFloat
    dates: list[str] | None = None
    """One per value when the prices came with dates, otherwise null."""
