"""Tools: several prices together."""

from itertools import combinations

import numpy as np

from mcp_servers.analytics.answers import without_nan
from mcp_servers.analytics.arguments import PeriodsPerYear, PriceSeries
from mcp_servers.analytics.matching import match
from mcp_servers.analytics.portfolio.correlation import correlation_matrix
from mcp_servers.analytics.portfolio.holding_tools import HOLDING_TOOLS
from mcp_servers.analytics.portfolio.moments import Shrinkage, estimate_moments
from mcp_servers.analytics.portfolio.optimizer_tools import OPTIMIZER_TOOLS
from mcp_servers.analytics.portfolio.scenario_tools import SCENARIO_TOOLS
from mcp_servers.analytics.series import read_series
from schemas.analytics.portfolio import CorrelationMatrix, CorrelationPair, CovarianceMatrix


def calculate_correlation_matrix(price_series: PriceSeries) -> CorrelationMatrix:
    """Correlations between the simple returns of several prices.

    Prices with dates are matched by date; lists must have the same length.
    """
    symbols = list(price_series)
    prices = match([read_series(given) for given in price_series.values()]).values
    matrix = [without_nan(row) for row in correlation_matrix(prices)]
    still = [symbol for position, symbol in enumerate(symbols) if matrix[position][position] is None]
    pairs = [
        CorrelationPair(first=symbols[row], second=symbols[column], correlation=matrix[row][column])
        for row, column in combinations(range(len(symbols)), 2)
    ]
    return CorrelationMatrix(
        symbols=symbols,
        matrix=matrix,
        pairs=sorted(pairs, key=_by_correlation),
        observations=len(prices) - 1,
        reason=f"the returns of {', '.join(still)} do not vary" if still else None,
    )


def calculate_covariance_matrix(
    price_series: PriceSeries, shrinkage: Shrinkage = "none", periods_per_year: PeriodsPerYear = 252
) -> CovarianceMatrix:
    """Annual covariances and mean returns of several prices, as `optimize_portfolio_weights` takes them."""
    prices = match([read_series(given) for given in price_series.values()]).values
    moments = estimate_moments(prices, periods_per_year, shrinkage)
    return CovarianceMatrix(
        symbols=list(price_series),
        cov_matrix=moments.covariance.tolist(),
        expected_returns=moments.mean.tolist(),
        volatilities=np.sqrt(np.diag(moments.covariance)).tolist(),
        observations=len(prices) - 1,
        periods_per_year=periods_per_year,
    )


PORTFOLIO_TOOLS = (
    calculate_correlation_matrix,
    calculate_covariance_matrix,
    *OPTIMIZER_TOOLS,
    *HOLDING_TOOLS,
    *SCENARIO_TOOLS,
)


def _by_correlation(pair: CorrelationPair) -> tuple[bool, float]:
    return pair.correlation is None, -(pair.correlation or 0.0)
