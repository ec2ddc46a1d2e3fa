"""Trend: how directed the moves of a price are, and where its middle lies."""

from typing import NamedTuple

import numpy as np
import talib

from mcp_servers.analytics.indicators.windows import (
    hold,
    hold_while_still,
    may_underflow,
    rolling_max,
    rolling_min,
)
from mcp_servers.analytics.series import Values, check_length


class DirectionalMovement(NamedTuple):
    """Three columns from 0 to 100."""

    adx: Values
    plus_di: Values
    minus_di: Values


class Ichimoku(NamedTuple):
    """Five columns in the unit of the price; the future spans have one value per bar of the displacement."""

    conversion: Values
    base: Values
    span_a: Values
    span_b: Values
    lagging: Values
    future_span_a: Values
    future_span_b: Values


def directional_movement(high: Values, low: Values, close: Values, period: int) -> DirectionalMovement:
    """+DI and -DI (directed moves by true range, both smoothed), and ADX, the smoothed |+DI - -DI| / sum.

    Wilder (1978), from TA-Lib's PLUS_DI, MINUS_DI and RMA. Seeds: the sums of the first `period` - 1 moves
    and true ranges, then smoothed once; for ADX the mean of the first `period` quotients. DI is NaN at the
    first `period` places and until the price first moves, ADX at the first 2 * `period` - 1 and until it has
    a seed of directed moves. A bar without a true range keeps the DI, and one without direction the quotient,
    that was before. The arrays are 1-dimensional, finite, of one length. Raises `TooShort` below 2 * `period`
    bars.
    """
    check_length(close, 2 * period, f"an ADX over {period}")
    plus: Values = talib.PLUS_DI(high, low, close, timeperiod=period)
    minus: Values = talib.MINUS_DI(high, low, close, timeperiod=period)
    if plus[period] + minus[period] == 0 or may_underflow(close, period):
        ranged = np.append(False, true_range(high, low, close)[1:] > 0)
        plus, minus = (hold_while_still(indicator, ranged, period) for indicator in (plus, minus))
    return DirectionalMovement(_average_direction(plus, minus, period), plus, minus)


def _average_direction(plus: Values, minus: Values, period: int) -> Values:
    total = plus + minus
    directed = total > 0
    quotient = 100 * np.abs(plus - minus) / np.where(directed, total, 1.0)
    if not directed[period:].all():
        quotient = hold(quotient, directed)
    index = np.full(len(plus), np.nan)
    first = int(np.argmax(directed))
    if directed[first] and len(plus) - first >= period:
        index[first:] = talib.RMA(quotient[first:], timeperiod=period)
    return index


def true_range(high: Values, low: Values, close: Values) -> Values:
    """The larger of high and previous close minus the smaller of low and previous close; first, high - low.

    The arrays are 1-dimensional, finite and of one length. Wilder (1978).
    """
    ranges = high - low
    ranges[1:] = np.maximum(high[1:], close[:-1]) - np.minimum(low[1:], close[:-1])
    return ranges


def ichimoku(
    high: Values, low: Values, close: Values, periods: tuple[int, int, int], displacement: int
) -> Ichimoku:
    """Middles of the range over three periods, and the cloud they make `displacement` bars later.

    Conversion, base and span B are (highest high + lowest low) / 2 over the three `periods`; span A is the
    mean of conversion and base. The spans at a bar are those computed `displacement` bars before it, the
    future spans those of the bars to come; `lagging` is the close `displacement` bars after its place. Hosoda
    (1969), from TA-Lib's MAX and MIN. NaN where a window is not full. The arrays are 1-dimensional, finite,
    of one length. Raises `TooShort` below the longest period or `displacement` bars.
    """
    check_length(close, max(*periods, displacement), f"an Ichimoku cloud over {periods} and {displacement}")
    conversion, base, middle = ((rolling_max(high, one) + rolling_min(low, one)) / 2 for one in periods)
    lead = (conversion + base) / 2
    unknown = np.full(displacement, np.nan)
    return Ichimoku(
        conversion=conversion,
        base=base,
        span_a=np.append(unknown, lead[:-displacement]),
        span_b=np.append(unknown, middle[:-displacement]),
        lagging=np.append(close[displacement:], unknown),
        future_span_a=lead[-displacement:],
        future_span_b=middle[-displacement:],
    )
