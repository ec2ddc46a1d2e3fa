"""The financial server as an app."""

from fastapi import FastAPI
from mcp.server.mcpserver import MCPServer

from mcp_servers.app import create_mcp_app
from mcp_servers.financial.market import Market
from mcp_servers.financial.tools import make_market_tools
from service.version import package_version


def create_server(market: Market) -> MCPServer:
    """The MCP side alone, which a client in the same process can talk to."""
    return MCPServer(
        "financial",
        version=package_version(),
        instructions="Market data in one neutral form; `metadata` says where it is from and how recent.",
        tools=[*make_market_tools(market)],
    )


def create_app(market: Market) -> FastAPI:
    """The server over HTTP; its health is that of its vendors."""
    return create_mcp_app(create_server(market), market.check_health)
