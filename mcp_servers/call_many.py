"""Many tool calls in one request: an extension (SEP-2133), since MCP itself has no batches any more.

A request costs a server of the SDK half a millisecond, however little its tool has to do.
"""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from mcp.server.context import ServerRequestContext
from mcp.server.extension import Extension, MethodBinding
from mcp.server.mcpserver.tools import Tool
from mcp_types import REQUEST_TIMEOUT, RequestParams
from mcp_types.jsonrpc import INVALID_PARAMS
from pydantic import BaseModel, Field
from typing_extensions import override

from mcp_servers.tool import TypedTool
from schemas.call_many import CALLS_MAX, IDENTIFIER, METHOD


class WantedCall(BaseModel):
    """One tool and its arguments."""

    name: str
    arguments: dict[str, Any] = Field(default_factory=dict)


class CallManyParams(RequestParams):
    """The calls, and how long each may take."""

    calls: Annotated[list[WantedCall], Field(max_length=CALLS_MAX)]
    timeout_seconds: Annotated[float, Field(alias="timeoutSeconds", gt=0, le=600)]


class CallMany(Extension):
    """Answers `{"replies": [...]}`: for each call what `tools/call` would, as `result` or as `error`."""

    identifier = IDENTIFIER

    def __init__(self, tools: Sequence[Tool]) -> None:
        self._tools = {tool.name: tool for tool in tools if isinstance(tool, TypedTool)}

    @override
    def methods(self) -> Sequence[MethodBinding]:
        return [MethodBinding(METHOD, CallManyParams, self._answer_all)]

    async def _answer_all(
        self, _context: ServerRequestContext[Any, Any], params: CallManyParams
    ) -> dict[str, Any]:
        deadline = asyncio.get_running_loop().time() + params.timeout_seconds
        return {"replies": await asyncio.gather(*(self._answer(call, deadline) for call in params.calls))}

    async def _answer(self, call: WantedCall, deadline: float) -> dict[str, Any]:
        tool = self._tools.get(call.name)
        if tool is None:
            return _error(INVALID_PARAMS, f"Unknown tool: {call.name}")
        try:
            async with asyncio.timeout_at(deadline):
                return {"result": await tool.answer(call.arguments)}
        except TimeoutError:
            return _error(REQUEST_TIMEOUT, f"{call.name} took too long")


def _error(code: int, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}
