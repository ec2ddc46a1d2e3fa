"""Tools: technical indicators of prices."""

from typing import Annotated

from pydantic import Field

from mcp_servers.analytics.answers import without_nan
from mcp_servers.analytics.indicators.averages import simple_moving_average
from mcp_servers.analytics.series import LENGTH_MAX, Prices, read_series
from schemas.analytics.indicators import MovingAverage


def calculate_sma(
    prices: Prices,
    period: Annotated[int, Field(ge=1, le=LENGTH_MAX, description="How many prices to average.")],
) -> MovingAverage:
    """Simple moving average: the mean of the last `period` prices at each price."""
    series = read_series(prices)
    values = without_nan(simple_moving_average(series.values, period))
    return MovingAverage(period=period, values=values, latest=values[-1], dates=series.dates)


INDICATOR_TOOLS = (calculate_sma,)
