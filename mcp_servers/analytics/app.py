"""The analytics server as an app."""

from importlib.metadata import version

from fastapi import FastAPI
from mcp.server.mcpserver import MCPServer

from mcp_servers.analytics.catalogue import make_analytics_tools
from mcp_servers.app import create_mcp_app
from mcp_servers.call_many import CallMany
from schemas.health import PartHealth
from service.version import package_version

LIBRARIES = ("TA-Lib", "empyrical-reloaded", "numpy", "scipy", "skfolio")


def create_server() -> MCPServer:
    """The MCP side alone, which a client in the same process can talk to."""
    tools = make_analytics_tools()
    return MCPServer(
        "analytics",
        version=package_version(),
        subscriptions=False,  # the tools stay as they are, and nobody need listen for changes
        instructions="Calculations on numbers that you bring; returns and rates are fractions, not percents.",
        tools=tools,
        extensions=[CallMany(tools)],
    )


def create_app() -> FastAPI:
    """The server over HTTP; its health names the versions behind the figures."""
    return create_mcp_app(create_server(), lambda: [check_libraries()])


def check_libraries() -> PartHealth:
    """What the calculations rest on."""
    return PartHealth(name="libraries", status="up", facts={name: version(name) for name in LIBRARIES})
