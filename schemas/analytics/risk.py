"""Answers of the risk tools."""

from pydantic import FiniteFloat

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
