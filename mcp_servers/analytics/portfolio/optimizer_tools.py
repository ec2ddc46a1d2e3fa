"""Tools: weights that are best in some sense."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from mcp_servers.analytics.arguments import SYMBOLS_MAX, PeriodsPerYear, PriceSeries, RiskFreeRate
from mcp_servers.analytics.matching import match
from mcp_servers.analytics.portfolio.moments import (
    Moments,
    Shrinkage,
    check_invertible,
    estimate_moments,
    read_moments,
)
from mcp_servers.analytics.portfolio.optimizers import (
    Objective,
    Wish,
    frontier_weights,
    highest_return,
    optimal_weights,
)
from mcp_servers.analytics.portfolio.weights import BoundsArgument, Limits, read_bounds
from mcp_servers.analytics.series import Values, read_series
from mcp_servers.problems import BadArgument
from schemas.analytics.portfolio import EfficientFrontier, FrontierPoint, OptimalWeights

ObjectiveArgument = Annotated[
    Objective,
    Field(
        description="`max_sharpe`, `min_variance`, `risk_parity` (equal contributions to risk), `hrp` "
        "(hierarchical risk parity), `target_return` (least volatility for at least `target`), "
        "`target_volatility` (most return for at most `target`)."
    ),
]
Target = Annotated[
    float | None,
    Field(ge=-10, le=100, description="Return or volatility to reach, for the two objectives that have one."),
]
ExpectedReturn = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]
Covariance = Annotated[float, Field(ge=-1e4, le=1e4, allow_inf_nan=False)]
CovarianceRow = Annotated[list[Covariance], Field(min_length=2, max_length=SYMBOLS_MAX)]


def optimize_portfolio_weights(  # noqa: PLR0913, PLR0917 the published arguments and four choices
    expected_returns: Annotated[
        list[ExpectedReturn],
        Field(min_length=2, max_length=SYMBOLS_MAX, description="One per asset, as fractions of one period."),
    ],
    cov_matrix: Annotated[
        list[CovarianceRow],
        Field(
            min_length=2,
            max_length=SYMBOLS_MAX,
            description="Covariances of the assets, a row for each, of the same length of period.",
        ),
    ],
    objective: ObjectiveArgument = "max_sharpe",
    risk_free_rate: Annotated[
        float, Field(ge=-0.5, le=1, description="As a fraction, of the same length of period.")
    ] = 0.0,
    bounds: BoundsArgument = [0.0, 1.0],  # noqa: B006 the SDK copies it
    target: Target = None,
) -> OptimalWeights:
    """Optimal weights from expected returns and covariances of one length of period, such as a year."""
    moments = read_moments(expected_returns, cov_matrix)
    names = [str(position) for position in range(len(expected_returns))]
    limits = read_bounds(bounds, names)
    check_invertible(moments.covariance, names)
    wish = _read_wish(objective, risk_free_rate, target)
    return _optimal(moments, limits, wish, symbols=None)


def optimize_portfolio(  # noqa: PLR0913, PLR0917 one argument for each choice
    price_series: PriceSeries,
    objective: ObjectiveArgument = "max_sharpe",
    risk_free_rate: RiskFreeRate = 0.0,
    bounds: BoundsArgument = [0.0, 1.0],  # noqa: B006 the SDK copies it
    target: Target = None,
    shrinkage: Shrinkage = "none",
    periods_per_year: PeriodsPerYear = 252,
) -> OptimalWeights:
    """Optimal weights from prices: their mean returns and covariances, and all figures, are annual."""
    symbols = list(price_series)
    limits = read_bounds(bounds, symbols)
    prices = match([read_series(given) for given in price_series.values()]).values
    moments = estimate_moments(prices, periods_per_year, shrinkage)
    check_invertible(moments.covariance, symbols)
    return _optimal(moments, limits, _read_wish(objective, risk_free_rate, target), symbols)


def calculate_efficient_frontier(  # noqa: PLR0913, PLR0917 one argument for each choice
    price_series: PriceSeries,
    points: Annotated[int, Field(ge=2, le=50, description="How many portfolios along the frontier.")] = 20,
    risk_free_rate: RiskFreeRate = 0.0,
    bounds: BoundsArgument = [0.0, 1.0],  # noqa: B006 the SDK copies it
    shrinkage: Shrinkage = "none",
    periods_per_year: PeriodsPerYear = 252,
) -> EfficientFrontier:
    """Efficient frontier from prices: the least volatile portfolio for each expected return; all annual."""
    symbols = list(price_series)
    limits = read_bounds(bounds, symbols)
    prices = match([read_series(given) for given in price_series.values()]).values
    moments = estimate_moments(prices, periods_per_year, shrinkage)
    check_invertible(moments.covariance, symbols)
    tangency = None
    if highest_return(moments.mean, limits) > risk_free_rate:
        weights = optimal_weights(moments, limits, Wish("max_sharpe", risk_free=risk_free_rate))
        tangency = _point(moments, weights, risk_free_rate)
    found = [_point(moments, one, risk_free_rate) for one in frontier_weights(moments, limits, points)]
    missing = [] if tangency else ["no portfolio is expected to earn more than the risk-free rate"]
    if len(found) == 1:
        missing.append("no portfolio is expected to earn more than the least volatile one")
    return EfficientFrontier(
        symbols=symbols,
        points=found,
        max_sharpe=tangency,
        observations=len(prices) - 1,
        periods_per_year=periods_per_year,
        reason="; ".join(missing) or None,
    )


OPTIMIZER_TOOLS = (optimize_portfolio_weights, optimize_portfolio, calculate_efficient_frontier)


def _read_wish(objective: Objective, risk_free: float, target: float | None) -> Wish:
    if (target is not None) != objective.startswith("target_"):
        advice = "pass `target`" if target is None else "leave `target` out, or ask for a target objective"
        raise BadArgument(f"{objective} and target={target} do not go together; {advice}")
    return Wish(objective, risk_free, 0.0 if target is None else target)


def _optimal(moments: Moments, limits: Limits, wish: Wish, symbols: Sequence[str] | None) -> OptimalWeights:
    weights = optimal_weights(moments, limits, wish)
    point = _point(moments, weights, wish.risk_free)
    variance = point.volatility**2
    return OptimalWeights(
        objective=wish.objective,
        **point.model_dump(),
        risk_shares=(weights * (moments.covariance @ weights) / variance).tolist(),
        symbols=symbols,
    )


def _point(moments: Moments, weights: Values, risk_free: float) -> FrontierPoint:
    expected, volatility = moments.expected_return(weights), moments.volatility(weights)
    return FrontierPoint(
        weights=weights.tolist(),
        expected_return=expected,
        volatility=volatility,
        sharpe_ratio=(expected - risk_free) / volatility,
    )
