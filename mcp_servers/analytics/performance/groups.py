"""Returns sorted into groups: by calendar, or by what something else did."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mcp_servers.analytics.performance.returns import calendar_returns
from mcp_servers.analytics.series import Values, check_length
from mcp_servers.problems import BadArgument

MONTH_MAX = 1e6
"""As much as one return may be: squares of it stay finite."""

Direction: TypeAlias = Literal["below", "above"]


@dataclass(frozen=True)
class GroupStatistics:
    """Figures of the returns of one group, as fractions; None where the group has too few."""

    count: int
    mean: float | None
    median: float | None
    deviation: float | None
    hit_rate: float | None


def group_statistics(returns: Values) -> GroupStatistics:
    """Mean, median, sample deviation and share of gains; all None for no returns, deviation also for one.

    `returns` is 1-dimensional and finite.
    """
    if not len(returns):
        return GroupStatistics(0, None, None, None, None)
    return GroupStatistics(
        count=len(returns),
        mean=float(returns.mean()),
        median=float(np.median(returns)),
        deviation=float(returns.std(ddof=1)) if len(returns) > 1 else None,
        hit_rate=float((returns > 0).mean()),
    )


def by_weekday(returns: Values, dates: list[str]) -> dict[int, GroupStatistics]:
    """Statistics of single returns by ISO weekday (1 is Monday), for the weekdays there are.

    `returns` is 1-dimensional and finite, with one of `dates` each.
    """
    weekdays = np.array([date.fromisoformat(day).isoweekday() for day in dates], dtype=int)
    return {int(day): group_statistics(returns[weekdays == day]) for day in np.unique(weekdays)}


def by_month(returns: Values, dates: list[str]) -> dict[int, GroupStatistics]:
    """Statistics of the compounded returns of calendar months, by month (1 is January), over the years.

    `returns` is 1-dimensional and finite, with one of `dates` each; a month of which only a part is there
    counts like a whole one. Raises `BadArgument` for a month beyond `MONTH_MAX`.
    """
    totals = calendar_returns(returns, dates, digits=7)
    months = np.array([int(total.period[5:]) for total in totals], dtype=int)
    values = np.array([total.total for total in totals], dtype=np.float64)
    if (values > MONTH_MAX).any():
        raise BadArgument("a month returned more than a million-fold; pass fractions: 0.01 is 1 %")
    return {int(month): group_statistics(values[months == month]) for month in np.unique(months)}


def where_condition_holds(
    condition: Values, threshold: float, direction: Direction, lag: int
) -> NDArray[np.bool_]:
    """Whether the condition, `lag` periods before, was strictly below or above `threshold`.

    Has one value per period from `lag` on: `lag` fewer than `condition`, which is 1-dimensional and finite.
    Raises `TooShort` when none is left.
    """
    check_length(condition, lag + 1, f"a condition with a lag of {lag}")
    known = condition[: len(condition) - lag]
    return known < threshold if direction == "below" else known > threshold
