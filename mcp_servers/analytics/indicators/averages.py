"""Technical indicators: one value per price."""

import numpy as np
import talib

from mcp_servers.analytics.series import Values, check_length


def simple_moving_average(prices: Values, period: int) -> Values:
    """Mean of the last `period` prices, in their unit; NaN at the first `period` - 1 places.

    `prices` is 1-dimensional and finite: a NaN would spread to every later value. TA-Lib's SMA keeps a
    running sum, so its rounding error is relative to the largest price. Raises
    `TooShort` below `period` prices.
    """
    check_length(prices, period, f"a moving average over {period}")
    return np.asarray(talib.SMA(prices, timeperiod=period), dtype=np.float64)
