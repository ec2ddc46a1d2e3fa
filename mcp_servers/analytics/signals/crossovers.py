"""Signals of two lines that cross."""

from typing import NamedTuple

from mcp_servers.analytics.indicators.averages import exponential_moving_average, simple_moving_average
from mcp_servers.analytics.indicators.momentum import Macd, macd
from mcp_servers.analytics.series import Values
from mcp_servers.analytics.signals.states import States, rounding_of, side
from mcp_servers.problems import BadArgument


class Crossover(NamedTuple):
    """Two averages, and on which side of the long one the short one is: 1 above, -1 below, 0 unknown."""

    short: Values
    long: Values
    states: States


class MacdStates(NamedTuple):
    """MACD, and on which side of its signal line and of zero it is."""

    lines: Macd
    signal: States
    zero: States


def sma_crossover(prices: Values, short_window: int, long_window: int) -> Crossover:
    """Simple averages, as `simple_moving_average` has them. Raises `BadArgument` unless short < long."""
    _check_windows(short_window, long_window)
    long = simple_moving_average(prices, long_window)
    short = simple_moving_average(prices, short_window)
    return Crossover(short, long, side(short, long, rounding_of(prices)))


def ema_crossover(prices: Values, short_window: int, long_window: int) -> Crossover:
    """Exponential averages, as `exponential_moving_average`. Raises `BadArgument` unless short < long."""
    _check_windows(short_window, long_window)
    long = exponential_moving_average(prices, long_window)
    short = exponential_moving_average(prices, short_window)
    return Crossover(short, long, side(short, long, rounding_of(prices)))


def macd_sides(prices: Values, fast: int, slow: int, signal: int) -> MacdStates:
    """The sides of MACD; seeds, NaN and errors as `macd`."""
    lines = macd(prices, fast, slow, signal)
    rounding = rounding_of(prices)
    return MacdStates(lines, side(lines.macd, lines.signal, rounding), side(lines.macd, 0.0, rounding))


def _check_windows(short_window: int, long_window: int) -> None:
    if short_window >= long_window:
        raise BadArgument(
            f"short_window={short_window} is not below long_window={long_window}; pass a shorter one",
            short_window=short_window,
            long_window=long_window,
        )
