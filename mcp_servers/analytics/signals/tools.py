"""Tools: what indicators signal, when, and how they stand now."""

from typing import Annotated

import numpy as np
from pydantic import Field

from mcp_servers.analytics.indicators.arguments import Multiplier, PeriodFromTwo
from mcp_servers.analytics.indicators.momentum_tools import Fast, Signal, Slow
from mcp_servers.analytics.series import LENGTH_MAX, Prices, read_series
from mcp_servers.analytics.signals.answers import events_at, make_answer, signals
from mcp_servers.analytics.signals.crossovers import Crossover, ema_crossover, macd_sides, sma_crossover
from mcp_servers.analytics.signals.level_tools import detect_support_resistance
from mcp_servers.analytics.signals.ranges import (
    ABOVE,
    BELOW,
    NEUTRAL,
    OVERBOUGHT,
    OVERSOLD,
    SQUEEZE,
    bollinger_squeeze,
    rsi_zones,
)
from mcp_servers.analytics.signals.states import changes
from schemas.analytics.signals import Signals

ShortWindow = Annotated[int, Field(ge=1, le=LENGTH_MAX, description="Period of the shorter average.")]
LongWindow = Annotated[int, Field(ge=2, le=LENGTH_MAX, description="Period of the longer average.")]
Oversold = Annotated[float, Field(ge=0, le=100, description="Oversold is an RSI below this.")]
Overbought = Annotated[float, Field(ge=0, le=100, description="Overbought is an RSI above this.")]
Lookback = Annotated[
    int, Field(ge=2, le=LENGTH_MAX, description="A squeeze is the least bandwidth in so many prices.")
]
SIDES = {1: "short above long", -1: "short below long"}
CROSSES = {1: "golden_cross", -1: "death_cross"}


def detect_sma_crossover(
    prices: Prices, short_window: ShortWindow = 50, long_window: LongWindow = 200
) -> Signals:
    """Crossings of two simple moving averages: `golden_cross` when the short one rises above the long one."""
    series = read_series(prices)
    found = sma_crossover(series.values, short_window, long_window)
    return signals(series, _averages(found), found.states, SIDES, CROSSES)


def detect_ema_crossover(
    prices: Prices, short_window: ShortWindow = 12, long_window: LongWindow = 26
) -> Signals:
    """Crossings of two exponential averages: `golden_cross` when the short one rises above the long one."""
    series = read_series(prices)
    found = ema_crossover(series.values, short_window, long_window)
    return signals(series, _averages(found), found.states, SIDES, CROSSES)


def detect_rsi_signals(
    prices: Prices,
    period: PeriodFromTwo = 14,
    oversold: Oversold = 30.0,
    overbought: Overbought = 70.0,
) -> Signals:
    """RSI entering and leaving its extremes: `left_oversold` is the usual buy, `left_overbought` the sell."""
    series = read_series(prices)
    found = rsi_zones(series.values, period, oversold, overbought)
    columns = {"rsi": found.rsi}
    positions = changes(found.states)
    before, after = found.states[positions - 1], found.states[positions]
    events = [
        *events_at(series, columns, positions[before == OVERSOLD], lambda _: "left_oversold"),
        *events_at(series, columns, positions[before == OVERBOUGHT], lambda _: "left_overbought"),
        *events_at(series, columns, positions[after == OVERSOLD], lambda _: "entered_oversold"),
        *events_at(series, columns, positions[after == OVERBOUGHT], lambda _: "entered_overbought"),
    ]
    names = {OVERSOLD: "oversold", NEUTRAL: "neutral", OVERBOUGHT: "overbought"}
    return make_answer(series, columns, events, found.states, names)


def detect_macd_signals(prices: Prices, fast: Fast = 12, slow: Slow = 26, signal: Signal = 9) -> Signals:
    """MACD crossing its signal line (`bullish_cross`, `bearish_cross`) and zero (`rose_above_zero`, ...).

    The state is the side of the signal line.
    """
    series = read_series(prices)
    found = macd_sides(series.values, fast, slow, signal)
    columns = found.lines._asdict()
    crosses = {1: "bullish_cross", -1: "bearish_cross"}
    zeros = {1: "rose_above_zero", -1: "fell_below_zero"}
    events = [
        *events_at(series, columns, changes(found.signal), lambda place: crosses[int(found.signal[place])]),
        *events_at(series, columns, changes(found.zero), lambda place: zeros[int(found.zero[place])]),
    ]
    names = {1: "above signal line", -1: "below signal line"}
    return make_answer(series, columns, events, found.signal, names)


def detect_bollinger_squeeze(
    prices: Prices,
    period: PeriodFromTwo = 20,
    deviations: Multiplier = 2.0,
    lookback: Lookback = 125,
) -> Signals:
    """Bollinger squeezes: the least bandwidth in `lookback` prices, until a price breaks out of the bands."""
    series = read_series(prices)
    found = bollinger_squeeze(series.values, period, deviations, lookback)
    columns = {**found.bands._asdict(), "bandwidth": found.width}
    starts = np.flatnonzero(np.diff(found.states, prepend=np.int8(0)))
    kinds = {SQUEEZE: "squeeze_started", ABOVE: "broke_out_above", BELOW: "broke_out_below"}
    events = events_at(series, columns, starts, lambda place: kinds[int(found.states[place])])
    names = {SQUEEZE: "squeeze", ABOVE: "after a breakout above", BELOW: "after a breakout below"}
    return make_answer(series, columns, events, found.states, names)


SIGNAL_TOOLS = (
    detect_sma_crossover,
    detect_ema_crossover,
    detect_rsi_signals,
    detect_macd_signals,
    detect_bollinger_squeeze,
    detect_support_resistance,
)


def _averages(found: Crossover) -> dict[str, np.ndarray]:
    return {"short": found.short, "long": found.long}
