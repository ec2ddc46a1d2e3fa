"""Answers of the portfolio tools. Weights and returns are fractions: 0.25 is 25 %."""

from typing import Literal

from pydantic import Field, FiniteFloat

from schemas.wire import Wire

ObjectiveName = Literal[
    "max_sharpe", "min_variance", "risk_parity", "hrp", "target_return", "target_volatility"
]


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


class CovarianceMatrix(Wire):
    """Annual covariances and mean returns, in the form that `optimize_portfolio_weights` takes."""

    symbols: list[str]
    cov_matrix: list[list[FiniteFloat]]
    """One row and one column per symbol, in the order of `symbols`."""
    expected_returns: list[FiniteFloat]
    """Mean simple return per period, times the periods of a year."""
    volatilities: list[FiniteFloat]
    observations: int
    periods_per_year: int


class OptimalWeights(Wire):
    """The best weights for an objective, and what they are expected to give."""

    objective: ObjectiveName
    weights: list[FiniteFloat]
    """In the order of the assets; they sum to 1."""
    expected_return: FiniteFloat
    volatility: FiniteFloat
    sharpe_ratio: FiniteFloat
    """Expected excess return by volatility."""
    risk_shares: list[FiniteFloat]
    """What part of the variance each asset contributes; they sum to 1."""
    symbols: list[str] | None = None
    """The assets, when they have names."""


class FrontierPoint(Wire):
    """An efficient portfolio."""

    weights: list[FiniteFloat]
    expected_return: FiniteFloat
    volatility: FiniteFloat
    sharpe_ratio: FiniteFloat


class EfficientFrontier(Wire):
    """Portfolios of the least volatility for what they are expected to return, the least volatile first."""

    symbols: list[str]
    points: list[FrontierPoint]
    max_sharpe: FrontierPoint | None
    """The tangency portfolio; null when nothing is expected to beat the risk-free rate."""
    observations: int
    periods_per_year: int
    reason: str | None = None


class PortfolioMetrics(Wire):
    """Figures of a portfolio that is brought back to its weights after each period; annual where not said."""

    total_return: FiniteFloat
    """Compounded over all periods."""
    annual_return: FiniteFloat
    """Mean return per period, times the periods of a year."""
    annual_growth: FiniteFloat | None
    """Compound annual growth rate."""
    volatility: FiniteFloat
    sharpe_ratio: FiniteFloat | None
    sortino_ratio: FiniteFloat | None
    max_drawdown: FiniteFloat = Field(ge=-1, le=0)
    best: FiniteFloat
    worst: FiniteFloat
    """The best and the worst return of a period."""
    risk_shares: list[FiniteFloat] | None
    """What part of the variance each asset contributes, in the order of `symbols`."""
    symbols: list[str]
    observations: int
    periods_per_year: int
    reason: str | None = None


class Concentration(Wire):
    """How much of a portfolio is in few assets, by gross size."""

    herfindahl: FiniteFloat = Field(ge=0, le=1 + 1e-9)
    """Sum of squared shares: 1 is one asset, 1 / assets is even."""
    effective_number: FiniteFloat
    """1 / herfindahl: as concentrated as so many equal positions."""
    largest_share: FiniteFloat
    largest: str | None
    """Its symbol, when weights came by symbol."""
    top_3_share: FiniteFloat
    assets: int


class RiskContributions(Wire):
    """How much each asset adds to the annual volatility of a portfolio."""

    symbols: list[str]
    weights: list[FiniteFloat]
    contributions: list[FiniteFloat] | None
    """As fractions a year; they sum to `volatility`."""
    shares: list[FiniteFloat] | None
    """The same, as parts of `volatility`."""
    volatility: FiniteFloat
    diversification_ratio: FiniteFloat | None
    """Mean volatility of the assets by that of the portfolio; null with short positions."""
    observations: int
    periods_per_year: int
    reason: str | None = None


class DiversificationRatio(Wire):
    """Mean volatility of the assets, by weight, by that of the portfolio: 1 is no diversification."""

    diversification_ratio: FiniteFloat | None
    volatility: FiniteFloat
    weighted_volatility: FiniteFloat
    """Annual, like `volatility`."""
    observations: int
    periods_per_year: int
    reason: str | None = None


class Contribution(Wire):
    """One asset's part in the return of a portfolio."""

    symbol: str
    weight: FiniteFloat
    """At the start."""
    asset_return: FiniteFloat
    contribution: FiniteFloat
    share: FiniteFloat | None
    """Part of the portfolio's return; null when that is 0."""
    final_weight: FiniteFloat | None
    """At the end, when nothing was traded; null when nothing is left."""


class ReturnAttribution(Wire):
    """Where the return of buying and holding came from, the largest contribution first."""

    portfolio_return: FiniteFloat
    contributions: list[Contribution]
    """They sum to `portfolio_return`."""
    observations: int
    start: str | None
    end: str | None
    """Dates of the first and last price, when there are dates."""
    reason: str | None = None


class ScenarioResult(Wire):
    """What a scenario would do to a portfolio."""

    name: str
    portfolio_return: FiniteFloat
    contributions: dict[str, FiniteFloat]
    """Weight times shock, of each shocked asset."""
    unshocked: list[str]
    """Held, and not in the scenario: taken as unchanged."""


class StressScenarios(Wire):
    """Scenarios, the worst first."""

    scenarios: list[ScenarioResult]


class WorstWindow(Wire):
    """What buying and holding over a window returned."""

    portfolio_return: FiniteFloat
    asset_returns: dict[str, FiniteFloat]
    start: int
    end: int
    """Positions of the first and last price, counted from 0."""
    start_date: str | None
    end_date: str | None


class WorstWindows(Wire):
    """The worst windows of the past, which do not overlap, the worst first."""

    window: int
    windows: list[WorstWindow]
    observations: int
