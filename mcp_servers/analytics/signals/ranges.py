"""Signals of a price that left its usual range, or hardly moves in it."""

from typing import NamedTuple

import numpy as np

from mcp_servers.analytics.indicators.momentum import relative_strength_index
from mcp_servers.analytics.indicators.volatility import Channel, bandwidth, bollinger_bands
from mcp_servers.analytics.indicators.windows import rolling_min
from mcp_servers.analytics.series import Values, check_length
from mcp_servers.analytics.signals.states import States, rounding_of
from mcp_servers.problems import BadArgument

OVERSOLD, NEUTRAL, OVERBOUGHT = 1, 2, 3
SQUEEZE, ABOVE, BELOW = 1, 2, 3


class RsiZones(NamedTuple):
    """RSI and its zone: OVERSOLD, NEUTRAL or OVERBOUGHT; 0 unknown."""

    rsi: Values
    states: States


class Squeeze(NamedTuple):
    """Bands, their width, and SQUEEZE or the way out of the last one: ABOVE or BELOW; 0 before the first."""

    bands: Channel
    width: Values
    states: States


def rsi_zones(prices: Values, period: int, oversold: float, overbought: float) -> RsiZones:
    """Oversold below `oversold`, overbought above `overbought`, neutral between and at the limits.

    Seed, NaN and errors as `relative_strength_index`; `BadArgument` unless `oversold` < `overbought`.
    """
    if oversold >= overbought:
        raise BadArgument(
            f"oversold={oversold} is not below overbought={overbought}; pass a lower oversold",
            oversold=oversold,
            overbought=overbought,
        )
    index = relative_strength_index(prices, period)
    zones = np.select(
        [np.isnan(index), index < oversold, index > overbought], [0, OVERSOLD, OVERBOUGHT], NEUTRAL
    )
    return RsiZones(index, zones.astype(np.int8))


def bollinger_squeeze(prices: Values, period: int, deviations: float, lookback: int) -> Squeeze:
    """A squeeze begins with the least bandwidth in `lookback` prices, and ends with a price beyond a band.

    Bollinger (2001): the least in half a year. `prices` is 1-dimensional, finite and positive. Raises
    `TooShort` below `period` + `lookback` - 1 prices.
    """
    check_length(prices, period + lookback - 1, f"a squeeze over {period} and {lookback}")
    bands = bollinger_bands(prices, period, deviations)
    width = bandwidth(bands)
    least = np.full(len(prices), np.nan)
    least[period - 1 :] = rolling_min(width[period - 1 :], lookback)
    rounding = rounding_of(prices)
    above, below = prices > bands.upper + rounding, prices < bands.lower - rounding
    return Squeeze(bands, width, _squeeze_states(width <= least, above, below))


def _squeeze_states(narrow: np.ndarray, above: np.ndarray, below: np.ndarray) -> States:
    """The kind of the last breakout out of a squeeze, or SQUEEZE since a narrow bar after it.

    A bar beyond a band counts as breakout only, and only the first one after a squeeze.
    """
    outside = above | below
    places = np.arange(len(narrow))
    last_narrow = np.maximum.accumulate(np.where(narrow & ~outside, places, -1))
    last_outside = np.maximum.accumulate(np.where(outside, places, -1))
    squeezed = last_narrow > last_outside
    released = np.append(False, squeezed[:-1]) & outside
    last_release = np.maximum.accumulate(np.where(released, places, -1))
    ways = np.where(last_release < 0, 0, np.where(above[last_release], ABOVE, BELOW))
    return np.where(squeezed, SQUEEZE, ways).astype(np.int8)
