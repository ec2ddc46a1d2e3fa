"""Windows of numbers so different that running sums, as TA-Lib keeps them, would lose the small ones.

A window is the end of one block of `period` values and the start of the next. Both are summed anew, so that
nothing is ever subtracted and each window has its own rounding only (van Herk, 1992).
"""

import numpy as np
from numpy.typing import NDArray

from mcp_servers.analytics.series import Values

WIDE_MIN = 1e5
"""Running sums of values that differ by this factor keep 10 of 16 digits, their squares half of that."""


def is_wide(values: Values) -> bool:
    """Whether `values` are too different for running sums; zeros are no matter.

    `values` is 1-dimensional, finite and not negative.
    """
    smallest = values.min()
    if smallest == 0:
        smallest = values[values > 0].min(initial=np.inf)
    return bool(values.max() > WIDE_MIN * smallest)


def rolling_sum(values: Values, period: int) -> Values:
    """Sums of the last `period` values; NaN at the first `period` - 1 places.

    `values` is 1-dimensional, not shorter than `period` and not negative.
    """
    length, blocks = len(values), _blocks(values, period)
    starts = np.cumsum(blocks, axis=1).ravel()
    ends = np.cumsum(blocks[:, ::-1], axis=1)[:, ::-1].ravel()
    sums = np.full(length, np.nan)
    sums[period - 1 :] = ends[: length - period + 1] + starts[period - 1 : length]
    sums[period - 1 :: period] = starts[period - 1 : length : period]
    return sums


def rolling_variance(values: Values, period: int) -> Values:
    """Population variances of the last `period` values; NaN at the first `period` - 1 places.

    Welford (1962) within blocks, Chan et al. (1979) across two of them. `values` is 1-dimensional and not
    shorter than `period`.
    """
    length, blocks = len(values), _blocks(values, period)
    mean_of_start, squares_of_start = (part.ravel()[period - 1 : length] for part in _moments(blocks))
    mean_of_end, squares_of_end = (
        part[:, ::-1].ravel()[: length - period + 1] for part in _moments(blocks[:, ::-1])
    )
    after = np.arange(length - period + 1) % period
    apart = (mean_of_end - mean_of_start) ** 2 * after * (period - after) / period
    variances = np.full(length, np.nan)
    variances[period - 1 :] = squares_of_end + np.where(after > 0, squares_of_start, 0) + apart
    return variances / period


def _blocks(values: Values, period: int) -> Values:
    return np.append(values, np.zeros(-len(values) % period)).reshape(-1, period)


def _moments(blocks: NDArray[np.float64]) -> tuple[Values, Values]:
    """Means, and sums of squared distances from them, of the first 1, 2, ... values of each block."""
    means, squares = np.empty_like(blocks), np.zeros_like(blocks)
    means[:, 0] = blocks[:, 0]
    for place in range(1, blocks.shape[1]):
        distance = blocks[:, place] - means[:, place - 1]
        means[:, place] = means[:, place - 1] + distance / (place + 1)
        squares[:, place] = squares[:, place - 1] + distance * (blocks[:, place] - means[:, place])
    return means, squares
