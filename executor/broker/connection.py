"""One MCP server: a task that owns its client, connects again when it dies, and makes the calls.

The SDK's client is dead for good after a lost connection and must be closed by the task that opened
it, hence one owner task for each server.
"""

import asyncio
import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import structlog

from executor.broker.failure import ConnectionLost, ToolFailure
from schemas.tools import Server, ServerState, Tool

if TYPE_CHECKING:
    from mcp import Client
    from mcp.types import CallToolResult

log = structlog.get_logger()

CHECK_EVERY_SECONDS = 5.0
CHECK_TIMEOUT_SECONDS = 2.0
RECONNECT_WAIT_SECONDS = 15.0
"""Longer than a tool server takes to be started again, shorter than most executions may last."""
BACKOFF_SECONDS = (0.1, 1.0)
CANCEL_AGAIN_SECONDS = 0.1
CONNECTION_LOST = -32000
TIMED_OUT = -32001


@dataclass(frozen=True)
class ServerAddress:
    """Where a server is, and the name it goes by."""

    name: str
    url: str


@dataclass(frozen=True)
class BoundTool:
    """A tool with its compiled schemas."""

    tool: Tool
    check_input: Any
    check_output: Any
    is_wrapped: bool


class Connection:
    """The life of the connection to one server; `start` begins it, `stop` ends it."""

    def __init__(self, address: ServerAddress, call_timeout_seconds: float) -> None:
        self.address = address
        self.state = ServerState.PENDING
        self.last_error: str | None = None
        self.tools: dict[str, BoundTool] = {}
        self._call_timeout_seconds = call_timeout_seconds
        self._client: Client | None = None
        self._task: asyncio.Task[None] | None = None
        self._lost = asyncio.Event()
        self._changed = asyncio.Condition()

    def start(self) -> None:
        """Begin connecting, in a task of its own."""
        self._task = asyncio.create_task(self._own(), name=f"mcp-{self.address.name}")

    async def stop(self) -> None:
        """Close the connection and end the task."""
        # More than once: a cancellation that meets the SDK's own, while it fails to connect, is lost.
        while self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task], timeout=CANCEL_AGAIN_SECONDS)

    def describe(self) -> Server:
        """State for /tools and /health."""
        return Server(
            name=self.address.name,
            url=self.address.url,
            state=self.state,
            tool_count=len(self.tools),
            last_error=self.last_error,
        )

    async def wait_until_connected(self, seconds: float) -> bool:
        """Whether it is connected within `seconds`."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: self.state is ServerState.CONNECTED)
        except TimeoutError:
            return False
        return True

    async def check(self) -> None:
        """Ask the server for its tools now; notes a server that does not answer as lost."""
        client = self._client
        if client is None:
            return
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_SECONDS):
                self.tools = await self._list_tools(client)
        except Exception as error:  # noqa: BLE001  whatever the SDK raises, the connection is of no use
            self._note_loss(error)

    async def call(self, name: str, arguments: dict[str, Any]) -> Any:
        """Call a tool whose arguments were checked. Raises `ToolFailure`.

        A call that lost its connection is made once more: our scripts' tools only read.
        """
        for is_last in (False, True):
            if not await self.wait_until_connected(RECONNECT_WAIT_SECONDS):
                break
            try:
                return await self._call(name, arguments)
            except ConnectionLost:
                if is_last:
                    break
        raise ToolFailure(
            "server_unavailable", f"the tool server {self.address.name!r} does not answer", {"tool": name}
        )

    async def _call(self, name: str, arguments: dict[str, Any]) -> Any:
        from mcp import MCPError
        from mcp.types import CallToolRequest, CallToolRequestParams, CallToolResult

        client, tool = self._client, self.tools.get(name)
        if client is None or tool is None:
            raise ConnectionLost
        request = CallToolRequest(params=CallToolRequestParams(name=name, arguments=arguments))
        try:
            # Not client.call_tool: it checks results with pure Python, 30 ms for 10,000 numbers.
            result = await client.session.send_request(request, CallToolResult, self._call_timeout_seconds)
        except MCPError as error:
            if error.error.code == CONNECTION_LOST:
                self._note_loss(error)
                raise ConnectionLost from error
            if error.error.code == TIMED_OUT:
                message = f"{name} did not answer within {self._call_timeout_seconds:g} seconds"
                raise ToolFailure("tool_timeout", message, {"tool": name}) from error
            raise ToolFailure("tool_failed", f"{name}: {error.error.message}", {"tool": name}) from error
        return read_result(tool, result)

    async def _own(self) -> None:
        delay, longest = BACKOFF_SECONDS
        while True:
            try:
                await self._connect_and_watch()
                delay = BACKOFF_SECONDS[0]
            except asyncio.CancelledError:
                if self._task is not None and self._task.cancelling():
                    raise
                self._note_loss(ConnectionError("the connection was lost"))
            except Exception as error:  # noqa: BLE001  a server may fail in any way; it is tried again
                self._note_loss(error)
            await self._set_state(ServerState.FAILED)
            await asyncio.sleep(delay * random.uniform(0.5, 1.5))  # noqa: S311  jitter
            delay = min(delay * 2, longest)

    async def _connect_and_watch(self) -> None:
        from mcp import Client

        async with Client(
            self.address.url, read_timeout_seconds=self._call_timeout_seconds, cache=None
        ) as client:
            self.tools = await self._list_tools(client)
            self._client, self.last_error = client, None
            self._lost.clear()
            await self._set_state(ServerState.CONNECTED)
            log.info("tool_server_connected", server=self.address.name, tools=len(self.tools))
            try:
                while not self._lost.is_set():
                    try:
                        async with asyncio.timeout(CHECK_EVERY_SECONDS):
                            await self._lost.wait()
                    except TimeoutError:
                        await self.check()
            finally:
                self._client = None

    async def _set_state(self, state: ServerState) -> None:
        async with self._changed:
            self.state = state
            self._changed.notify_all()

    def _note_loss(self, error: BaseException) -> None:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        self.last_error = f"{type(error).__name__}: {error}"[:300]
        if self.state is ServerState.CONNECTED:
            log.warning("tool_server_lost", server=self.address.name, error=self.last_error)
            self.state = ServerState.FAILED
        self._lost.set()

    async def _list_tools(self, client: "Client") -> dict[str, BoundTool]:
        found: dict[str, BoundTool] = {}
        cursor: str | None = None
        while True:
            page = await client.list_tools(cursor=cursor)
            for described in page.tools:
                found[described.name] = self._bind(described)
            cursor = page.next_cursor
            if cursor is None:
                return found

    def _bind(self, described: Any) -> BoundTool:
        known = self.tools.get(described.name)
        meta, annotations = described.meta or {}, described.annotations
        tool = Tool(
            name=described.name,
            server=self.address.name,
            description=described.description or "",
            input_schema=described.input_schema,
            output_schema=described.output_schema,
            volatility_seconds=meta.get("volatility"),
            is_read_only=bool(annotations and annotations.read_only_hint),
        )
        if known is not None and known.tool == tool:
            return known
        output = tool.output_schema
        return BoundTool(
            tool=tool,
            check_input=jsonschema_rs.validator_for(tool.input_schema),
            check_output=jsonschema_rs.validator_for(output) if output else None,
            is_wrapped=bool(output) and list((output or {}).get("properties", {})) == ["result"],
        )


def read_result(bound: BoundTool, result: "CallToolResult") -> Any:
    """The value of a tool's answer. Raises `ToolFailure` for an error, or one unlike its schema."""
    content = result.structured_content
    text = "\n".join(block.text for block in result.content if block.type == "text")
    if result.is_error:
        problem = content if isinstance(content, dict) else {}
        known = {"code": str, "message": str, "details": dict}
        fields = {name: problem[name] for name, kind in known.items() if isinstance(problem.get(name), kind)}
        raise ToolFailure(
            fields.get("code", "tool_failed"),
            fields.get("message", text or "the tool failed"),
            fields.get("details"),
        )
    if bound.check_output is not None:
        mismatch = next(iter(bound.check_output.iter_errors(content)), None)
        if mismatch is not None:
            where = ".".join(map(str, mismatch.instance_path)) or "the whole"
            raise ToolFailure(
                "bad_response",
                f"{bound.tool.name} answered unlike its schema at {where}: {mismatch.message[:200]}",
            )
        return content["result"] if bound.is_wrapped and content is not None else content
    return content if content is not None else _read_text(text)


def _read_text(text: str) -> Any:
    """Tools without a schema answer in text; what is JSON is read as such."""
    try:
        return json.loads(text)
    except ValueError:
        return text
