"""Tools: gains and losses one after another."""

import math
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mcp_servers.analytics.arguments import Closes
from mcp_servers.analytics.matching import match
from mcp_servers.analytics.performance.answers import dated_return
from mcp_servers.analytics.performance.gaps import opening_gaps, session_returns
from mcp_servers.analytics.performance.runs import Streak, hit_rate, streaks
from mcp_servers.analytics.risk.ratios import FLAT_MAX
from mcp_servers.analytics.series import Prices, Returns, Series, Values, read_series
from schemas.analytics.performance import Gaps, GapSide, HitRates, StreakRow, Streaks


def calculate_hit_rate(returns: Returns) -> HitRates:
    """Hit rate: the share of gains, with average gain and loss, payoff ratio and profit factor."""
    values = read_series(returns).values
    rate = hit_rate(values)
    payoff = factor = None
    if rate.average_gain is not None and rate.average_loss is not None and rate.average_loss < -FLAT_MAX:
        payoff = rate.average_gain / -rate.average_loss
        factor = payoff * rate.gains / rate.losses
    return HitRates(
        hit_rate=rate.gains / len(values),
        gains=rate.gains,
        losses=rate.losses,
        unchanged=rate.unchanged,
        average_gain=rate.average_gain,
        average_loss=rate.average_loss,
        payoff_ratio=payoff,
        profit_factor=factor,
        observations=len(values),
        reason="there are not both gains and losses beyond rounding" if payoff is None else None,
    )


def calculate_streaks(returns: Returns) -> Streaks:
    """Streaks: the longest runs of gains and of losses, and the run that the last return is in."""
    series = read_series(returns)
    runs = streaks(series.values)
    gains, losses = ([run for run in runs if run.sign == sign] for sign in (1, -1))
    current = runs[-1] if runs and runs[-1].start + runs[-1].length == len(series.values) else None
    return Streaks(
        longest_gains=_longest(series, gains),
        longest_losses=_longest(series, losses),
        current=None if current is None else _streak_row(series, current),
        average_length_gains=_average_length(gains),
        average_length_losses=_average_length(losses),
        observations=len(series.values),
    )


def calculate_gaps(
    opens: Prices,
    closes: Closes,
    threshold: Annotated[
        float, Field(ge=0, le=1, description="Smallest gap to count, as a fraction: 0.02 is 2 %.")
    ] = 0.0,
) -> Gaps:
    """Gaps: each open against the close before it, how many are large, and what became of those days."""
    matched = match([read_series(opens), read_series(closes)])
    first, last = matched.values.T
    gaps = Series(opening_gaps(first, last), matched.dates and matched.dates[1:])
    sessions = session_returns(first, last)[1:]
    return Gaps(
        values=gaps.values.tolist(),
        up=_gap_side(gaps, sessions, (gaps.values > 0) & (gaps.values >= threshold)),
        down=_gap_side(gaps, sessions, (gaps.values < 0) & (gaps.values <= -threshold)),
        observations=len(gaps.values),
        dates=gaps.dates,
    )


RUN_TOOLS = (calculate_hit_rate, calculate_streaks, calculate_gaps)


def _longest(series: Series, runs: list[Streak]) -> StreakRow | None:
    return _streak_row(series, max(runs, key=lambda run: run.length)) if runs else None


def _average_length(runs: list[Streak]) -> float | None:
    return sum(run.length for run in runs) / len(runs) if runs else None


def _streak_row(series: Series, run: Streak) -> StreakRow:
    with np.errstate(over="ignore"):
        total = float(np.prod(1 + series.values[run.start : run.start + run.length])) - 1
    return StreakRow(
        kind="gains" if run.sign > 0 else "losses",
        length=run.length,
        total_return=total if math.isfinite(total) else None,
        start=dated_return(series, run.start),
        end=dated_return(series, run.start + run.length - 1),
    )


def _gap_side(gaps: Series, sessions: Values, chosen: NDArray[np.bool_]) -> GapSide:
    if not chosen.any():
        return GapSide(count=0, mean=None, largest=None, session_mean=None)
    return GapSide(
        count=int(chosen.sum()),
        mean=gaps.values[chosen].mean(),
        largest=dated_return(gaps, int(np.argmax(np.abs(gaps.values) * chosen))),
        session_mean=sessions[chosen].mean(),
    )
