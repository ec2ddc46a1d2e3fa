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

CELLS_MAX = 100_000
"""Values in the windows that are calculated at once, so that intermediate results stay in the cache."""


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
    centred = _centred(benchmark)
    squares = _products(centred, centred)
    return _quotients(_products(centred, returns), squares, _moves(squares, benchmark))


def _correlations(first: Values, second: Values) -> Values:
    one, other = _centred(first), _centred(second)
    squares, others = _products(one, one), _products(other, other)
    moves = _moves(squares, first) & _moves(others, second)
    return np.clip(_quotients(_products(one, other), np.sqrt(squares) * np.sqrt(others), moves), -1, 1)


def _centred(part: Values) -> Values:
    return np.asarray(part - part.mean(axis=1, keepdims=True), dtype=np.float64)


def _products(first: Values, second: Values) -> Values:
    """The sum of products along each window."""
    return np.asarray(np.einsum("ij,ij->i", first, second), dtype=np.float64)


def _moves(squares: Values, part: Values) -> NDArray[np.bool_]:
    """Whether the sample deviation is beyond rounding, from the sum of squares around the mean."""
    return np.asarray(np.sqrt(squares / (part.shape[1] - 1)) > FLAT_MAX)


def _quotients(above: Values, below: Values, where: NDArray[np.bool_]) -> Values:
    """NaN outside `where`."""
    quotients = np.full(len(above), np.nan)
    np.divide(above, below, out=quotients, where=where)
    return quotients
