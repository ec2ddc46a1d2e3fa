"""How several prices move together."""

import numpy as np

from mcp_servers.analytics.risk.ratios import FLAT_MAX
from mcp_servers.analytics.series import Values, check_length, simple_returns


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
