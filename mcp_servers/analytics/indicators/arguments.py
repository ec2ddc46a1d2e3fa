"""Arguments of indicators, and the bars that high, low, close and volume make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, TypeAlias

import numpy as np
from pydantic import Field

from mcp_servers.analytics.matching import match
from mcp_servers.analytics.series import LENGTH_MAX, ListOrDates, Price, Values, read_series
from mcp_servers.problems import BadArgument

High = Annotated[
    ListOrDates[Price],
    Field(description="Highest prices of the bars, oldest first, or an object from date to price."),
]
Low = Annotated[
    ListOrDates[Price],
    Field(description="Lowest prices of the bars in the form of `high`: same dates or same length."),
]
Close = Annotated[
    ListOrDates[Price],
    Field(description="Closes of the bars, oldest first, or an object from date to price; all in one form."),
]
Volume = Annotated[
    ListOrDates[Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]],
    Field(description="Volumes of the bars in the form of `close`: same dates or same length."),
]
Period = Annotated[int, Field(ge=1, le=LENGTH_MAX, description="How many prices each value looks back on.")]
PeriodFromTwo = Annotated[
    int, Field(ge=2, le=LENGTH_MAX, description="How many prices each value looks back on.")
]
Multiplier = Annotated[
    float, Field(gt=0, le=100, description="How many deviations or ranges the lines are from the middle.")
]
Given: TypeAlias = Sequence[float] | Mapping[date, float]

ROUNDING = 1e-9
"""By how much, as a fraction, a close may be outside its bar: adjusted prices are rounded."""


@dataclass(frozen=True)
class Bars:
    """Arrays of one length, positive and in order of time; low <= close <= high."""

    high: Values
    low: Values
    close: Values
    dates: list[str] | None


@dataclass(frozen=True)
class TradedBars(Bars):
    """Bars with a volume, which is not negative."""

    volume: Values


def read_bars(high: Given, low: Given, close: Given) -> Bars:
    """Bars of the dates that all have, or of lists of one length.

    Raises `BadArgument` for lists of different lengths, for a mixture of lists and dates, and for a bar whose
    close is not between low and high; `TooShort` without a common date.
    """
    (highs, lows, closes), dates = read_columns(high, low, close)
    bars = Bars(highs, lows, closes, dates)
    _check_order(bars)
    return bars


def read_traded_bars(high: Given, low: Given, close: Given, volume: Given) -> TradedBars:
    """Like `read_bars`, with volumes."""
    (highs, lows, closes, volumes), dates = read_columns(high, low, close, volume)
    bars = TradedBars(highs, lows, closes, dates, volumes)
    _check_order(bars)
    return bars


def read_columns(*given: Given) -> tuple[list[Values], list[str] | None]:
    """Several series as arrays of one length, with their dates; raises like `read_bars`."""
    matched = match([read_series(one) for one in given])
    return list(np.ascontiguousarray(matched.values.T)), matched.dates


def _check_order(bars: Bars) -> None:
    slack = ROUNDING * bars.close
    wrong = np.flatnonzero((bars.close > bars.high + slack) | (bars.close < bars.low - slack))
    if len(wrong):
        position = int(wrong[0])
        date_of_bar = None if bars.dates is None else bars.dates[position]
        raise BadArgument(
            f"the bar at position {position} does not have low <= close <= high; "
            "pass high, low and close of the same bars",
            position=position,
            date=date_of_bar,
            high=bars.high[position],
            low=bars.low[position],
            close=bars.close[position],
        )
