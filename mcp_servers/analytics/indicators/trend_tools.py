"""Tools: the trend of prices."""

from typing import Annotated

from pydantic import Field

from mcp_servers.analytics.indicators.answers import STILL, last_values, reason_for_gaps, to_columns
from mcp_servers.analytics.indicators.arguments import Close, High, Low, PeriodFromTwo, read_bars
from mcp_servers.analytics.indicators.trend import directional_movement, ichimoku
from mcp_servers.analytics.series import LENGTH_MAX
from schemas.analytics.indicators import DirectionalMovement, DirectionalValues, Ichimoku, IchimokuValues

LinePeriod = Annotated[int, Field(ge=1, le=LENGTH_MAX, description="How many bars the line looks back on.")]
Displacement = Annotated[int, Field(ge=1, le=LENGTH_MAX, description="By how many bars the cloud is ahead.")]


def calculate_adx(high: High, low: Low, close: Close, period: PeriodFromTwo = 14) -> DirectionalMovement:
    """Average directional index after Wilder with +DI and -DI, from 0 to 100."""
    bars = read_bars(high, low, close)
    movement = directional_movement(bars.high, bars.low, bars.close, period)
    columns = to_columns(**movement._asdict())
    return DirectionalMovement(
        period=period,
        latest=DirectionalValues(**last_values(columns)),
        dates=bars.dates,
        reason=reason_for_gaps(movement.adx, 2 * period - 1, STILL),
        **columns,
    )


def calculate_ichimoku(  # noqa: PLR0913, PLR0917 the field's usual arguments
    high: High,
    low: Low,
    close: Close,
    conversion_period: LinePeriod = 9,
    base_period: LinePeriod = 26,
    span_b_period: LinePeriod = 52,
    displacement: Displacement = 26,
) -> Ichimoku:
    """Ichimoku cloud: conversion and base line, the two spans, the lagging close, and the cloud to come."""
    bars = read_bars(high, low, close)
    periods = (conversion_period, base_period, span_b_period)
    columns = to_columns(**ichimoku(bars.high, bars.low, bars.close, periods, displacement)._asdict())
    known = {name: columns[name] for name in IchimokuValues.model_fields}
    return Ichimoku(
        displacement=displacement,
        latest=IchimokuValues(**last_values(known)),
        dates=bars.dates,
        **columns,
    )


TREND_TOOLS = (calculate_adx, calculate_ichimoku)
