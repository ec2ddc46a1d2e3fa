"""Risk figures over the last `window` values, at each value.

All results have the length of the input, NaN at the first places and where the figure does not exist. Each
window is calculated afresh: a running sum would carry the rounding of one wild value to all later ones.
"""

import math
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mcp_servers.analytics.risk.falls import depths
from mcp_servers.analytics.risk.ratios import FLAT_MAX
from mcp_servers.analytics.series import Values, check_length

CELLS_MAX = 1_000_000
"""Values in the windows that are calculated at once: 8 MB for each intermediate result."""


def rolling_volatility(returns: Values, window: int, periods_per_year: int) -> Values:
    """Annual volatility (sample deviation) of each window of `returns`. Raises `TooShort` below a window."""
    deviations = _over_windows(lambda part: part.std(axis=1, ddof=1), window, returns)
    return deviations * math.sqrt(periods_per_year)


def rolling_sharpe_ratio(returns: Values, window: int, risk_free: float, periods_per_year: int) -> Values:
    """Annual Sharpe ratio of each window; NaN where returns do not vary. `risk_free` is per period.

    Raises `TooShort` below a window.
    """
    ratios = _over_windows(partial(_sharpe_ratios, risk_free=risk_free), window, returns)
    return ratios * math.sqrt(periods_per_year)


def rolling_beta(returns: Values, benchmark: Values, window: int) -> Values:
    """Beta of each window; NaN where the benchmark does not vary. Raises `TooShort` below a window."""
    return _over_windows(_betas, window, returns, benchmark)


def rolling_correlation(first: Values, second: Values, window: int) -> Values:
    """Pearson correlation of each window; NaN where one does not vary. Raises `TooShort` below a window."""
    return _over_windows(_correlations, window, first, second)


def rolling_drawdown(prices: Values, window: int) -> Values:
    """Deepest fall within each window of `prices`, from -1 to 0. Raises `TooShort` below a window."""
    return _over_windows(lambda part: depths(part).min(axis=1), window, prices)


def _over_windows(figure: Callable[..., Values], window: int, *series: Values) -> Values:
    """`figure` takes one part of each series, all of shape (times, window), and gives a value per time."""
    check_length(series[0], window, f"a window of {window}")
    windows = [sliding_window_view(one, window) for one in series]
    result = np.full(len(series[0]), np.nan)
    step = max(1, CELLS_MAX // window)
    for start in range(0, len(windows[0]), step):
        parts = [one[start : start + step] for one in windows]
        first = start + window - 1
        result[first : first + len(parts[0])] = figure(*parts)
    return result


def _sharpe_ratios(returns: Values, risk_free: float) -> Values:
    deviations = returns.std(axis=1, ddof=1)
    return _quotients(returns.mean(axis=1) - risk_free, deviations, deviations > FLAT_MAX)


def _betas(returns: Values, benchmark: Values) -> Values:
    centred = benchmark - benchmark.mean(axis=1, keepdims=True)
    variances = (centred**2).sum(axis=1)
    moves = benchmark.std(axis=1, ddof=1) > FLAT_MAX
    return _quotients((centred * returns).sum(axis=1), variances, moves)


def _correlations(first: Values, second: Values) -> Values:
    centred = [part - part.mean(axis=1, keepdims=True) for part in (first, second)]
    moves = np.minimum(first.std(axis=1, ddof=1), second.std(axis=1, ddof=1)) > FLAT_MAX
    spread = np.sqrt((centred[0] ** 2).sum(axis=1) * (centred[1] ** 2).sum(axis=1))
    return np.clip(_quotients((centred[0] * centred[1]).sum(axis=1), spread, moves), -1, 1)


def _quotients(above: Values, below: Values, where: NDArray[np.bool_]) -> Values:
    """NaN outside `where`."""
    quotients = np.full(len(above), np.nan)
    np.divide(above, below, out=quotients, where=where)
    return quotients
