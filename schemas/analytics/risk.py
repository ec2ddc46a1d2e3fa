"""Answers of the risk tools."""

from typing import Literal

from pydantic import Field, FiniteFloat

from schemas.wire import Wire


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


class SortinoRatio(Wire):
    """Annual return beyond the target per unit of downside deviation, or null when nothing falls short."""

    sortino_ratio: FiniteFloat | None
    downside_deviation: FiniteFloat
    """Annual, as a fraction."""
    target_per_period: FiniteFloat
    observations: int
    periods_per_year: int
    reason: str | None = None


class DownsideDeviation(Wire):
    """How far returns fall short of a target: annual, as a fraction."""

    downside_deviation: FiniteFloat
    target_per_period: FiniteFloat
    observations: int
    periods_per_year: int


class OmegaRatio(Wire):
    """Gains beyond the target by shortfalls below it, or null when nothing falls short."""

    omega_ratio: FiniteFloat | None
    target_per_period: FiniteFloat
    observations: int
    periods_per_year: int
    reason: str | None = None


class CalmarRatio(Wire):
    """Compound annual growth by the depth of the deepest fall, or null when there is no fall."""

    calmar_ratio: FiniteFloat | None
    annual_growth: FiniteFloat | None
    max_drawdown: FiniteFloat = Field(ge=-1, le=0)
    observations: int
    periods_per_year: int
    reason: str | None = None


class UlcerIndex(Wire):
    """Depth and length of falls in one figure: 0.1 is a typical distance of 10 % below the peak."""

    ulcer_index: FiniteFloat = Field(ge=0, le=1)
    observations: int


class ValueAtRisk(Wire):
    """The loss in one period that is not exceeded with `confidence`."""

    var: FiniteFloat
    """A loss as a positive fraction: 0.02 is a loss of 2 %. Negative when even this case is a gain."""
    confidence: FiniteFloat
    method: Literal["historical", "parametric"]
    observations: int


class ConditionalValueAtRisk(Wire):
    """The mean loss in the periods that are at least as bad as the value at risk."""

    cvar: FiniteFloat
    """A loss as a positive fraction, never below `var`."""
    var: FiniteFloat
    confidence: FiniteFloat
    method: Literal["historical", "parametric"]
    observations: int


class TailRatio(Wire):
    """Size of the best returns by that of the worst: above 1, gains reach further than losses."""

    tail_ratio: FiniteFloat | None
    percentile_5: FiniteFloat
    percentile_95: FiniteFloat
    observations: int
    reason: str | None = None


class Skewness(Wire):
    """Lopsidedness: negative when large losses are more common than large gains; 0 for a normal one."""

    skewness: FiniteFloat | None
    observations: int
    reason: str | None = None


class Kurtosis(Wire):
    """Weight of the tails."""

    excess_kurtosis: FiniteFloat | None
    """0 for a normal distribution, positive for fatter tails."""
    observations: int
    reason: str | None = None


class Beta(Wire):
    """Move of the returns for a move of the benchmark by 1."""

    beta: FiniteFloat | None
    correlation: FiniteFloat | None
    observations: int
    reason: str | None = None


class Alpha(Wire):
    """Return that the benchmark does not explain: annual, as a fraction."""

    alpha: FiniteFloat | None
    beta: FiniteFloat | None
    risk_free_per_period: FiniteFloat
    observations: int
    periods_per_year: int
    reason: str | None = None


class InformationRatio(Wire):
    """Annual return beyond the benchmark per unit of its volatility."""

    information_ratio: FiniteFloat | None
    tracking_error: FiniteFloat
    """Annual volatility of the returns beyond the benchmark, as a fraction."""
    observations: int
    periods_per_year: int
    reason: str | None = None


class RollingFigure(Wire):
    """A figure over the last `window` values at each value; null until there are as many, or undefined."""

    window: int
    values: list[FiniteFloat | None]
    latest: FiniteFloat | None
    lowest: FiniteFloat | None
    highest: FiniteFloat | None
    dates: list[str] | None = None
    """One per value when the series came with dates, otherwise null."""
    observations: int
    reason: str | None = None
