"""Tools: risk figures over a moving window."""

import numpy as np

from mcp_servers.analytics.answers import without_nan
from mcp_servers.analytics.arguments import Benchmark, PairWindow, PeriodsPerYear, RiskFreeRate, Window
from mcp_servers.analytics.matching import match
from mcp_servers.analytics.risk.ratios import rate_per_period
from mcp_servers.analytics.risk.rolling import (
    rolling_beta,
    rolling_correlation,
    rolling_drawdown,
    rolling_sharpe_ratio,
    rolling_volatility,
)
from mcp_servers.analytics.series import Prices, Returns, Values, read_series
from schemas.analytics.risk import RollingFigure


def calculate_rolling_volatility(
    returns: Returns, window: Window, periods_per_year: PeriodsPerYear = 252
) -> RollingFigure:
    """Annualised volatility over the last `window` returns, at each return."""
    series = read_series(returns)
    return _rolling_figure(rolling_volatility(series.values, window, periods_per_year), window, series.dates)


def calculate_rolling_sharpe_ratio(
    returns: Returns,
    window: Window,
    risk_free_rate: RiskFreeRate = 0.0,
    periods_per_year: PeriodsPerYear = 252,
) -> RollingFigure:
    """Annualised Sharpe ratio over the last `window` returns, at each return."""
    series = read_series(returns)
    risk_free = rate_per_period(risk_free_rate, periods_per_year)
    ratios = rolling_sharpe_ratio(series.values, window, risk_free, periods_per_year)
    return _rolling_figure(ratios, window, series.dates)


def calculate_rolling_beta(returns: Returns, benchmark: Benchmark, window: PairWindow) -> RollingFigure:
    """Beta to the benchmark over the last `window` returns, at each return."""
    matched = match([read_series(returns), read_series(benchmark)])
    values, market = matched.values.T
    return _rolling_figure(rolling_beta(values, market, window), window, matched.dates)


def calculate_rolling_correlation(
    returns: Returns, benchmark: Benchmark, window: PairWindow
) -> RollingFigure:
    """Correlation with the benchmark over the last `window` returns, at each return."""
    matched = match([read_series(returns), read_series(benchmark)])
    values, market = matched.values.T
    return _rolling_figure(rolling_correlation(values, market, window), window, matched.dates)


def calculate_rolling_drawdown(prices: Prices, window: Window) -> RollingFigure:
    """Deepest fall from a peak within the last `window` prices, at each price; a fraction from -1 to 0."""
    series = read_series(prices)
    return _rolling_figure(rolling_drawdown(series.values, window), window, series.dates)


ROLLING_TOOLS = (
    calculate_rolling_volatility,
    calculate_rolling_sharpe_ratio,
    calculate_rolling_beta,
    calculate_rolling_correlation,
    calculate_rolling_drawdown,
)


def _rolling_figure(values: Values, window: int, dates: list[str] | None) -> RollingFigure:
    full = values[window - 1 :]
    known = full[~np.isnan(full)]
    return RollingFigure(
        window=window,
        values=(column := without_nan(values)),
        latest=column[-1],
        lowest=known.min() if len(known) else None,
        highest=known.max() if len(known) else None,
        dates=dates,
        observations=len(values),
        reason=f"{len(full) - len(known)} windows do not vary" if len(known) < len(full) else None,
    )
