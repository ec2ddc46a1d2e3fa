"""Tools: prices and their volume."""

from typing import Annotated

from pydantic import Field

from mcp_servers.analytics.indicators.answers import indicator
from mcp_servers.analytics.indicators.arguments import (
    Close,
    High,
    Low,
    PeriodFromTwo,
    Volume,
    read_columns,
    read_traded_bars,
)
from mcp_servers.analytics.indicators.volume import (
    money_flow_index,
    on_balance_volume,
    volume_weighted_price,
)
from mcp_servers.analytics.series import LENGTH_MAX
from schemas.analytics.indicators import Indicator

WindowOrAll = Annotated[
    Annotated[int, Field(ge=1, le=LENGTH_MAX)] | None,
    Field(description="How many bars each value looks back on; null: all bars from the first on."),
]


def calculate_obv(close: Close, volume: Volume) -> Indicator:
    """On-balance volume, in the unit of the volume; it starts at the first volume."""
    (closes, volumes), dates = read_columns(close, volume)
    return indicator(on_balance_volume(closes, volumes), None, dates)


def calculate_vwap(
    high: High, low: Low, close: Close, volume: Volume, period: WindowOrAll = None
) -> Indicator:
    """Volume-weighted average of the typical price (high + low + close) / 3, in the unit of the prices.

    It starts at the first bar, or looks back on `period` bars; for sessions, pass one session at a time.
    """
    bars = read_traded_bars(high, low, close, volume)
    values = volume_weighted_price(bars.high, bars.low, bars.close, bars.volume, period)
    return indicator(values, period, bars.dates, "null where nothing was traded")


def calculate_mfi(
    high: High, low: Low, close: Close, volume: Volume, period: PeriodFromTwo = 14
) -> Indicator:
    """Money-flow index: the share of rising money flow in the last `period` bars, from 0 to 100."""
    bars = read_traded_bars(high, low, close, volume)
    values = money_flow_index(bars.high, bars.low, bars.close, bars.volume, period)
    return indicator(values, period, bars.dates, "null where no money flows up or down")


VOLUME_TOOLS = (calculate_obv, calculate_vwap, calculate_mfi)
