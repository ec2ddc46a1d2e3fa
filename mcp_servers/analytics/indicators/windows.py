"""What several indicators ask of a moving window, and of prices that stand still."""

import numpy as np
import talib
from numpy.typing import NDArray

from mcp_servers.analytics.series import Values

UNDERFLOW_PERIODS = 400
"""After so many periods a Wilder average is e^-400 of what it was: nearly too small for a float."""


def rolling_max(values: Values, period: int) -> Values:
    """The highest of the last `period` values; NaN at the first `period` - 1 places. From TA-Lib's MAX."""
    return values.copy() if period == 1 else np.asarray(talib.MAX(values, period), dtype=np.float64)


def rolling_min(values: Values, period: int) -> Values:
    """The lowest of the last `period` values; NaN at the first `period` - 1 places. From TA-Lib's MIN."""
    return values.copy() if period == 1 else np.asarray(talib.MIN(values, period), dtype=np.float64)


def rolling_any(flags: NDArray[np.bool_], period: int) -> NDArray[np.bool_]:
    """Whether any of the last `period` flags is set; of fewer at the start."""
    counts = np.cumsum(flags, dtype=np.int32)
    found = counts > 0
    found[period:] = counts[period:] > counts[:-period]
    return found


def may_underflow(prices: Values, period: int) -> bool:
    """Whether `prices` may stand still for so long that Wilder averages over `period` underflow."""
    samples = prices[:: period * UNDERFLOW_PERIODS // 2]
    return bool((samples[1:] == samples[:-1]).any())


def hold(values: Values, known: NDArray[np.bool_]) -> Values:
    """Each value that is not `known` replaced by the known one before it; NaN before the first."""
    places = np.maximum.accumulate(np.where(known, np.arange(len(values)), -1))
    return np.where(places < 0, np.nan, values[places])


def hold_while_still(values: Values, moved: NDArray[np.bool_], first: int) -> Values:
    """`values`, of which `first` is the first, kept where nothing `moved`; NaN until something has."""
    known = moved.copy()
    known[first] = moved[: first + 1].any()
    return hold(values, known)
