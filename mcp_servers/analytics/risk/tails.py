"""The ends and the shape of a distribution of returns."""

import math
from typing import Literal, TypeAlias

import empyrical
import numpy as np
from scipy import stats

from mcp_servers.analytics.risk.ratios import FLAT_MAX
from mcp_servers.analytics.series import Values, check_length

TailMethod: TypeAlias = Literal["historical", "parametric"]


def value_at_risk(returns: Values, confidence: float, method: TailMethod) -> float:
    """The loss in one period that is not exceeded with `confidence`, as a positive fraction.

    It is negative when even that quantile is a gain. Historical: the linear quantile of the returns, from
    empyrical.value_at_risk. Parametric: that of the normal distribution with their mean and sample deviation,
    after RiskMetrics (1996). `returns` is 1-dimensional and finite. Raises `TooShort` when fewer than one
    return lies in the tail, or below 2 returns.
    """
    tail = _tail(returns, confidence, method)
    if method == "historical":
        return -float(empyrical.value_at_risk(returns, cutoff=tail))
    return -float(returns.mean() + stats.norm.ppf(tail) * returns.std(ddof=1))


def conditional_value_at_risk(returns: Values, confidence: float, method: TailMethod) -> float:
    """The mean loss in the periods at least as bad as the value at risk, as a positive fraction.

    Historical: over the lowest floor((n - 1) (1 - confidence)) + 1 returns, from
    empyrical.conditional_value_at_risk. Parametric: of the normal tail, after Rockafellar and Uryasev (2000).
    Shapes and errors are those of `value_at_risk`.
    """
    tail = _tail(returns, confidence, method)
    if method == "historical":
        return -float(empyrical.conditional_value_at_risk(returns, cutoff=tail))
    density = stats.norm.pdf(stats.norm.ppf(tail))
    return float(returns.std(ddof=1) * density / tail - returns.mean())


def tail_ratio(returns: Values) -> float | None:
    """The 95th percentile by the size of the 5th; None unless the one is a gain and the other a loss.

    `returns` is 1-dimensional and finite. Raises `TooShort` below 20 returns. From empyrical.tail_ratio.
    """
    check_length(returns, 20, "a tail ratio")
    low, high = np.percentile(returns, [5, 95])
    if low >= -FLAT_MAX or high <= FLAT_MAX:
        return None
    return float(empyrical.tail_ratio(returns))


def skewness(returns: Values) -> float | None:
    """Third standardised moment, corrected for bias (G1 of Joanes and Gill, 1998), without unit.

    None when the returns do not vary. `returns` is 1-dimensional and finite. Raises `TooShort` below 3.
    From scipy.stats.skew.
    """
    check_length(returns, 3, "skewness")
    return None if returns.std(ddof=1) <= FLAT_MAX else float(stats.skew(returns, bias=False))


def excess_kurtosis(returns: Values) -> float | None:
    """Fourth standardised moment less 3, corrected for bias (G2 of Joanes and Gill, 1998), without unit.

    None when the returns do not vary. `returns` is 1-dimensional and finite. Raises `TooShort` below 4.
    From scipy.stats.kurtosis.
    """
    check_length(returns, 4, "kurtosis")
    return None if returns.std(ddof=1) <= FLAT_MAX else float(stats.kurtosis(returns, bias=False))


def _tail(returns: Values, confidence: float, method: TailMethod) -> float:
    # 1 - 0.9 is a little below 0.1, which would leave one return out of the tail.
    tail = round(1 - confidence, 12)
    needed = math.ceil(round(1 / tail, 6)) if method == "historical" else 2
    check_length(returns, needed, f"a {method} value at risk at {confidence:g}")
    return tail
