"""The validation server as an app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from mcp.server.mcpserver import MCPServer

from mcp_servers.app import create_mcp_app
from mcp_servers.call_many import CallMany
from mcp_servers.validation.checker import CheckLimits, ScriptChecker
from mcp_servers.validation.tools import make_validation_tools
from sandbox_policies.policy import load_policy
from schemas.health import PartHealth
from service.version import package_version


def create_server(checker: ScriptChecker) -> MCPServer:
    """The MCP side alone, which a client in the same process can talk to; it stops `checker` at its end."""

    @asynccontextmanager
    async def lifespan(_server: MCPServer) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await checker.stop()

    tools = make_validation_tools(checker)
    return MCPServer(
        "validation",
        version=package_version(),
        subscriptions=False,  # the tools stay as they are, and nobody need listen for changes
        instructions="Checks on a script before it runs. Nothing is executed.",
        tools=tools,
        extensions=[CallMany(tools)],
        lifespan=lifespan,
    )


def create_app() -> FastAPI:
    """The server over HTTP; its health names the policy and how often the worker had to start."""
    checker = ScriptChecker(CheckLimits())
    policy_version = load_policy().version

    def check_parts() -> list[PartHealth]:
        facts = {"policy_version": policy_version, "worker_starts": checker.start_count}
        return [PartHealth(name="checker", status="up", facts=facts)]

    return create_mcp_app(create_server(checker), check_parts)
