"""Every tool that gives one value per price."""

from mcp_servers.analytics.indicators.average_tools import AVERAGE_TOOLS
from mcp_servers.analytics.indicators.momentum_tools import MOMENTUM_TOOLS
from mcp_servers.analytics.indicators.trend_tools import TREND_TOOLS
from mcp_servers.analytics.indicators.volatility_tools import VOLATILITY_TOOLS
from mcp_servers.analytics.indicators.volume_tools import VOLUME_TOOLS

INDICATOR_TOOLS = (*AVERAGE_TOOLS, *MOMENTUM_TOOLS, *VOLATILITY_TOOLS, *TREND_TOOLS, *VOLUME_TOOLS)
