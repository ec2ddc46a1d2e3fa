"""Tools: what became of prices over time."""

from datetime import date
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from mcp_servers.analytics.answers import price_point
from mcp_servers.analytics.arguments import PeriodsPerYear
from mcp_servers.analytics.performance.answers import dated_return
from mcp_servers.analytics.performance.drawdowns import Drawdown, all_drawdowns, deepest_drawdown
from mcp_servers.analytics.performance.returns import calendar_returns, growth_per_year, log_returns
from mcp_servers.analytics.performance.run_tools import RUN_TOOLS
from mcp_servers.analytics.performance.statistics_tools import STATISTICS_TOOLS
from mcp_servers.analytics.series import Prices, Series, check_length, read_series, simple_returns
from schemas.analytics.performance import (
    CalendarReturn,
    DrawdownRow,
    Drawdowns,
    MaxDrawdown,
    ReturnColumn,
    ReturnSummary,
)


def calculate_max_drawdown(prices: Prices) -> MaxDrawdown:
    """Maximum drawdown: the deepest fall from a peak, with its peak, trough and recovery."""
    series = read_series(prices)
    drawdown = deepest_drawdown(series.values)
    if drawdown is None:
        return MaxDrawdown(
            max_drawdown=0,
            peak=None,
            trough=None,
            recovery=None,
            observations=len(series.values),
            reason="the prices never fall",
        )
    return MaxDrawdown(
        max_drawdown=drawdown.depth,
        peak=price_point(series, drawdown.peak),
        trough=price_point(series, drawdown.trough),
        recovery=None if drawdown.recovery is None else price_point(series, drawdown.recovery),
        observations=len(series.values),
        reason="not recovered yet" if drawdown.recovery is None else None,
    )


def calculate_drawdowns(
    prices: Prices,
    top: Annotated[int, Field(ge=1, le=100, description="How many of the deepest falls to show.")] = 5,
) -> Drawdowns:
    """Drawdown table: the deepest falls from a peak with trough, recovery and how long each took."""
    series = read_series(prices)
    falls = all_drawdowns(series.values)
    return Drawdowns(
        drawdowns=[_drawdown_row(series, fall) for fall in falls[:top]],
        count=len(falls),
        current_depth=series.values[-1] / series.values.max() - 1,
        observations=len(series.values),
        reason=None if falls else "the prices never fall",
    )


def calculate_returns(
    prices: Prices,
    kind: Annotated[
        Literal["simple", "log"],
        Field(description="`simple`: p[t] / p[t-1] - 1; `log`: ln(p[t] / p[t-1]), which adds up over time."),
    ] = "simple",
) -> ReturnColumn:
    """Returns from prices: one per price after the first, as fractions."""
    series = read_series(prices)
    check_length(series.values, 2, "a return")
    values = simple_returns(series.values) if kind == "simple" else log_returns(series.values)
    return ReturnColumn(kind=kind, values=values.tolist(), dates=series.dates and series.dates[1:])


def calculate_return_summary(prices: Prices, periods_per_year: PeriodsPerYear = 252) -> ReturnSummary:
    """What prices returned: in all, per year (CAGR), best and worst day, by month and by year.

    Months and years need prices with dates.
    """
    series = read_series(prices)
    growth = growth_per_year(series.values, periods_per_year)
    dates = series.dates and series.dates[1:]
    returns = Series(simple_returns(series.values), dates)
    missing = [] if dates else ["pass prices with dates for months and years"]
    return ReturnSummary(
        total_return=series.values[-1] / series.values[0] - 1,
        annual_growth=growth,
        best=dated_return(returns, int(np.argmax(returns.values))),
        worst=dated_return(returns, int(np.argmin(returns.values))),
        mean=returns.values.mean(),
        observations=len(returns.values),
        periods_per_year=periods_per_year,
        by_month=_calendar(returns, digits=7),
        by_year=_calendar(returns, digits=4),
        reason="; ".join([*missing, *(["the annual growth is too large"] if growth is None else [])]) or None,
    )


PERFORMANCE_TOOLS = (
    calculate_max_drawdown,
    calculate_drawdowns,
    calculate_returns,
    calculate_return_summary,
    *RUN_TOOLS,
    *STATISTICS_TOOLS,
)


def _drawdown_row(series: Series, fall: Drawdown) -> DrawdownRow:
    trough, recovery = series.date_at(fall.trough), fall.recovery
    recovered = None if recovery is None else series.date_at(recovery)
    days = (date.fromisoformat(recovered) - date.fromisoformat(trough)).days if trough and recovered else None
    return DrawdownRow(
        depth=fall.depth,
        peak=price_point(series, fall.peak),
        trough=price_point(series, fall.trough),
        recovery=None if recovery is None else price_point(series, recovery),
        periods_to_trough=fall.trough - fall.peak,
        periods_to_recovery=None if recovery is None else recovery - fall.trough,
        days_to_recovery=days,
    )


def _calendar(returns: Series, digits: int) -> list[CalendarReturn] | None:
    if returns.dates is None:
        return None
    return [
        CalendarReturn(period=row.period, value=row.total, periods=row.periods)
        for row in calendar_returns(returns.values, returns.dates, digits)
    ]
