"""Moving averages: one value per price."""

import numpy as np
import talib

from mcp_servers.analytics.indicators.wide import is_wide, rolling_sum
from mcp_servers.analytics.series import Values, check_length


def simple_moving_average(prices: Values, period: int) -> Values:
    """Mean of the last `period` prices, in their unit; NaN at the first `period` - 1 places.

    `prices` is 1-dimensional, finite and not negative: a NaN would spread to every later value. From TA-Lib's
    SMA, whose running sum has a rounding error relative to the largest price; prices for which that matters
    are summed window by window. Raises `TooShort` below `period` prices.
    """
    check_length(prices, period, f"a moving average over {period}")
    if is_wide(prices):
        return rolling_sum(prices, period) / period
    return np.asarray(talib.SMA(prices, timeperiod=period), dtype=np.float64)


def exponential_moving_average(prices: Values, period: int) -> Values:
    """previous + 2 / (period + 1) * (price - previous); NaN at the first `period` - 1 places.

    Seed: the mean of the first `period` prices. `prices` is 1-dimensional and finite. Raises `TooShort` below
    `period` prices. From TA-Lib's EMA.
    """
    check_length(prices, period, f"an exponential moving average over {period}")
    return np.asarray(talib.EMA(prices, timeperiod=period), dtype=np.float64)


def weighted_moving_average(prices: Values, period: int) -> Values:
    """Mean of the last `period` prices with weights 1 to `period`, the latest weighing most.

    NaN at the first `period` - 1 places; running sums, so rounding is relative to the largest price. `prices`
    is 1-dimensional and finite. Raises `TooShort` below `period` prices. From TA-Lib's WMA.
    """
    check_length(prices, period, f"a weighted moving average over {period}")
    return np.asarray(talib.WMA(prices, timeperiod=period), dtype=np.float64)
