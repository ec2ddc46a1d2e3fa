"""Risk of a series of returns, all as fractions."""

import empyrical
import numpy as np

from mcp_servers.analytics.series import Values, check_length

FLAT_MAX = 1e-12
"""A standard deviation up to this is rounding: equal returns computed from prices differ by about 1e-16."""


def annual_volatility(returns: Values, periods_per_year: int) -> float:
    """Sample standard deviation (n - 1) times the square root of `periods_per_year`.

    `returns` is 1-dimensional and finite. Raises `TooShort` below 2 returns.
    From empyrical.annual_volatility.
    """
    check_length(returns, 2, "volatility")
    return float(empyrical.annual_volatility(returns, annualization=periods_per_year))


def risk_free_per_period(annual_rate: float, periods_per_year: int) -> float:
    """The rate that compounds to `annual_rate` in a year."""
    return float((1 + annual_rate) ** (1 / periods_per_year) - 1)


def sharpe_ratio(returns: Values, risk_free: float, periods_per_year: int) -> float | None:
    """Mean excess over `risk_free` (per period) by its sample standard deviation, times the root of a year.

    None when the returns do not vary. `returns` is 1-dimensional and finite. Raises `TooShort` below 2.
    From empyrical.sharpe_ratio, after Sharpe (1994).
    """
    check_length(returns, 2, "a Sharpe ratio")
    if np.std(returns, ddof=1) <= FLAT_MAX:
        return None
    return float(empyrical.sharpe_ratio(returns, risk_free=risk_free, annualization=periods_per_year))
