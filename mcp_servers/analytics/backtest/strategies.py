"""Signals as positions: 1 long, -1 short, 0 before the first signal."""

from typing import Literal, TypeAlias

import numpy as np
from pydantic import Field, ValidationError

from mcp_servers.analytics.series import LENGTH_MAX, Values
from mcp_servers.analytics.signals.crossovers import ema_crossover, macd_sides, sma_crossover
from mcp_servers.analytics.signals.ranges import (
    ABOVE,
    BELOW,
    OVERBOUGHT,
    OVERSOLD,
    bollinger_squeeze,
    rsi_zones,
)
from mcp_servers.analytics.signals.states import carried
from mcp_servers.problems import BadArgument
from schemas.wire import Wire

StrategyName: TypeAlias = Literal[
    "sma_crossover", "ema_crossover", "rsi_reversal", "macd", "bollinger_squeeze"
]


class SmaCrossover(Wire):
    """Long while the short average is above the long one, short while below."""

    short_window: int = Field(default=50, ge=1, le=LENGTH_MAX)
    long_window: int = Field(default=200, ge=2, le=LENGTH_MAX)

    def positions(self, prices: Values) -> Values:
        return sma_crossover(prices, self.short_window, self.long_window).states.astype(np.float64)


class EmaCrossover(Wire):
    """Long while the short average is above the long one, short while below."""

    short_window: int = Field(default=12, ge=1, le=LENGTH_MAX)
    long_window: int = Field(default=26, ge=2, le=LENGTH_MAX)

    def positions(self, prices: Values) -> Values:
        return ema_crossover(prices, self.short_window, self.long_window).states.astype(np.float64)


class RsiReversal(Wire):
    """Long from leaving oversold, short from leaving overbought."""

    period: int = Field(default=14, ge=2, le=LENGTH_MAX)
    oversold: float = Field(default=30.0, ge=0, le=100)
    overbought: float = Field(default=70.0, ge=0, le=100)

    def positions(self, prices: Values) -> Values:
        zones = rsi_zones(prices, self.period, self.oversold, self.overbought).states
        left = np.append(np.int8(0), np.where(zones[1:] != zones[:-1], zones[:-1], 0))
        signals = np.select([left == OVERSOLD, left == OVERBOUGHT], [1, -1], 0)
        return carried(signals).astype(np.float64)


class MacdCross(Wire):
    """Long while MACD is above its signal line, short while below."""

    fast: int = Field(default=12, ge=2, le=LENGTH_MAX)
    slow: int = Field(default=26, ge=3, le=LENGTH_MAX)
    signal: int = Field(default=9, ge=1, le=LENGTH_MAX)

    def positions(self, prices: Values) -> Values:
        return macd_sides(prices, self.fast, self.slow, self.signal).signal.astype(np.float64)


class BollingerBreakout(Wire):
    """Long or short from the breakout out of a squeeze until the next squeeze."""

    period: int = Field(default=20, ge=2, le=LENGTH_MAX)
    deviations: float = Field(default=2.0, gt=0, le=100)
    lookback: int = Field(default=125, ge=2, le=LENGTH_MAX)

    def positions(self, prices: Values) -> Values:
        states = bollinger_squeeze(prices, self.period, self.deviations, self.lookback).states
        return np.select([states == ABOVE, states == BELOW], [1.0, -1.0], 0.0)


Strategy: TypeAlias = SmaCrossover | EmaCrossover | RsiReversal | MacdCross | BollingerBreakout
STRATEGIES: dict[StrategyName, type[Strategy]] = {
    "sma_crossover": SmaCrossover,
    "ema_crossover": EmaCrossover,
    "rsi_reversal": RsiReversal,
    "macd": MacdCross,
    "bollinger_squeeze": BollingerBreakout,
}


def make_strategy(name: StrategyName, parameters: dict[str, float]) -> Strategy:
    """The strategy, with the usual parameters where none are given. Raises `BadArgument` for unfit ones."""
    model = STRATEGIES[name]
    try:
        return model.model_validate(parameters)
    except ValidationError as error:
        complaints = "; ".join(f"{item['loc'][0]}: {item['msg']}" for item in error.errors(include_url=False))
        raise BadArgument(
            f"{name} does not accept {complaints}; its parameters are {', '.join(model.model_fields)}",
            accepted=list(model.model_fields),
        ) from error
