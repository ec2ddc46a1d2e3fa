"""Several series brought together: by date, or place by place."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcp_servers.analytics.series import Series, Values
from mcp_servers.problems import BadArgument, TooShort


@dataclass(frozen=True)
class Matched:
    """`values` has a row per time and a column per series; `dates` has one per row or is None."""

    values: Values
    dates: list[str] | None


def match(series: Sequence[Series]) -> Matched:
    """The dates that all have, or lists of one length.

    Raises `BadArgument` for lists of different lengths and for a mixture of lists and dates, `TooShort` when
    there is no common date.
    """
    if all(one.dates == series[0].dates for one in series):
        return Matched(_columns(series), series[0].dates)
    dated = [dict(zip(one.dates, one.values, strict=True)) for one in series if one.dates is not None]
    if len(dated) < len(series):
        raise BadArgument("some series have dates and some do not; give all of them dates")
    common = sorted(set.intersection(*(set(one) for one in dated)))
    if not common:
        raise TooShort("the series have no date in common; pass overlapping periods", needed=1, given=0)
    return Matched(np.array([[one[day] for one in dated] for day in common], dtype=np.float64), common)


def _columns(series: Sequence[Series]) -> Values:
    lengths = [len(one.values) for one in series]
    if len(set(lengths)) > 1:
        raise BadArgument(
            f"the series have different lengths {lengths}; give dates or equal lengths", lengths=lengths
        )
    return np.column_stack([one.values for one in series])
