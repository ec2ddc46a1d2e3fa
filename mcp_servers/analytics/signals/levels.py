"""Support and resistance: prices at which the market turned."""

from dataclasses import dataclass

import numpy as np

from mcp_servers.analytics.indicators.windows import rolling_max
from mcp_servers.analytics.series import Values, check_length


@dataclass(frozen=True)
class Turn:
    """A local high or low."""

    position: int
    price: float
    is_high: bool


@dataclass(frozen=True)
class Level:
    """Turns near one another: their mean price, and the position of the latest of them."""

    price: float
    touches: int
    last: int


def turning_points(prices: Values, reach: int) -> list[Turn]:
    """Prices that none of `reach` prices on either side exceeds (high) or is below (low), oldest first.

    Of a plateau, the first price. `prices` is 1-dimensional and finite; the last `reach` prices cannot be
    known to be turns. Raises `TooShort` below 2 * `reach` + 1 prices.
    """
    check_length(prices, 2 * reach + 1, f"a turning point with {reach} prices on either side")
    turns = [
        Turn(int(position), float(prices[position]), is_high)
        for is_high, signed in ((True, prices), (False, -prices))
        for position in _peaks(signed, reach)
    ]
    return sorted(turns, key=lambda turn: (turn.position, turn.is_high))


def price_levels(turns: list[Turn], tolerance: float) -> list[Level]:
    """Turns gathered by price, lowest first: within the fraction `tolerance` of the lowest of their level."""
    groups: list[list[Turn]] = []
    for turn in sorted(turns, key=lambda turn: turn.price):
        if groups and turn.price <= groups[-1][0].price * (1 + tolerance):
            groups[-1].append(turn)
        else:
            groups.append([turn])
    return [
        Level(
            price=float(np.mean([turn.price for turn in group])),
            touches=len(group),
            last=max(turn.position for turn in group),
        )
        for group in groups
    ]


def _peaks(values: Values, reach: int) -> list[int]:
    candidates = values[reach:-reach]
    around = rolling_max(values, 2 * reach + 1)[2 * reach :]
    before = rolling_max(values, reach)[reach - 1 : -reach - 1]
    peaks: list[int] = (np.flatnonzero((candidates == around) & (candidates > before)) + reach).tolist()
    return peaks
