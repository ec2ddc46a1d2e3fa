"""The financial server as an app."""

from fastapi import FastAPI
from mcp.server.mcpserver import MCPServer

from mcp_servers.app import create_mcp_app
from mcp_servers.financial.tools import make_market_tools
from mcp_servers.financial.vendors.vendor import Vendor
from service.version import package_version


def create_server(vendor: Vendor) -> MCPServer:
    """The MCP side alone, which a client in the same process can talk to."""
    return MCPServer(
        "financial",
        version=package_version(),
        subscriptions=False,  # the tools stay as they are, and nobody need listen for changes
        instructions="Market data in one neutral form; `metadata` says where it is from and how recent.",
        tools=[*make_market_tools(vendor)],
    )


def create_app(vendor: Vendor) -> FastAPI:
    """The server over HTTP; its health is that of `vendor`."""
    return create_mcp_app(create_server(vendor), lambda: [vendor.check_health()])
