"""Asks the analytics server as a client in the same process does."""

from typing import Any

from mcp.client import Client

from mcp_servers.analytics.app import create_server
from schemas.market.envelope import PROBLEM_META_KEY


async def call(name: str, **arguments: Any) -> dict[str, Any]:
    """What a tool answers, which must not be a problem."""
    async with Client(create_server()) as client:
        result = await client.call_tool(name, arguments)
    assert not result.is_error, result.content
    assert isinstance(result.structured_content, dict)
    return result.structured_content


async def problem_of(name: str, **arguments: Any) -> dict[str, Any]:
    """The problem that a tool answers with."""
    async with Client(create_server()) as client:
        result = await client.call_tool(name, arguments)
    assert result.is_error
    assert result.structured_content is None
    problem: dict[str, Any] = (result.meta or {})[PROBLEM_META_KEY]
    return problem
