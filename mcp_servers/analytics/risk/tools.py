"""Tools: risk of returns."""

import math
from typing import Annotated

from pydantic import Field

from mcp_servers.analytics.arguments import PeriodsPerYear
from mcp_servers.analytics.risk.ratios import annual_volatility, risk_free_per_period, sharpe_ratio
from mcp_servers.analytics.series import LENGTH_MAX, Returns, check_length, read_series
from schemas.analytics.risk import SharpeRatio, Volatility


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


RISK_TOOLS = (calculate_volatility, calculate_sharpe_ratio)
