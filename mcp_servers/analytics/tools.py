"""The tools of the analytics server: arguments in, pure function, typed result out."""

import math
from itertools import combinations
from typing import Annotated

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from mcp_servers.analytics.indicators import simple_moving_average
from mcp_servers.analytics.performance import deepest_drawdown
from mcp_servers.analytics.portfolio import align, correlation_matrix
from mcp_servers.analytics.risk import annual_volatility, risk_free_per_period, sharpe_ratio
from mcp_servers.analytics.series import (
    LENGTH_MAX,
    Prices,
    Returns,
    Series,
    Values,
    check_length,
    read_series,
)
from mcp_servers.tool import make_tool
from schemas.analytics import (
    CorrelationMatrix,
    CorrelationPair,
    MaxDrawdown,
    MovingAverage,
    PricePoint,
    SharpeRatio,
    Volatility,
)

FOREVER_SECONDS = 365 * 86_400
"""The same numbers always give the same answer."""

PeriodsPerYear = Annotated[
    int, Field(ge=1, le=200_000, description="Returns in a year: 252 for daily, 52 weekly, 12 monthly.")
]


def calculate_sma(
    prices: Prices,
    period: Annotated[int, Field(ge=1, le=LENGTH_MAX, description="How many prices to average.")],
) -> MovingAverage:
    """Simple moving average: the mean of the last `period` prices at each price."""
    series = read_series(prices)
    values = _without_nan(simple_moving_average(series.values, period))
    return MovingAverage(period=period, values=values, latest=values[-1], dates=series.dates)


def calculate_volatility(
    returns: Returns,
    period: Annotated[
        int | None,
        Field(ge=2, le=LENGTH_MAX, description="Only this many most recent returns; null: all."),
    ] = None,
    periods_per_year: PeriodsPerYear = 252,
) -> Volatility:
    """Annualised volatility: sample standard deviation of returns times the root of periods per year."""
    values = read_series(returns).values
    check_length(values, period or 2, "volatility")
    recent = values[-period:] if period else values
    volatility = annual_volatility(recent, periods_per_year)
    return Volatility(
        volatility=volatility,
        per_period=volatility / math.sqrt(periods_per_year),
        observations=len(recent),
        periods_per_year=periods_per_year,
    )


def calculate_sharpe_ratio(
    returns: Returns,
    risk_free_rate: Annotated[
        float, Field(ge=-0.5, le=1, description="Annual rate as a fraction: 0.04 is 4 % a year.")
    ] = 0.0,
    periods_per_year: PeriodsPerYear = 252,
) -> SharpeRatio:
    """Annualised Sharpe ratio: mean excess return by its deviation, times the root of periods per year."""
    values = read_series(returns).values
    risk_free = risk_free_per_period(risk_free_rate, periods_per_year)
    ratio = sharpe_ratio(values, risk_free, periods_per_year)
    return SharpeRatio(
        sharpe_ratio=ratio,
        risk_free_per_period=risk_free,
        observations=len(values),
        periods_per_year=periods_per_year,
        reason="the returns do not vary" if ratio is None else None,
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
        peak=_point(series, drawdown.peak),
        trough=_point(series, drawdown.trough),
        recovery=None if drawdown.recovery is None else _point(series, drawdown.recovery),
        observations=len(series.values),
        reason="not recovered yet" if drawdown.recovery is None else None,
    )


def calculate_correlation_matrix(
    price_series: Annotated[
        dict[str, Prices], Field(min_length=2, max_length=50, description="Prices by symbol.")
    ],
) -> CorrelationMatrix:
    """Correlations between the simple returns of several prices.

    Prices with dates are matched by date; lists must have the same length.
    """
    symbols = list(price_series)
    prices = align([read_series(given) for given in price_series.values()])
    matrix = [_without_nan(row) for row in correlation_matrix(prices)]
    still = [symbol for position, symbol in enumerate(symbols) if matrix[position][position] is None]
    pairs = [
        CorrelationPair(first=symbols[row], second=symbols[column], correlation=matrix[row][column])
        for row, column in combinations(range(len(symbols)), 2)
    ]
    return CorrelationMatrix(
        symbols=symbols,
        matrix=matrix,
        pairs=sorted(pairs, key=_by_correlation),
        observations=len(prices) - 1,
        reason=f"the returns of {', '.join(still)} do not vary" if still else None,
    )


def make_analytics_tools() -> list[Tool]:
    """The catalogue of the analytics server."""
    functions = (
        calculate_sma,
        calculate_volatility,
        calculate_sharpe_ratio,
        calculate_max_drawdown,
        calculate_correlation_matrix,
    )
    return [make_tool(function, FOREVER_SECONDS) for function in functions]


def _by_correlation(pair: CorrelationPair) -> tuple[bool, float]:
    return pair.correlation is None, -(pair.correlation or 0.0)


def _point(series: Series, position: int) -> PricePoint:
    return PricePoint(position=position, price=series.values[position], date=series.date_at(position))


def _without_nan(values: Values) -> list[float | None]:
    return [None if math.isnan(value) else value for value in values.tolist()]
