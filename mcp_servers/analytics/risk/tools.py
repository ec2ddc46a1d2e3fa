"""Tools: risk of returns, and return by unit of risk."""

import math
from typing import Annotated

from pydantic import Field

from mcp_servers.analytics.arguments import PeriodsPerYear, RiskFreeRate, TargetReturn
from mcp_servers.analytics.risk.benchmark_tools import BENCHMARK_TOOLS
from mcp_servers.analytics.risk.falls import calmar_ratio, ulcer_index, worst_fall
from mcp_servers.analytics.risk.ratios import (
    annual_growth,
    annual_volatility,
    downside_deviation,
    omega_ratio,
    rate_per_period,
    sharpe_ratio,
    sortino_ratio,
)
from mcp_servers.analytics.risk.rolling_tools import ROLLING_TOOLS
from mcp_servers.analytics.risk.tail_tools import TAIL_TOOLS
from mcp_servers.analytics.series import LENGTH_MAX, Prices, Returns, check_length, read_series
from schemas.analytics.risk import (
    CalmarRatio,
    DownsideDeviation,
    OmegaRatio,
    SharpeRatio,
    SortinoRatio,
    UlcerIndex,
    Volatility,
)

NOTHING_FALLS_SHORT = "no return falls short of the target"


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
    returns: Returns, risk_free_rate: RiskFreeRate = 0.0, periods_per_year: PeriodsPerYear = 252
) -> SharpeRatio:
    """Annualised Sharpe ratio: mean excess return by its deviation, times the root of periods per year."""
    values = read_series(returns).values
    risk_free = rate_per_period(risk_free_rate, periods_per_year)
    ratio = sharpe_ratio(values, risk_free, periods_per_year)
    return SharpeRatio(
        sharpe_ratio=ratio,
        risk_free_per_period=risk_free,
        observations=len(values),
        periods_per_year=periods_per_year,
        reason="the returns do not vary" if ratio is None else None,
    )


def calculate_sortino_ratio(
    returns: Returns, target_return: TargetReturn = 0.0, periods_per_year: PeriodsPerYear = 252
) -> SortinoRatio:
    """Annualised Sortino ratio: mean return beyond the target by the downside deviation."""
    values = read_series(returns).values
    target = rate_per_period(target_return, periods_per_year)
    ratio = sortino_ratio(values, target, periods_per_year)
    return SortinoRatio(
        sortino_ratio=ratio,
        downside_deviation=downside_deviation(values, target, periods_per_year),
        target_per_period=target,
        observations=len(values),
        periods_per_year=periods_per_year,
        reason=NOTHING_FALLS_SHORT if ratio is None else None,
    )


def calculate_downside_deviation(
    returns: Returns, target_return: TargetReturn = 0.0, periods_per_year: PeriodsPerYear = 252
) -> DownsideDeviation:
    """Annualised downside deviation: root of the mean squared shortfall below the target."""
    values = read_series(returns).values
    target = rate_per_period(target_return, periods_per_year)
    return DownsideDeviation(
        downside_deviation=downside_deviation(values, target, periods_per_year),
        target_per_period=target,
        observations=len(values),
        periods_per_year=periods_per_year,
    )


def calculate_omega_ratio(
    returns: Returns, target_return: TargetReturn = 0.0, periods_per_year: PeriodsPerYear = 252
) -> OmegaRatio:
    """Omega ratio: sum of the returns beyond the target by the sum of the shortfalls below it."""
    values = read_series(returns).values
    target = rate_per_period(target_return, periods_per_year)
    ratio = omega_ratio(values, target)
    return OmegaRatio(
        omega_ratio=ratio,
        target_per_period=target,
        observations=len(values),
        periods_per_year=periods_per_year,
        reason=NOTHING_FALLS_SHORT if ratio is None else None,
    )


def calculate_calmar_ratio(returns: Returns, periods_per_year: PeriodsPerYear = 252) -> CalmarRatio:
    """Calmar ratio: compound annual growth by the depth of the deepest fall."""
    values = read_series(returns).values
    ratio = calmar_ratio(values, periods_per_year)
    growth = annual_growth(values, periods_per_year)
    missing = "the growth of a year is too large" if growth is None else "the returns never lead to a fall"
    return CalmarRatio(
        calmar_ratio=ratio,
        annual_growth=growth,
        max_drawdown=worst_fall(values),
        observations=len(values),
        periods_per_year=periods_per_year,
        reason=missing if ratio is None else None,
    )


def calculate_ulcer_index(prices: Prices) -> UlcerIndex:
    """Ulcer index: root of the mean squared drawdown from the highest price so far, as a fraction."""
    values = read_series(prices).values
    return UlcerIndex(ulcer_index=ulcer_index(values), observations=len(values))


RISK_TOOLS = (
    calculate_volatility,
    calculate_sharpe_ratio,
    calculate_sortino_ratio,
    calculate_downside_deviation,
    calculate_omega_ratio,
    calculate_calmar_ratio,
    calculate_ulcer_index,
    *TAIL_TOOLS,
    *BENCHMARK_TOOLS,
    *ROLLING_TOOLS,
)
