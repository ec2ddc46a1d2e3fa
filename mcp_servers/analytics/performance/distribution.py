"""The distribution of returns, and their likeness to earlier ones."""

from collections.abc import Sequence

import numpy as np

from mcp_servers.analytics.risk.ratios import FLAT_MAX
from mcp_servers.analytics.series import Values, check_length


def percentiles(returns: Values, ranks: Sequence[float]) -> list[float]:
    """The values below which `ranks` percent of returns lie.

    Linear between neighbours: type 7 of Hyndman and Fan (1996), from numpy.percentile. `returns` is
    1-dimensional and finite. Raises `TooShort` below 1.
    """
    check_length(returns, 1, "a percentile")
    return [float(value) for value in np.percentile(returns, ranks)]


def autocorrelations(returns: Values, lags: int) -> Values | None:
    """Correlation with the returns 1 to `lags` periods before, shape (lags,), from -1 to 1.

    The sums of all lags are divided by the same variance, over all returns (Box and Jenkins, 1970). None when
    the returns do not vary. `returns` is 1-dimensional and finite. Raises `TooShort` below `lags` + 2.
    """
    check_length(returns, lags + 2, f"an autocorrelation over {lags} lags")
    if returns.std(ddof=1) <= FLAT_MAX:
        return None
    centred = returns - returns.mean()
    products = [centred[lag:] @ centred[:-lag] for lag in range(1, lags + 1)]
    return np.array(products, dtype=np.float64) / float(centred @ centred)
