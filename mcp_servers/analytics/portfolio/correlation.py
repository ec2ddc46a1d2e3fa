"""How several prices move together."""

from collections.abc import Sequence

import numpy as np

from mcp_servers.analytics.risk.ratios import FLAT_MAX
from mcp_servers.analytics.series import Series, Values, check_length, simple_returns
from mcp_servers.problems import BadArgument


def align(series: Sequence[Series]) -> Values:
    """One row per time and one column per series: the dates that all have, or lists of one length.

    Raises `BadArgument` for lists of different lengths and for a mixture of lists and dates.
    """
    dated = [dict(zip(one.dates, one.values, strict=True)) for one in series if one.dates is not None]
    if dated and len(dated) < len(series):
        raise BadArgument("some series have dates and some do not; give all of them dates")
    if dated:
        common = sorted(set.intersection(*(set(one) for one in dated)))
        return np.array([[one[day] for one in dated] for day in common], dtype=np.float64)
    lengths = [len(one.values) for one in series]
    if len(set(lengths)) > 1:
        raise BadArgument(
            f"the series have different lengths {lengths}; give dates or equal lengths", lengths=lengths
        )
    return np.column_stack([one.values for one in series])


def correlation_matrix(prices: Values) -> Values:
    """Pearson correlations of simple returns; NaN in row and column of one whose returns do not vary.

    `prices` has one row per time and one column per symbol, finite and positive; the result has a row and a
    column per symbol, symmetric. Raises `TooShort` below 4 prices, because 2 returns always correlate fully.
    From numpy.corrcoef.
    """
    check_length(prices, 4, "a correlation")
    returns = simple_returns(prices)
    moves = returns.std(axis=0, ddof=1) > FLAT_MAX
    matrix = np.full((len(moves), len(moves)), np.nan)
    if moves.any():
        matrix[np.ix_(moves, moves)] = np.corrcoef(returns[:, moves], rowvar=False)
        matrix[moves, moves] = 1.0
    symmetric: Values = (matrix + matrix.T) / 2
    return symmetric
