"""States that a signal is in at each price, and where they change.

A state at a price depends on that price and those before it, never on later ones.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mcp_servers.analytics.series import Values

States: TypeAlias = NDArray[np.int8]
"""One small number per price; 0 where there is no state yet."""
Positions: TypeAlias = NDArray[np.int64]

ROUNDING = 1e-12
"""Two averages of one series closer than this fraction of its largest price so far are equal."""


def rounding_of(prices: Values) -> Values:
    """How far apart, at each price, rounding alone can bring two averages of `prices`."""
    return np.asarray(ROUNDING * np.maximum.accumulate(prices), dtype=np.float64)


def side(first: Values, second: Values | float, rounding: Values | float) -> States:
    """1 where `first` is above `second`, -1 below; the side before where they touch, 0 before any.

    The arrays are 1-dimensional and of one length. NaN is no side, and does not interrupt one.
    """
    difference = first - second
    return carried(np.where(difference > rounding, 1, np.where(difference < -rounding, -1, 0)))


def carried(states: NDArray[np.integer]) -> States:
    """Each 0 replaced by the state before it."""
    places = np.maximum.accumulate(np.where(states != 0, np.arange(len(states)), 0))
    return states[places].astype(np.int8)


def changes(states: States) -> Positions:
    """Positions whose state differs from the one before, where there was one before."""
    changed = (states[1:] != states[:-1]) & (states[:-1] != 0)
    return np.flatnonzero(changed).astype(np.int64) + 1


def start_of_last(states: States) -> int | None:
    """The position with which the last state began; None when there is none."""
    if not len(states) or states[-1] == 0:
        return None
    different = np.flatnonzero(states != states[-1])
    return int(different[-1]) + 1 if len(different) else 0
