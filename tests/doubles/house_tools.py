"""All market and analytics tools over the simulated market, as one MCP server."""

from typing import Any

from mcp.server.mcpserver import MCPServer

from mcp_servers.analytics.catalogue import make_analytics_tools
from mcp_servers.app import create_mcp_app
from mcp_servers.financial.catalogue import make_market_tools
from mcp_servers.financial.market import Market
from tests.doubles.simulated import CLOSED, vendor_at


def create_house_tools() -> Any:
    """The app, for `ToolServer`."""
    tools = [*make_market_tools(Market([vendor_at(CLOSED)])), *make_analytics_tools()]
    return create_mcp_app(MCPServer("house", version="1", tools=tools, log_level="ERROR"), list)
