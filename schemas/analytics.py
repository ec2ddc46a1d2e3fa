"""What the analytics tools answer. Where a figure is null, `reason` says why."""

from pydantic import Field, FiniteFloat

from schemas.wire import Wire


class MovingAverage(Wire):
    """A simple moving average: one value per price, null until `period` prices are known."""

    period: int
    values: list[FiniteFloat | None]
    latest: FiniteFloat
    dates: list[str] | None = None
    """One per value when the prices came with dates, otherwise null."""


class Volatility(Wire):
    """How much returns scatter. `volatility` is annual, as a fraction: 0.25 is 25 % a year."""

    volatility: FiniteFloat
    per_period: FiniteFloat
    """Standard deviation of one period's return, as a fraction."""
    observations: int
    """How many of the most recent returns were used."""
    periods_per_year: int


class SharpeRatio(Wire):
    """Annual excess return per unit of annual volatility, or null when the returns do not vary."""

    sharpe_ratio: FiniteFloat | None
    risk_free_per_period: FiniteFloat
    """The annual rate as a fraction per period: (1 + annual) ** (1 / periods_per_year) - 1."""
    observations: int
    periods_per_year: int
    reason: str | None = None


class PricePoint(Wire):
    """One price of a series. `position` counts from 0, in order of date when there are dates."""

    position: int
    price: FiniteFloat
    date: str | None = None


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


class CorrelationPair(Wire):
    """Two different symbols and their correlation."""

    first: str
    second: str
    correlation: FiniteFloat | None


class CorrelationMatrix(Wire):
    """Pearson correlations of simple returns, from -1 to 1; null where a price does not move."""

    symbols: list[str]
    matrix: list[list[FiniteFloat | None]]
    """One row and one column per symbol, in the order of `symbols`."""
    pairs: list[CorrelationPair]
    """Each pair once, the highest correlation first."""
    observations: int
    """How many returns each symbol contributed."""
    reason: str | None = None
