"""Minute bars as longer ones, cut at whole hours of the market's own clock."""

import numpy as np

from mcp_servers.financial.vendors.simulated.price_history import BarColumns
from mcp_servers.financial.vendors.simulated.sessions import Sessions
from schemas.market.prices import Timeframe

MINUTES_PER_BAR: dict[Timeframe, int] = {
    "1Min": 1,
    "5Min": 5,
    "15Min": 15,
    "30Min": 30,
    "1Hour": 60,
    "4Hour": 240,
}


def resample_minutes(minutes: BarColumns, sessions: Sessions, length_minutes: int) -> BarColumns:
    """Bars of `length_minutes`: open of the first minute, extremes, close of the last, sum of volumes.

    A bar starts where the market's clock is a multiple of its length, also when the session starts later.
    """
    since_open = minutes.minutes - sessions.opens[minutes.places]
    starts = minutes.minutes - (sessions.first_wall_minute + since_open) % length_minutes
    return _merge(minutes, starts)


def merge_sessions(minutes: BarColumns, sessions: Sessions) -> BarColumns:
    """One bar for each session that `minutes` has any of."""
    return _merge(minutes, sessions.opens[minutes.places])


def _merge(minutes: BarColumns, starts: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> BarColumns:
    if not len(minutes):
        return minutes
    first = np.flatnonzero(np.diff(starts, prepend=starts[0] - 1))
    last = np.append(first[1:], len(starts)) - 1
    return BarColumns(
        minutes=starts[first],
        places=minutes.places[first],
        open=minutes.open[first],
        high=np.maximum.reduceat(minutes.high, first),
        low=np.minimum.reduceat(minutes.low, first),
        close=minutes.close[last],
        volume=np.add.reduceat(minutes.volume, first),
    )
