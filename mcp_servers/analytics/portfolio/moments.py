"""Expected returns and covariances, estimated or given."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

import numpy as np
from pydantic import Field

from mcp_servers.analytics.risk.ratios import FLAT_MAX
from mcp_servers.analytics.series import Values, check_length, simple_returns
from mcp_servers.problems import BadArgument

Shrinkage: TypeAlias = Annotated[
    Literal["none", "ledoit_wolf", "oas"],
    Field(description="Pull covariances towards a plain target; steadier when observations are few."),
]
SINGULAR_MAX = 1e-10
"""Least by largest eigenvalue of correlations; below it a matrix is singular but for rounding."""


@dataclass(frozen=True)
class Moments:
    """`mean` has shape (assets,), `covariance` (assets, assets); both for the same length of period."""

    mean: Values
    covariance: Values

    def expected_return(self, weights: Values) -> float:
        """Of the portfolio with these weights, in the unit of `mean`."""
        return float(self.mean @ weights)

    def volatility(self, weights: Values) -> float:
        """Of the portfolio with these weights, in the unit of the root of `covariance`."""
        return float(np.sqrt(max(float(weights @ self.covariance @ weights), 0.0)))


def estimate_covariance(returns: Values, shrinkage: Shrinkage) -> Values:
    """Covariances per period; `returns` has a row per period and a column per asset, all finite.

    Without shrinkage the sample covariance (n - 1), from numpy.cov; otherwise after Ledoit and Wolf (2004) or
    Chen et al. (2010, OAS), from skfolio.moments. Raises `TooShort` below 3 returns.
    """
    check_length(returns, 3, "a covariance")
    if shrinkage == "none":
        return np.atleast_2d(np.cov(returns, rowvar=False))
    # A second to import, and needed for this alone.
    from skfolio.moments import OAS, LedoitWolf

    estimator = LedoitWolf() if shrinkage == "ledoit_wolf" else OAS()
    return np.asarray(estimator.fit(returns).covariance_, dtype=np.float64)


def estimate_moments(prices: Values, periods_per_year: int, shrinkage: Shrinkage) -> Moments:
    """Annual moments of simple returns: mean and covariance per period, times the periods of a year.

    `prices` has a row per time and a column per asset, finite and positive. Raises `TooShort` below 4 prices.
    """
    check_length(prices, 4, "an estimate of expected returns and covariances")
    returns = simple_returns(prices)
    covariance = estimate_covariance(returns, shrinkage)
    return Moments(returns.mean(axis=0) * periods_per_year, covariance * periods_per_year)


def read_moments(expected_returns: Sequence[float], cov_matrix: Sequence[Sequence[float]]) -> Moments:
    """What a caller gives. Raises `BadArgument` unless the matrix has a row and a column per return."""
    count = len(expected_returns)
    if len(cov_matrix) != count or any(len(row) != count for row in cov_matrix):
        raise BadArgument(
            f"cov_matrix needs {count} rows of {count} values, one per expected return; pass a square matrix",
            expected_returns=count,
            rows=[len(row) for row in cov_matrix],
        )
    covariance = np.array(cov_matrix, dtype=np.float64)
    if not np.allclose(covariance, covariance.T, rtol=1e-6, atol=0):
        raise BadArgument("cov_matrix is not symmetric; pass the same value for [i][j] and [j][i]")
    return Moments(np.array(expected_returns, dtype=np.float64), (covariance + covariance.T) / 2)


def check_invertible(covariance: Values, symbols: Sequence[str]) -> None:
    """Raises `BadArgument` for a covariance matrix that no returns have, or that is singular."""
    deviations = np.sqrt(np.clip(np.diag(covariance), 0, None))
    still = [symbol for symbol, deviation in zip(symbols, deviations, strict=True) if deviation <= FLAT_MAX]
    if still:
        raise BadArgument(f"the returns of {', '.join(still)} do not vary; leave them out", still=still)
    values = np.linalg.eigvalsh(covariance / np.outer(deviations, deviations))
    if values[0] < -1e-8 * values[-1]:
        raise BadArgument(
            "the covariance matrix has a negative eigenvalue, so no returns can have it; estimate it from "
            "returns of one period"
        )
    if values[0] <= SINGULAR_MAX * values[-1]:
        raise BadArgument(
            "the covariance matrix is singular: some assets move alike, or there are too few observations "
            "for so many assets; leave out assets, pass more prices, or use shrinkage='ledoit_wolf'"
        )
