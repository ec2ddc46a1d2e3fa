"""Momentum: how fast a price moves, and where it stands in its recent range."""

from typing import NamedTuple

import numpy as np
import talib

from mcp_servers.analytics.indicators.windows import (
    hold_while_still,
    may_underflow,
    rolling_any,
    rolling_max,
    rolling_min,
)
from mcp_servers.analytics.series import Values, check_length
from mcp_servers.problems import BadArgument


class Macd(NamedTuple):
    """Three columns in the unit of the price."""

    macd: Values
    signal: Values
    histogram: Values


class Stochastic(NamedTuple):
    """Two columns from 0 to 100."""

    k: Values
    d: Values


def relative_strength_index(prices: Values, period: int) -> Values:
    """100 * gain / (gain + loss), each the Wilder average of its kind of change; from 0 to 100.

    Wilder (1978), from TA-Lib's RSI. NaN at the first `period` places and until the price first moves, where
    TA-Lib has 0. Seed: the means of the first `period` gains and losses. A price that stands still keeps the
    value it had. `prices` is 1-dimensional and finite. Raises `TooShort` below `period` + 1 prices.
    """
    check_length(prices, period + 1, f"an RSI over {period}")
    index: Values = talib.RSI(prices, timeperiod=period)
    if prices[0] == prices[period] or may_underflow(prices, period):
        index = hold_while_still(index, np.append(False, prices[1:] != prices[:-1]), period)
    return index


def macd(prices: Values, fast: int, slow: int, signal: int) -> Macd:
    """EMA over `fast` minus EMA over `slow`; its EMA over `signal`; and the difference of the two.

    Appel (1979), from TA-Lib's MACD. Seeds: both EMAs start at place `slow` - 1 with the mean of the last
    `fast` and `slow` prices, the signal with the mean of the first `signal` differences. NaN at the first
    `slow` - 1 places (TA-Lib hides the line until there is a signal), of signal and histogram at
    `signal` - 1 more. `prices` is 1-dimensional and finite. Raises `BadArgument` unless `fast` < `slow`,
    which TA-Lib swaps in silence, and `TooShort` below `slow` + `signal` - 1 prices.
    """
    if fast >= slow:
        raise BadArgument(f"fast={fast} is not below slow={slow}; pass a shorter fast", fast=fast, slow=slow)
    check_length(prices, slow + signal - 1, f"a MACD over {fast}, {slow} and {signal}")
    columns = Macd(*talib.MACD(prices, fastperiod=fast, slowperiod=slow, signalperiod=signal))
    if signal > 1:
        hidden = slice(slow - 1, slow + signal - 2)
        start = talib.MACD(prices[: hidden.stop], fastperiod=fast, slowperiod=slow, signalperiod=1)
        columns.macd[hidden] = start[0][hidden]
    return columns


def stochastic(high: Values, low: Values, close: Values, periods: tuple[int, int, int]) -> Stochastic:
    """Where the close stands between lowest low and highest high, from 0 to 100, smoothed.

    `periods` are those of the range, of the mean that makes %K, and of the mean that makes %D of %K; with 1
    as the second, %K is the fast one. Lane (1984), from TA-Lib's MAX, MIN and SMA. NaN where the windows are
    not full or touch one without a range, where TA-Lib has 0. The arrays are 1-dimensional, finite and of one
    length. Raises `TooShort` when there is no %D at all.
    """
    window, smooth, signal = periods
    check_length(close, window + smooth + signal - 2, f"a stochastic over {window}, {smooth} and {signal}")
    lowest = rolling_min(low, window)[window - 1 :]
    spread = rolling_max(high, window)[window - 1 :] - lowest
    flat = spread == 0
    position = 100 * (close[window - 1 :] - lowest) / np.where(flat, 1.0, spread)
    k, d = np.full(len(close), np.nan), np.full(len(close), np.nan)
    k[window - 1 :] = talib.SMA(position, timeperiod=smooth)
    d[window + smooth - 2 :] = talib.SMA(k[window + smooth - 2 :], timeperiod=signal)
    if flat.any():
        k[window - 1 :][rolling_any(flat, smooth)] = np.nan
        d[window - 1 :][rolling_any(flat, smooth + signal - 1)] = np.nan
    return Stochastic(k, d)


def williams_percent_r(high: Values, low: Values, close: Values, period: int) -> Values:
    """-100 * (highest high - close) / (highest high - lowest low) over `period` bars; from -100 to 0.

    Williams (1973), from TA-Lib's WILLR. NaN at the first `period` - 1 places and where the window has no
    range, where TA-Lib has 0. The arrays are 1-dimensional, finite and of one length. Raises `TooShort` below
    `period` bars.
    """
    check_length(close, period, f"Williams %R over {period}")
    percent: Values = talib.WILLR(high, low, close, timeperiod=period)
    if ((percent == 0) & (high == low)).any():
        percent[rolling_max(high, period) == rolling_min(low, period)] = np.nan
    return percent


def commodity_channel_index(high: Values, low: Values, close: Values, period: int) -> Values:
    """(typical price - its mean) / (0.015 * mean absolute deviation from that mean) over `period` bars.

    Lambert (1980), from TA-Lib's CCI; the typical price is (high + low + close) / 3. NaN at the first
    `period` - 1 places and where the typical price does not vary, where TA-Lib has 0. The arrays are
    1-dimensional, finite and of one length. Raises `TooShort` below `period` bars.
    """
    check_length(close, period, f"a CCI over {period}")
    index: Values = talib.CCI(high, low, close, timeperiod=period)
    if (index == 0).any():
        typical = high + low + close
        index[rolling_max(typical, period) == rolling_min(typical, period)] = np.nan
    return index


def rate_of_change(prices: Values, period: int) -> Values:
    """price / price `period` places before - 1, a fraction; NaN at the first `period` places.

    `prices` is 1-dimensional, finite and positive. Raises `TooShort` below `period` + 1. From TA-Lib's ROCP.
    """
    check_length(prices, period + 1, f"a rate of change over {period}")
    return np.asarray(talib.ROCP(prices, timeperiod=period), dtype=np.float64)
