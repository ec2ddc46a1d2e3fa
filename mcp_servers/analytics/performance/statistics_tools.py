"""Tools: when, after what and how returns are spread."""

import calendar
import math
from dataclasses import asdict
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from mcp_servers.analytics.arguments import Condition
from mcp_servers.analytics.matching import match
from mcp_servers.analytics.performance.distribution import autocorrelations, percentiles
from mcp_servers.analytics.performance.groups import (
    Direction,
    by_month,
    by_weekday,
    group_statistics,
    where_condition_holds,
)
from mcp_servers.analytics.risk.tails import excess_kurtosis, skewness
from mcp_servers.analytics.series import Returns, check_length, read_series
from mcp_servers.problems import BadArgument
from schemas.analytics.performance import (
    Autocorrelation,
    ConditionalReturns,
    Percentile,
    ReturnDistribution,
    ReturnStatistics,
    Season,
    Seasonality,
)

Percent = Annotated[float, Field(ge=0, le=100)]
DEFAULT_PERCENTS = (1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0)


def calculate_seasonality(
    returns: Returns,
    by: Annotated[
        Literal["weekday", "month"],
        Field(description="`weekday`: single returns; `month`: compounded within each calendar month."),
    ] = "month",
) -> Seasonality:
    """Seasonality: how returns differ by weekday or by month of the year. Needs returns with dates."""
    series = read_series(returns)
    check_length(series.values, 1, "seasonality")
    if series.dates is None:
        raise BadArgument("seasonality needs to know the days; pass returns as an object from date to return")
    if by == "weekday":
        groups, names = by_weekday(series.values, series.dates), ["", *calendar.day_name]
    else:
        groups, names = by_month(series.values, series.dates), list(calendar.month_name)
    seasons = [
        Season(number=number, name=names[number], **asdict(figures)) for number, figures in groups.items()
    ]
    ranked = sorted(seasons, key=lambda season: season.mean or 0.0)
    return Seasonality(
        by=by,
        seasons=seasons,
        best=ranked[-1].name,
        worst=ranked[0].name,
        observations=len(series.values),
    )


def calculate_conditional_returns(
    returns: Returns,
    condition: Condition,
    threshold: Annotated[
        float, Field(ge=-1e12, le=1e12, description="What the condition is compared with.")
    ] = 0.0,
    direction: Annotated[
        Direction, Field(description="`below`: the condition is less than the threshold; `above`: more.")
    ] = "below",
    lag: Annotated[
        int, Field(ge=0, le=1000, description="Look at the condition so many periods before the return.")
    ] = 0,
) -> ConditionalReturns:
    """Returns while a condition held ("on days when SPY fell"), beside all other returns."""
    values, known = match([read_series(returns), read_series(condition)]).values.T
    holds = where_condition_holds(known, threshold, direction, lag)
    chosen, others = (group_statistics(values[lag:][part]) for part in (holds, ~holds))
    difference = None if chosen.mean is None or others.mean is None else chosen.mean - others.mean
    return ConditionalReturns(
        when=ReturnStatistics(**asdict(chosen)),
        otherwise=ReturnStatistics(**asdict(others)),
        difference=difference,
        share=holds.mean(),
        observations=len(holds),
        reason=_why_one_sided(chosen.count, others.count),
    )


def calculate_autocorrelation(
    returns: Returns,
    lags: Annotated[int, Field(ge=1, le=250, description="How many lags, from 1 on.")] = 10,
) -> Autocorrelation:
    """Autocorrelation: how far returns resemble those 1, 2, ... periods before them."""
    values = read_series(returns).values
    figures = autocorrelations(values, lags)
    bound = 1.96 / math.sqrt(len(values))
    return Autocorrelation(
        values=None if figures is None else figures.tolist(),
        confidence_bound=bound,
        significant_lags=[] if figures is None else (1 + np.flatnonzero(np.abs(figures) > bound)).tolist(),
        observations=len(values),
        reason="the returns do not vary" if figures is None else None,
    )


def calculate_return_distribution(
    returns: Returns,
    percents: Annotated[
        list[Percent], Field(min_length=1, max_length=100, description="Ranks of percentiles, 0 to 100.")
    ] = list(DEFAULT_PERCENTS),  # noqa: B006 the SDK copies it
) -> ReturnDistribution:
    """Distribution of returns: percentiles, mean, deviation, skewness and excess kurtosis."""
    values = read_series(returns).values
    check_length(values, 4, "a distribution")
    skew, kurtosis = skewness(values), excess_kurtosis(values)
    return ReturnDistribution(
        **asdict(group_statistics(values)),
        percentiles=[
            Percentile(percent=percent, value=value)
            for percent, value in zip(percents, percentiles(values, percents), strict=True)
        ],
        lowest=values.min(),
        highest=values.max(),
        skewness=skew,
        excess_kurtosis=kurtosis,
        reason="the returns do not vary" if skew is None else None,
    )


STATISTICS_TOOLS = (
    calculate_seasonality,
    calculate_conditional_returns,
    calculate_autocorrelation,
    calculate_return_distribution,
)


def _why_one_sided(held: int, did_not: int) -> str | None:
    if held and did_not:
        return None
    return "the condition always held" if held else "the condition never held"
