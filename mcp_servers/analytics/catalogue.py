"""Every tool of the analytics server."""

from mcp.server.mcpserver.tools import Tool

from mcp_servers.analytics.backtest.tools import BACKTEST_TOOLS
from mcp_servers.analytics.indicators.tools import INDICATOR_TOOLS
from mcp_servers.analytics.performance.tools import PERFORMANCE_TOOLS
from mcp_servers.analytics.portfolio.tools import PORTFOLIO_TOOLS
from mcp_servers.analytics.risk.tools import RISK_TOOLS
from mcp_servers.analytics.signals.tools import SIGNAL_TOOLS
from mcp_servers.tool import make_tool

FOREVER_SECONDS = 365 * 86_400
"""The same numbers always give the same answer."""


def make_analytics_tools() -> list[Tool]:
    """The catalogue of the analytics server."""
    functions = (
        *INDICATOR_TOOLS,
        *SIGNAL_TOOLS,
        *BACKTEST_TOOLS,
        *RISK_TOOLS,
        *PERFORMANCE_TOOLS,
        *PORTFOLIO_TOOLS,
    )
    return [make_tool(function, FOREVER_SECONDS) for function in functions]
