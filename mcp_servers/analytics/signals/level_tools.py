"""The tool of support and resistance."""

from typing import Annotated, Literal

from pydantic import Field

from mcp_servers.analytics.answers import price_point
from mcp_servers.analytics.series import LENGTH_MAX, Prices, Series, check_length, read_series
from mcp_servers.analytics.signals.levels import Level, Turn, price_levels, turning_points
from mcp_servers.problems import BadArgument
from schemas.analytics.signals import PriceLevel, SupportResistance, TurningPoint

Lookback = Annotated[int, Field(ge=3, le=LENGTH_MAX, description="How many of the last prices to look at.")]
Reach = Annotated[
    int, Field(ge=1, le=1000, description="A turning point is the extreme of so many prices on either side.")
]
Tolerance = Annotated[
    float, Field(ge=0, le=0.5, description="Turns within this fraction of each other are one level.")
]


def detect_support_resistance(
    prices: Prices, lookback: Lookback = 250, reach: Reach = 5, tolerance: Tolerance = 0.01
) -> SupportResistance:
    """Support and resistance: levels at which the last `lookback` prices turned, the nearest first."""
    if lookback < 2 * reach + 1:
        raise BadArgument(
            f"lookback={lookback} is too short for reach={reach}; pass at least {2 * reach + 1}",
            lookback=lookback,
            reach=reach,
        )
    series = read_series(prices)
    check_length(series.values, lookback, f"support and resistance over {lookback}")
    first = len(series.values) - lookback
    turns = [
        Turn(turn.position + first, turn.price, turn.is_high)
        for turn in turning_points(series.values[first:], reach)
    ]
    price = float(series.values[-1])
    levels = price_levels(turns, tolerance)
    supports = [_price_level(series, level) for level in reversed(levels) if level.price <= price]
    resistances = [_price_level(series, level) for level in levels if level.price > price]
    return SupportResistance(
        supports=supports,
        resistances=resistances,
        events=[_turning_point(series, turn, reach) for turn in turns],
        state=_state(bool(supports), bool(resistances)),
        latest=price_point(series, len(series.values) - 1),
        observations=lookback,
        reason=None if turns else "the prices have no turning point",
    )


def _price_level(series: Series, level: Level) -> PriceLevel:
    return PriceLevel(
        price=level.price,
        touches=level.touches,
        last_touch=price_point(series, level.last),
        distance=level.price / series.values[-1] - 1,
    )


def _turning_point(series: Series, turn: Turn, reach: int) -> TurningPoint:
    return TurningPoint(
        position=turn.position,
        date=series.date_at(turn.position),
        kind="high" if turn.is_high else "low",
        price=turn.price,
        confirmed=turn.position + reach,
    )


def _state(
    supported: bool, resisted: bool
) -> Literal["between levels", "above all levels", "below all levels"] | None:
    if supported and resisted:
        return "between levels"
    if supported:
        return "above all levels"
    return "below all levels" if resisted else None
