"""How often returns are gains, how large these are, and how many come in a row."""

from dataclasses import dataclass

import numpy as np

from mcp_servers.analytics.series import Values, check_length


@dataclass(frozen=True)
class HitRate:
    """Counts, and means as fractions. `average_loss` is negative; a mean of nothing is None."""

    gains: int
    losses: int
    unchanged: int
    average_gain: float | None
    average_loss: float | None


@dataclass(frozen=True)
class Streak:
    """Successive returns of one sign (1 or -1), from position `start`."""

    sign: int
    start: int
    length: int


def hit_rate(returns: Values) -> HitRate:
    """Gains, losses and unchanged periods.

    `returns` is 1-dimensional and finite. Raises `TooShort` below 1.
    """
    check_length(returns, 1, "a hit rate")
    gains, losses = returns[returns > 0], returns[returns < 0]
    return HitRate(
        gains=len(gains),
        losses=len(losses),
        unchanged=len(returns) - len(gains) - len(losses),
        average_gain=float(gains.mean()) if len(gains) else None,
        average_loss=float(losses.mean()) if len(losses) else None,
    )


def streaks(returns: Values) -> list[Streak]:
    """Every run of gains and of losses, in order of time; an unchanged period ends a run and is in none.

    `returns` is 1-dimensional and finite. Raises `TooShort` below 1.
    """
    check_length(returns, 1, "a streak")
    signs = np.sign(returns).astype(int)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(signs)) + 1])
    lengths = np.diff(np.concatenate([starts, [len(signs)]]))
    return [
        Streak(int(signs[start]), int(start), int(length))
        for start, length in zip(starts, lengths, strict=True)
        if signs[start] != 0
    ]
