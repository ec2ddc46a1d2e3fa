"""Risk of a series of returns, and return by unit of risk. All are fractions."""

import math

import empyrical
import numpy as np

from mcp_servers.analytics.series import Values, check_length

FLAT_MAX = 1e-12
"""A standard deviation up to this is rounding: equal returns computed from prices differ by about 1e-16."""


def rate_per_period(annual_rate: float, periods_per_year: int) -> float:
    """The rate that compounds to `annual_rate` in a year."""
    return float((1 + annual_rate) ** (1 / periods_per_year) - 1)


def annual_volatility(returns: Values, periods_per_year: int) -> float:
    """Sample standard deviation (n - 1) times the square root of `periods_per_year`.

    `returns` is 1-dimensional and finite. Raises `TooShort` below 2 returns.
    From empyrical.annual_volatility.
    """
    check_length(returns, 2, "volatility")
    return float(empyrical.annual_volatility(returns, annualization=periods_per_year))


def sharpe_ratio(returns: Values, risk_free: float, periods_per_year: int) -> float | None:
    """Mean excess over `risk_free` (per period) by its sample standard deviation, times the root of a year.

    None when the returns do not vary. `returns` is 1-dimensional and finite. Raises `TooShort` below 2.
    From empyrical.sharpe_ratio, after Sharpe (1994).
    """
    check_length(returns, 2, "a Sharpe ratio")
    if np.std(returns, ddof=1) <= FLAT_MAX:
        return None
    return float(empyrical.sharpe_ratio(returns, risk_free=risk_free, annualization=periods_per_year))


def downside_deviation(returns: Values, target: float, periods_per_year: int) -> float:
    """Root of the mean squared shortfall below `target` (per period), over all returns, annualised.

    `returns` is 1-dimensional and finite; returns above the target count as 0, and count in the mean.
    Raises `TooShort` below 2 returns. From empyrical.downside_risk, after Sortino and Price (1994).
    """
    check_length(returns, 2, "a downside deviation")
    return float(empyrical.downside_risk(returns, required_return=target, annualization=periods_per_year))


def sortino_ratio(returns: Values, target: float, periods_per_year: int) -> float | None:
    """Mean excess over `target` (per period), times a year, by the annual downside deviation.

    None when no return falls short of the target. `returns` is 1-dimensional and finite. Raises `TooShort`
    below 2 returns. From empyrical.sortino_ratio, after Sortino and Price (1994).
    """
    check_length(returns, 2, "a Sortino ratio")
    if downside_deviation(returns, target, 1) <= FLAT_MAX:
        return None
    return float(empyrical.sortino_ratio(returns, required_return=target, annualization=periods_per_year))


def omega_ratio(returns: Values, target: float) -> float | None:
    """Sum of what returns exceed `target` (per period) by, over the sum of what others fall short of it.

    None when no return falls short. `returns` is 1-dimensional and finite. Raises `TooShort` below 2 returns.
    From empyrical.omega_ratio, after Keating and Shadwick (2002).
    """
    check_length(returns, 2, "an Omega ratio")
    if np.clip(target - returns, 0, None).mean() <= FLAT_MAX:
        return None
    return float(empyrical.omega_ratio(returns, required_return=target, annualization=1))


def annual_growth(returns: Values, periods_per_year: int) -> float | None:
    """Compound annual growth rate; None when it is too large for a float.

    `returns` is 1-dimensional, finite and at least -1. Raises `TooShort` below 1 return. From empyrical.cagr.
    """
    check_length(returns, 1, "an annual growth rate")
    with np.errstate(over="ignore", invalid="ignore"):
        growth = float(empyrical.cagr(returns, annualization=periods_per_year))
    return growth if math.isfinite(growth) else None
