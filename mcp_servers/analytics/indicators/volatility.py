"""Volatility: how wide a price swings, and channels as wide as that."""

import math
from typing import NamedTuple

import numpy as np
import talib

from mcp_servers.analytics.indicators.averages import exponential_moving_average, simple_moving_average
from mcp_servers.analytics.indicators.wide import is_wide, rolling_variance
from mcp_servers.analytics.indicators.windows import rolling_max, rolling_min
from mcp_servers.analytics.series import Values, check_length

ROUNDING = 1e-13
"""What rounding makes of a width of nothing, as a fraction of the price."""


class Channel(NamedTuple):
    """Three columns in the unit of the price."""

    upper: Values
    middle: Values
    lower: Values


def average_true_range(high: Values, low: Values, close: Values, period: int) -> Values:
    """Wilder average of the true range, in the unit of the price; NaN at the first `period` places.

    Wilder (1978), from TA-Lib's ATR. Seed: the mean of the `period` true ranges after bar 0, which has no
    close before it. The arrays are 1-dimensional, finite and of one length. Raises `TooShort` below `period`
    + 1 bars.
    """
    check_length(close, period + 1, f"an ATR over {period}")
    return np.asarray(talib.ATR(high, low, close, timeperiod=period), dtype=np.float64)


def bollinger_bands(prices: Values, period: int, deviations: float) -> Channel:
    """The mean of the last `period` prices, and `deviations` population standard deviations around it.

    Bollinger (2001), from TA-Lib's BBANDS, or for wide prices from mean and deviation of this module. NaN
    at the first `period` - 1 places. `prices` is 1-dimensional and finite. Raises `TooShort` below `period`
    prices.
    """
    check_length(prices, period, f"Bollinger bands over {period}")
    if is_wide(prices):
        middle = simple_moving_average(prices, period)
        reach = deviations * rolling_deviation(prices, period, ddof=0)
        return Channel(middle + reach, middle, middle - reach)
    return Channel(*talib.BBANDS(prices, timeperiod=period, nbdevup=deviations, nbdevdn=deviations))


def band_position(prices: Values, bands: Channel) -> Values:
    """%B: 0 at the lower band, 1 at the upper; NaN where the bands are, up to rounding, one line."""
    return _quotient(prices - bands.lower, bands.upper - bands.lower, bands.middle)


def bandwidth(bands: Channel) -> Values:
    """The distance of the bands as a fraction of the middle, which is positive."""
    return (bands.upper - bands.lower) / bands.middle


def keltner_channel(
    high: Values, low: Values, close: Values, periods: tuple[int, int], multiplier: float
) -> Channel:
    """The EMA of the close, and `multiplier` average true ranges around it.

    `periods` are those of the EMA and of the ATR; their seeds hold here too. The form of Raschke, from
    TA-Lib's EMA and ATR (its KC averages typical prices). NaN until both are there. The arrays are
    1-dimensional, finite and of one length. Raises `TooShort` before that.
    """
    middle = exponential_moving_average(close, periods[0])
    reach = multiplier * average_true_range(high, low, close, periods[1])
    known = np.where(np.isnan(reach), np.nan, middle)
    return Channel(middle + reach, known, middle - reach)


def donchian_channel(high: Values, low: Values, period: int) -> Channel:
    """The highest high and lowest low of the last `period` bars, this one included, and their middle.

    From TA-Lib's MAX and MIN. NaN at the first `period` - 1 places. The arrays are 1-dimensional, finite and
    of one length. Raises `TooShort` below `period` bars.
    """
    check_length(high, period, f"a Donchian channel over {period}")
    upper, lower = rolling_max(high, period), rolling_min(low, period)
    return Channel(upper, (upper + lower) / 2, lower)


def rolling_deviation(prices: Values, period: int, ddof: int) -> Values:
    """Standard deviation of the last `period` prices, in their unit, with `period` - `ddof` as divisor.

    NaN at the first `period` - 1 places. `prices` is 1-dimensional and finite, `period` at least 2. Raises
    `TooShort` below `period` prices. From TA-Lib's STDDEV, or for wide prices `rolling_variance`.
    """
    check_length(prices, period, f"a standard deviation over {period}")
    wide = is_wide(prices)
    deviation: Values = np.sqrt(rolling_variance(prices, period)) if wide else talib.STDDEV(prices, period)
    deviation *= math.sqrt(period / (period - ddof))
    return deviation


def z_score(prices: Values, period: int, ddof: int) -> Values:
    """How many rolling deviations the price is above the mean of the last `period` prices.

    NaN at the first `period` - 1 places and where the prices do not vary. Otherwise as `rolling_deviation`.
    """
    deviation = rolling_deviation(prices, period, ddof)
    mean = simple_moving_average(prices, period)
    return _quotient(prices - mean, deviation, mean)


def _quotient(distance: Values, width: Values, level: Values) -> Values:
    """`distance` / `width`, in the place of `distance`; NaN where `width` is rounding beside `level`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        np.divide(distance, width, out=distance)
    distance[width <= ROUNDING * level] = np.nan
    return distance
