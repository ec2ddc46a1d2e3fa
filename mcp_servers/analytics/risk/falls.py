"""Risk as the depth of falls from a peak."""

import empyrical
import numpy as np

from mcp_servers.analytics.risk.ratios import FLAT_MAX, annual_growth
from mcp_servers.analytics.series import Values, check_length
from mcp_servers.problems import BadArgument


def depths(prices: Values) -> Values:
    """Distance of each price from the highest so far, along the last axis, as a fraction from -1 to 0."""
    return prices / np.maximum.accumulate(prices, axis=-1) - 1


def ulcer_index(prices: Values) -> float:
    """Root of the mean squared drawdown from the highest price so far, as a fraction.

    `prices` is 1-dimensional, finite and positive. Raises `TooShort` below 2 prices.
    From Martin and McCann (1989), who give it in percent and over a window.
    """
    check_length(prices, 2, "an Ulcer index")
    return float(np.sqrt(np.mean(depths(prices) ** 2)))


def worst_fall(returns: Values) -> float:
    """Deepest fall of an investment of 1 that starts before the first return, a fraction from -1 to 0.

    `returns` is 1-dimensional, finite and at least -1. Raises `BadArgument` when they compound to more than a
    float holds. From empyrical.max_drawdown.
    """
    with np.errstate(over="ignore"):
        grown = np.cumprod(1 + returns)
    if not np.isfinite(grown).all():
        raise BadArgument("the returns compound without limit; pass returns as fractions: 0.01 is 1 %")
    return float(empyrical.max_drawdown(returns))


def calmar_ratio(returns: Values, periods_per_year: int) -> float | None:
    """Compound annual growth by the depth of the deepest fall.

    None when the investment never falls, or grows by more than a float holds. `returns` is 1-dimensional,
    finite and at least -1. Raises `TooShort` below 2 returns.
    From empyrical.calmar_ratio, after Young (1991).
    """
    check_length(returns, 2, "a Calmar ratio")
    if worst_fall(returns) >= -FLAT_MAX or annual_growth(returns, periods_per_year) is None:
        return None
    return float(empyrical.calmar_ratio(returns, annualization=periods_per_year))
