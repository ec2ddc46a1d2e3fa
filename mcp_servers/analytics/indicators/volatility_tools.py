"""Tools: volatility of prices and channels around them."""

from typing import Annotated

from pydantic import Field

from mcp_servers.analytics.indicators.answers import (
    STILL,
    Dates,
    indicator,
    last_values,
    reason_for_gaps,
    to_columns,
)
from mcp_servers.analytics.indicators.arguments import (
    Close,
    High,
    Low,
    Multiplier,
    Period,
    PeriodFromTwo,
    read_bars,
)
from mcp_servers.analytics.indicators.volatility import (
    Channel as ChannelColumns,
)
from mcp_servers.analytics.indicators.volatility import (
    average_true_range,
    band_position,
    bandwidth,
    bollinger_bands,
    donchian_channel,
    keltner_channel,
)
from mcp_servers.analytics.series import LENGTH_MAX, Prices, read_series
from schemas.analytics.indicators import BollingerBands, BollingerValues, Channel, ChannelValues, Indicator

AtrPeriod = Annotated[int, Field(ge=1, le=LENGTH_MAX, description="Period of the average true range.")]


def calculate_atr(high: High, low: Low, close: Close, period: Period = 14) -> Indicator:
    """Average true range after Wilder, in the unit of the prices."""
    bars = read_bars(high, low, close)
    return indicator(average_true_range(bars.high, bars.low, bars.close, period), period, bars.dates)


def calculate_bollinger_bands(
    prices: Prices, period: PeriodFromTwo = 20, deviations: Multiplier = 2.0
) -> BollingerBands:
    """Bollinger bands: moving average and population standard deviations around it, with %B and bandwidth."""
    series = read_series(prices)
    bands = bollinger_bands(series.values, period, deviations)
    position = band_position(series.values, bands)
    columns = to_columns(**bands._asdict(), percent_b=position, bandwidth=bandwidth(bands))
    return BollingerBands(
        period=period,
        deviations=deviations,
        latest=BollingerValues(**last_values(columns)),
        dates=series.dates,
        reason=reason_for_gaps(position, period - 1, f"%B is {STILL}"),
        **columns,
    )


def calculate_keltner_channels(  # noqa: PLR0913, PLR0917 the field's usual arguments
    high: High,
    low: Low,
    close: Close,
    period: Period = 20,
    atr_period: AtrPeriod = 10,
    multiplier: Multiplier = 2.0,
) -> Channel:
    """Keltner channels: the EMA of the close, and average true ranges around it."""
    bars = read_bars(high, low, close)
    channel = keltner_channel(bars.high, bars.low, bars.close, (period, atr_period), multiplier)
    return _channel(channel, bars.dates)


def calculate_donchian_channels(high: High, low: Low, period: Period = 20) -> Channel:
    """Donchian channels: highest high and lowest low of the last `period` bars, this one included."""
    bars = read_bars(high, low, low)
    return _channel(donchian_channel(bars.high, bars.low, period), bars.dates)


VOLATILITY_TOOLS = (
    calculate_atr,
    calculate_bollinger_bands,
    calculate_keltner_channels,
    calculate_donchian_channels,
)


def _channel(channel: ChannelColumns, dates: Dates) -> Channel:
    columns = to_columns(**channel._asdict())
    return Channel(latest=ChannelValues(**last_values(columns)), dates=dates, **columns)
