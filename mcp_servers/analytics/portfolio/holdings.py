"""What a portfolio with given weights is exposed to; `weights` are fractions, of shape (assets,)."""

from dataclasses import dataclass

import numpy as np

from mcp_servers.analytics.portfolio.moments import Moments
from mcp_servers.analytics.risk.ratios import FLAT_MAX
from mcp_servers.analytics.series import Values, check_length
from mcp_servers.problems import BadArgument


@dataclass(frozen=True)
class Window:
    """What buying at position `start` and holding to `end` returned, as a fraction."""

    start: int
    end: int
    total: float


def portfolio_returns(weights: Values, returns: Values) -> Values:
    """Return per period of a portfolio that is brought back to `weights` after each; shape (periods,).

    `returns` has shape (periods, assets). Raises `BadArgument` when a period loses more than everything,
    which takes short positions or debt.
    """
    total: Values = returns @ weights
    if len(total) and total.min() < -1:
        raise BadArgument("the portfolio loses more than all it has in one period; use smaller short weights")
    return total


def risk_contributions(weights: Values, moments: Moments) -> Values | None:
    """How much each asset adds to the volatility: w (C w) / sqrt(w' C w), shape (assets,), in its unit.

    They sum to the volatility (Euler). None when the portfolio does not vary.
    """
    volatility = moments.volatility(weights)
    if volatility <= FLAT_MAX:
        return None
    return np.asarray(weights * (moments.covariance @ weights) / volatility, dtype=np.float64)


def diversification_ratio(weights: Values, moments: Moments) -> float | None:
    """Mean volatility of the assets, by weight, by that of the portfolio; 1 is no diversification.

    None when the portfolio does not vary. Raises `BadArgument` for short positions.
    From Choueifaty and Coignard (2008).
    """
    if weights.min() < 0:
        raise BadArgument("a diversification ratio has no short positions; use weights from 0 on")
    volatility = moments.volatility(weights)
    if volatility <= FLAT_MAX:
        return None
    return float(weights @ np.sqrt(np.diag(moments.covariance)) / volatility)


def herfindahl(weights: Values) -> float:
    """Sum of squared shares in the gross size, from 1 / assets (even) to 1 (one asset); Herfindahl (1950).

    `weights` may be of any unit and sign, such as values of positions. Raises `BadArgument` when all are 0.
    """
    gross = np.abs(weights).sum()
    if gross == 0:
        raise BadArgument("all weights are 0; pass the weights or values of what is held")
    return float(np.sum((weights / gross) ** 2))


def held_returns(weights: Values, prices: Values) -> Values:
    """What each asset adds to the return of buying at the first prices and holding to the last, as fractions.

    `prices` has shape (times, assets), finite and positive; the result has shape (assets,), and sums to the
    return of the portfolio. Raises `TooShort` below 2 prices.
    """
    check_length(prices, 2, "a return attribution")
    return np.asarray(weights * (prices[-1] / prices[0] - 1), dtype=np.float64)


def worst_windows(weights: Values, prices: Values, periods: int, top: int) -> list[Window]:
    """The worst returns of buying with `weights` and holding for `periods`, the worst first.

    Windows do not overlap: each is the worst of those that are left. `prices` has shape (times, assets),
    finite and positive. Raises `TooShort` below `periods` + 1 prices.
    """
    check_length(prices, periods + 1, f"a window of {periods} periods")
    totals = (prices[periods:] / prices[:-periods] - 1) @ weights
    free = np.ones(len(totals), dtype=bool)
    found: list[Window] = []
    while free.any() and len(found) < top:
        start = int(np.argmin(np.where(free, totals, np.inf)))
        found.append(Window(start, start + periods, float(totals[start])))
        free[max(0, start - periods + 1) : start + periods] = False
    return found
