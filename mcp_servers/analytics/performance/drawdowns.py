"""How far a price fell from its peaks, and how long that took."""

from dataclasses import dataclass

import empyrical
import numpy as np

from mcp_servers.analytics.series import Values, check_length, simple_returns


@dataclass(frozen=True)
class Drawdown:
    """A fall as a negative fraction of its peak, and the positions of its three points."""

    depth: float
    peak: int
    trough: int
    recovery: int | None


def deepest_drawdown(prices: Values) -> Drawdown | None:
    """The deepest fall; the earlier one of two equally deep; None when the price never falls.

    `prices` is 1-dimensional, finite and positive. The peak is the last time the price stood at it. Raises
    `TooShort` below 2 prices. The depth is empyrical.max_drawdown of the simple returns.
    """
    check_length(prices, 2, "a drawdown")
    highest = np.maximum.accumulate(prices)
    trough = int(np.argmin(prices / highest))
    if prices[trough] >= highest[trough]:
        return None
    peak = int(np.flatnonzero(prices[:trough] == highest[trough])[-1])
    recovered = np.flatnonzero(prices[trough:] >= prices[peak])
    return Drawdown(
        depth=float(empyrical.max_drawdown(simple_returns(prices))),
        peak=peak,
        trough=trough,
        recovery=trough + int(recovered[0]) if len(recovered) else None,
    )


def all_drawdowns(prices: Values) -> list[Drawdown]:
    """Every fall from a peak until the price is back at it, the deepest first, then the earlier.

    `prices` is 1-dimensional, finite and positive. The peak is the last time the price stood at it, the
    trough the first lowest price. Falls do not overlap. Raises `TooShort` below 2 prices.
    """
    check_length(prices, 2, "a drawdown")
    highest = np.maximum.accumulate(prices)
    below = np.concatenate([[False], prices < highest, [False]])
    edges = np.flatnonzero(below[1:] != below[:-1])
    falls = [_fall(prices, int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    return sorted(falls, key=lambda fall: (fall.depth, fall.peak))


def _fall(prices: Values, start: int, end: int) -> Drawdown:
    """The fall whose prices from `start` to before `end` are below the peak before it."""
    trough = start + int(np.argmin(prices[start:end]))
    return Drawdown(
        depth=float(prices[trough] / prices[start - 1] - 1),
        peak=start - 1,
        trough=trough,
        recovery=end if end < len(prices) else None,
    )
