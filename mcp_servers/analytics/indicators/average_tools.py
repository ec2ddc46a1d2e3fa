"""Tools: moving averages, and how far prices are from them."""

from typing import Annotated

from pydantic import Field

from mcp_servers.analytics.answers import without_nan
from mcp_servers.analytics.indicators.answers import STILL, indicator
from mcp_servers.analytics.indicators.arguments import PeriodFromTwo
from mcp_servers.analytics.indicators.averages import (
    exponential_moving_average,
    simple_moving_average,
    weighted_moving_average,
)
from mcp_servers.analytics.indicators.volatility import rolling_deviation, z_score
from mcp_servers.analytics.series import LENGTH_MAX, Prices, Series, Values, read_series
from schemas.analytics.indicators import Indicator, MovingAverage

AveragePeriod = Annotated[int, Field(ge=1, le=LENGTH_MAX, description="How many prices to average.")]
Ddof = Annotated[
    int, Field(ge=0, le=1, description="1: the divisor is `period` - 1 (a sample); 0: it is `period`.")
]


def calculate_sma(prices: Prices, period: AveragePeriod) -> MovingAverage:
    """Simple moving average: the mean of the last `period` prices at each price."""
    series = read_series(prices)
    return _moving_average(simple_moving_average(series.values, period), period, series)


def calculate_ema(prices: Prices, period: AveragePeriod) -> MovingAverage:
    """Exponential moving average with factor 2 / (`period` + 1), seeded with the mean of the first prices."""
    series = read_series(prices)
    return _moving_average(exponential_moving_average(series.values, period), period, series)


def calculate_wma(prices: Prices, period: AveragePeriod) -> MovingAverage:
    """Weighted moving average: the mean of the last `period` prices with weights 1 to `period`."""
    series = read_series(prices)
    return _moving_average(weighted_moving_average(series.values, period), period, series)


def calculate_rolling_std(prices: Prices, period: PeriodFromTwo = 20, ddof: Ddof = 1) -> Indicator:
    """Rolling standard deviation of the last `period` prices, in their unit."""
    series = read_series(prices)
    return indicator(rolling_deviation(series.values, period, ddof), period, series.dates)


def calculate_z_score(prices: Prices, period: PeriodFromTwo = 20, ddof: Ddof = 1) -> Indicator:
    """Rolling z-score: how many standard deviations a price is above the mean of the last `period` prices."""
    series = read_series(prices)
    return indicator(z_score(series.values, period, ddof), period, series.dates, STILL)


AVERAGE_TOOLS = (calculate_sma, calculate_ema, calculate_wma, calculate_rolling_std, calculate_z_score)


def _moving_average(values: Values, period: int, series: Series) -> MovingAverage:
    column = without_nan(values)
    return MovingAverage(period=period, values=column, latest=column[-1], dates=series.dates)
