"""Tools: momentum of prices."""

from typing import Annotated

from pydantic import Field

from mcp_servers.analytics.indicators.answers import (
    NO_RANGE,
    STILL,
    indicator,
    last_values,
    reason_for_gaps,
    to_columns,
)
from mcp_servers.analytics.indicators.arguments import (
    Close,
    High,
    Low,
    Period,
    PeriodFromTwo,
    read_bars,
)
from mcp_servers.analytics.indicators.momentum import (
    commodity_channel_index,
    macd,
    rate_of_change,
    relative_strength_index,
    stochastic,
    williams_percent_r,
)
from mcp_servers.analytics.series import LENGTH_MAX, Prices, read_series
from schemas.analytics.indicators import Indicator, Macd, MacdValues, Stochastic, StochasticValues

Fast = Annotated[int, Field(ge=2, le=LENGTH_MAX, description="Period of the faster average.")]
Slow = Annotated[int, Field(ge=3, le=LENGTH_MAX, description="Period of the slower average.")]
Signal = Annotated[int, Field(ge=1, le=LENGTH_MAX, description="Period of the signal line.")]
CciPeriod = Annotated[
    int, Field(ge=2, le=5_000, description="How many bars each value looks back on; each takes as long.")
]
KSmoothing = Annotated[int, Field(ge=1, le=LENGTH_MAX, description="How many values %K averages; 1 is fast.")]
DPeriod = Annotated[int, Field(ge=1, le=LENGTH_MAX, description="How many values of %K make %D.")]


def calculate_rsi(prices: Prices, period: PeriodFromTwo = 14) -> Indicator:
    """Relative strength index after Wilder, from 0 to 100; null until the price has moved."""
    series = read_series(prices)
    return indicator(relative_strength_index(series.values, period), period, series.dates, STILL)


def calculate_macd(prices: Prices, fast: Fast = 12, slow: Slow = 26, signal: Signal = 9) -> Macd:
    """MACD: the fast EMA minus the slow one, its signal line, and the histogram between them."""
    series = read_series(prices)
    columns = to_columns(**macd(series.values, fast, slow, signal)._asdict())
    latest = MacdValues(**last_values(columns))
    return Macd(periods=[fast, slow, signal], latest=latest, dates=series.dates, **columns)


def calculate_stochastic(  # noqa: PLR0913, PLR0917 the field's usual arguments
    high: High,
    low: Low,
    close: Close,
    k_period: PeriodFromTwo = 14,
    k_smoothing: KSmoothing = 3,
    d_period: DPeriod = 3,
) -> Stochastic:
    """Stochastic oscillator: where the close stands in the range of the last bars, from 0 to 100."""
    bars = read_bars(high, low, close)
    found = stochastic(bars.high, bars.low, bars.close, (k_period, k_smoothing, d_period))
    columns = to_columns(k=found.k, d=found.d)
    return Stochastic(
        latest=StochasticValues(**last_values(columns)),
        dates=bars.dates,
        reason=reason_for_gaps(found.d, k_period + k_smoothing + d_period - 3, NO_RANGE),
        **columns,
    )


def calculate_williams_r(high: High, low: Low, close: Close, period: PeriodFromTwo = 14) -> Indicator:
    """Williams %R: how far the close is below the highest high of the last bars, from -100 to 0."""
    bars = read_bars(high, low, close)
    values = williams_percent_r(bars.high, bars.low, bars.close, period)
    return indicator(values, period, bars.dates, NO_RANGE)


def calculate_cci(high: High, low: Low, close: Close, period: CciPeriod = 20) -> Indicator:
    """Commodity channel index: the typical price against its mean, in 0.015 mean deviations."""
    bars = read_bars(high, low, close)
    values = commodity_channel_index(bars.high, bars.low, bars.close, period)
    return indicator(values, period, bars.dates, STILL)


def calculate_roc(prices: Prices, period: Period = 10) -> Indicator:
    """Rate of change over `period` prices, as a fraction: 0.05 is a rise of 5 %."""
    series = read_series(prices)
    return indicator(rate_of_change(series.values, period), period, series.dates)


MOMENTUM_TOOLS = (
    calculate_rsi,
    calculate_macd,
    calculate_stochastic,
    calculate_williams_r,
    calculate_cci,
    calculate_roc,
)
