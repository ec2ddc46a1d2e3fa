"""Answers of the indicator tools: columns with one value per price, null before the first valid one."""

from typing import TypeAlias

from pydantic import FiniteFloat

from schemas.wire import Wire

Column: TypeAlias = list[FiniteFloat | None]


class MovingAverage(Wire):
    """A moving average: one value per price, null until `period` prices are known."""

    period: int
    values: Column
    latest: FiniteFloat
    dates: list[str] | None = None
    """One per value when the prices came with dates, otherwise null."""


class ColumnAnswer(Wire):
    """What every indicator says beside its columns."""

    dates: list[str] | None = None
    """One per value when the prices came with dates, otherwise null."""
    reason: str | None = None
    """Why values are null although the window is full; null when none is."""


class Indicator(ColumnAnswer):
    """An indicator of one column. Its unit is in the description of the tool."""

    period: int | None
    """Null when the indicator takes in all prices so far."""
    values: Column
    latest: FiniteFloat | None


class MacdValues(Wire):
    """MACD at one price, in its unit."""

    macd: FiniteFloat | None
    signal: FiniteFloat | None
    histogram: FiniteFloat | None


class Macd(ColumnAnswer):
    """MACD, its signal line, and the difference of the two, in the unit of the prices."""

    periods: list[int]
    """Fast, slow, signal."""
    macd: Column
    signal: Column
    histogram: Column
    latest: MacdValues


class ChannelValues(Wire):
    """A channel at one price, in its unit."""

    upper: FiniteFloat | None
    middle: FiniteFloat | None
    lower: FiniteFloat | None


class Channel(ColumnAnswer):
    """Three lines in the unit of the prices."""

    upper: Column
    middle: Column
    lower: Column
    latest: ChannelValues


class BollingerValues(ChannelValues):
    """Bollinger bands at one price."""

    percent_b: FiniteFloat | None
    bandwidth: FiniteFloat | None


class BollingerBands(ColumnAnswer):
    """Bands in the unit of the prices, and where the price stands in them."""

    period: int
    deviations: FiniteFloat
    upper: Column
    middle: Column
    lower: Column
    percent_b: Column
    """%B: 0 at the lower band, 1 at the upper one."""
    bandwidth: Column
    """The distance of the bands as a fraction of the middle one."""
    latest: BollingerValues


class StochasticValues(Wire):
    """The stochastic at one price."""

    k: FiniteFloat | None
    d: FiniteFloat | None


class Stochastic(ColumnAnswer):
    """%K and its mean %D, from 0 to 100."""

    k: Column
    d: Column
    latest: StochasticValues


class DirectionalValues(Wire):
    """Directional movement at one price."""

    adx: FiniteFloat | None
    plus_di: FiniteFloat | None
    minus_di: FiniteFloat | None


class DirectionalMovement(ColumnAnswer):
    """ADX, the strength of the trend, and +DI and -DI, its direction, from 0 to 100."""

    period: int
    adx: Column
    plus_di: Column
    minus_di: Column
    latest: DirectionalValues


class IchimokuValues(Wire):
    """The lines that are known at one price."""

    conversion: FiniteFloat | None
    base: FiniteFloat | None
    span_a: FiniteFloat | None
    span_b: FiniteFloat | None


class Ichimoku(ColumnAnswer):
    """Ichimoku lines in the unit of the prices. The spans are the cloud that the price stands in."""

    displacement: int
    conversion: Column
    base: Column
    span_a: Column
    span_b: Column
    lagging: Column
    """The close `displacement` bars later: for charts only, as nobody knew it at its place."""
    future_span_a: Column
    """The cloud of the next `displacement` bars, which are not there yet."""
    future_span_b: Column
    latest: IchimokuValues
