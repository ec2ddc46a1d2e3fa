"""Every tool of the financial server."""

from mcp.server.mcpserver.tools import Tool

from mcp_servers.financial.market import Market
from mcp_servers.financial.tools.account import make_account_tools
from mcp_servers.financial.tools.companies import make_company_tools
from mcp_servers.financial.tools.news_and_screens import make_news_and_screen_tools
from mcp_servers.financial.tools.prices import make_price_tools
from mcp_servers.financial.tools.reference import make_reference_tools
from mcp_servers.tool import state_configuration


def make_market_tools(market: Market) -> list[Tool]:
    """The catalogue, by subject."""
    tools = [
        *make_price_tools(market),
        *make_news_and_screen_tools(market),
        *make_reference_tools(market),
        *make_account_tools(market),
        *make_company_tools(market),
    ]
    for tool in tools:
        tool.meta = {**(tool.meta or {}), "simulated": market.is_simulated}
    return state_configuration(tools, market.configuration)
