"""Tools: what became of prices over time."""

from mcp_servers.analytics.answers import price_point
from mcp_servers.analytics.performance.drawdowns import deepest_drawdown
from mcp_servers.analytics.series import Prices, read_series
from schemas.analytics.performance import MaxDrawdown


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


PERFORMANCE_TOOLS = (calculate_max_drawdown,)
