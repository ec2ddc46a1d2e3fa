"""All market and analytics tools over some vendors, as one MCP server."""

from collections.abc import Sequence
from typing import Any

from mcp.server.mcpserver import MCPServer

from mcp_servers.analytics.catalogue import make_analytics_tools
from mcp_servers.app import create_mcp_app
from mcp_servers.financial.catalogue import make_market_tools
from mcp_servers.financial.market import Market
from mcp_servers.financial.vendors.vendor import Vendor
from tests.doubles.simulated import CLOSED, vendor_at


def create_house_tools(vendors: Sequence[Vendor] = ()) -> Any:
    """The app, for `ToolServer`; without `vendors` over the simulated market."""
    market = Market(list(vendors) or [vendor_at(CLOSED)])
    tools = [*make_market_tools(market), *make_analytics_tools()]
    return create_mcp_app(MCPServer("house", version="1", tools=tools, log_level="ERROR"), list)
