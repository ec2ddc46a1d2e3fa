"""Tools: the ends and the shape of a distribution of returns."""

from typing import Annotated

import numpy as np
from pydantic import Field

from mcp_servers.analytics.arguments import Confidence
from mcp_servers.analytics.risk.tails import (
    TailMethod,
    conditional_value_at_risk,
    excess_kurtosis,
    skewness,
    tail_ratio,
    value_at_risk,
)
from mcp_servers.analytics.series import Returns, read_series
from schemas.analytics.risk import ConditionalValueAtRisk, Kurtosis, Skewness, TailRatio, ValueAtRisk

Method = Annotated[
    TailMethod, Field(description="`historical`: from the returns as they are; `parametric`: as if normal.")
]
DO_NOT_VARY = "the returns do not vary"


def calculate_var(
    returns: Returns, confidence: Confidence = 0.95, method: Method = "historical"
) -> ValueAtRisk:
    """Value at risk: the loss in one period that is not exceeded with `confidence`; positive is a loss."""
    values = read_series(returns).values
    return ValueAtRisk(
        var=value_at_risk(values, confidence, method),
        confidence=confidence,
        method=method,
        observations=len(values),
    )


def calculate_cvar(
    returns: Returns, confidence: Confidence = 0.95, method: Method = "historical"
) -> ConditionalValueAtRisk:
    """Conditional value at risk (expected shortfall): the mean loss of the worst periods."""
    values = read_series(returns).values
    return ConditionalValueAtRisk(
        cvar=conditional_value_at_risk(values, confidence, method),
        var=value_at_risk(values, confidence, method),
        confidence=confidence,
        method=method,
        observations=len(values),
    )


def calculate_tail_ratio(returns: Returns) -> TailRatio:
    """Tail ratio: the 95th percentile of returns by the size of the 5th."""
    values = read_series(returns).values
    ratio = tail_ratio(values)
    low, high = np.percentile(values, [5, 95])
    return TailRatio(
        tail_ratio=ratio,
        percentile_5=low,
        percentile_95=high,
        observations=len(values),
        reason="the 5th percentile is no loss or the 95th no gain" if ratio is None else None,
    )


def calculate_skewness(returns: Returns) -> Skewness:
    """Skewness of returns, corrected for bias; 0 for a symmetric distribution."""
    values = read_series(returns).values
    figure = skewness(values)
    return Skewness(skewness=figure, observations=len(values), reason=DO_NOT_VARY if figure is None else None)


def calculate_kurtosis(returns: Returns) -> Kurtosis:
    """Excess kurtosis of returns, corrected for bias; 0 for a normal distribution."""
    values = read_series(returns).values
    figure = excess_kurtosis(values)
    return Kurtosis(
        excess_kurtosis=figure, observations=len(values), reason=DO_NOT_VARY if figure is None else None
    )


TAIL_TOOLS = (calculate_var, calculate_cvar, calculate_tail_ratio, calculate_skewness, calculate_kurtosis)
