"""Returns beside those of a benchmark. Both are 1-dimensional, finite and of one length."""

import math

import empyrical
import numpy as np

from mcp_servers.analytics.risk.ratios import FLAT_MAX
from mcp_servers.analytics.series import Values, check_length


def beta(returns: Values, benchmark: Values) -> float | None:
    """Covariance with the benchmark by the variance of the benchmark, without unit.

    None when the benchmark does not vary. Raises `TooShort` below 3 returns, because a line through 2 points
    always fits. From empyrical.beta_aligned, after Sharpe (1964).
    """
    check_length(returns, 3, "beta")
    if benchmark.std(ddof=1) <= FLAT_MAX:
        return None
    return float(empyrical.beta_aligned(returns, benchmark))


def alpha(returns: Values, benchmark: Values, risk_free: float, periods_per_year: int) -> float | None:
    """Mean excess return beyond beta times that of the benchmark, compounded to a year.

    `risk_free` is per period. None when the benchmark does not vary, or when the mean cannot be compounded
    (below -1 or beyond a float). Raises `TooShort` below 3 returns. From empyrical.alpha_aligned, after
    Jensen (1968).
    """
    check_length(returns, 3, "alpha")
    slope = beta(returns, benchmark)
    if slope is None or np.mean(returns - risk_free - slope * (benchmark - risk_free)) < -1:
        return None
    with np.errstate(over="ignore"):
        annual = empyrical.alpha_aligned(
            returns, benchmark, risk_free=risk_free, annualization=periods_per_year
        )
    return float(annual) if math.isfinite(annual) else None


def tracking_error(returns: Values, benchmark: Values, periods_per_year: int) -> float:
    """Annual volatility of the returns beyond the benchmark. Raises `TooShort` below 2 returns."""
    check_length(returns, 2, "a tracking error")
    return float(empyrical.annual_volatility(returns - benchmark, annualization=periods_per_year))


def information_ratio(returns: Values, benchmark: Values, periods_per_year: int) -> float | None:
    """Mean return beyond the benchmark by its sample deviation, times the root of a year.

    None when the difference does not vary. Raises `TooShort` below 2 returns. From empyrical.excess_sharpe,
    after Grinold and Kahn (1999).
    """
    check_length(returns, 2, "an information ratio")
    if (returns - benchmark).std(ddof=1) <= FLAT_MAX:
        return None
    return float(empyrical.excess_sharpe(returns, benchmark)) * math.sqrt(periods_per_year)


def correlation(returns: Values, benchmark: Values) -> float | None:
    """Pearson correlation, from -1 to 1; None when one of them does not vary. Raises `TooShort` below 3."""
    check_length(returns, 3, "a correlation")
    if min(returns.std(ddof=1), benchmark.std(ddof=1)) <= FLAT_MAX:
        return None
    return float(np.clip(np.corrcoef(returns, benchmark)[0, 1], -1, 1))
