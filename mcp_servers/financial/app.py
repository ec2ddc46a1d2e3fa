"""The financial server as an app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from mcp.server.mcpserver import MCPServer

from mcp_servers.app import create_mcp_app
from mcp_servers.call_many import CallMany
from mcp_servers.financial.catalogue import make_market_tools
from mcp_servers.financial.market import Market
from service.version import package_version


def create_server(market: Market) -> MCPServer:
    """The MCP side alone, which a client in the same process can talk to."""

    @asynccontextmanager
    async def lifespan(_server: Any) -> AsyncIterator[Market]:
        async with market.open():
            yield market

    tools = [*make_market_tools(market)]
    return MCPServer(
        "financial",
        version=package_version(),
        subscriptions=False,  # the tools stay as they are, and nobody need listen for changes
        instructions="Market data in one neutral form; `metadata` says where it is from and how recent.",
        tools=tools,
        extensions=[CallMany(tools)],
        lifespan=lifespan,
    )


def create_app(market: Market) -> FastAPI:
    """The server over HTTP; its health is that of its vendors."""
    return create_mcp_app(create_server(market), market.check_health)
