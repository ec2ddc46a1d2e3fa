"""MCP servers for tests: real ones over HTTP, each in a thread, at a port that it keeps when it dies."""

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any

import uvicorn
from mcp.server import Server
from mcp.server.mcpserver import MCPServer
from mcp_types import CallToolResult, ListToolsResult, TextContent, Tool, ToolAnnotations
from pydantic import BaseModel, Field

Handler = Callable[[dict[str, Any]], Any]


class ToolServer:
    """Serves what `create` makes, an MCP server or an ASGI app. May be stopped and started again."""

    def __init__(self, create: Callable[[], Any]) -> None:
        self._create = create
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/mcp"
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen, and return when connections are accepted."""
        made = self._create()
        app = made if callable(made) else made.streamable_http_app(json_response=True, stateless_http=True)
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen()
        config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name=f"tools-{self.port}", daemon=True
        )
        self._thread.start()

    def stop(self, *, in_order: bool = False) -> None:
        """Die at once: calls under way are not answered. `in_order`: the app may close what it opened."""
        if self._server is not None and self._thread is not None:
            loop = self._server.servers[0].get_loop()
            for connection in list(self._server.server_state.connections):
                loop.call_soon_threadsafe(connection.transport.abort)
            self._server.should_exit = True
            self._server.force_exit = not in_order
            self._thread.join(timeout=10)
            assert not self._thread.is_alive()
            self._server = self._thread = None

    def __enter__(self) -> "ToolServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Prices(BaseModel):
    """Columns, under the label that financial tools put on their answers."""

    data: dict[str, list[Any]]
    metadata: dict[str, str]


class Tally(BaseModel):
    """How often a tool was asked."""

    count: int


class Sum(BaseModel):
    """A sum."""

    total: float


def create_desk() -> MCPServer:
    """A server of ordinary tools, as ours are: typed, read-only, some with a volatility."""
    server = MCPServer("desk", version="1")
    read_only = ToolAnnotations(read_only_hint=True)
    asked = {"count": 0}

    @server.tool(annotations=read_only, meta={"volatility": 60})
    def prices(symbol: str, days: int = Field(default=3, ge=1, le=500)) -> Prices:
        """Closing prices."""
        columns = {
            "date": [f"2020-01-{day + 1:02}" for day in range(days)],
            "close": [100.0 + day for day in range(days)],
        }
        return Prices(data=columns, metadata={"source": "desk", "symbol": symbol})

    @server.tool(annotations=read_only)
    def add(numbers: list[float]) -> Sum:
        """The sum of numbers."""
        return Sum(total=sum(numbers))

    @server.tool()
    def tally() -> Tally:
        """A different answer every time."""
        asked["count"] += 1
        return Tally(count=asked["count"])

    @server.tool()
    async def wait(seconds: float) -> Sum:
        """Takes its time."""
        await asyncio.sleep(seconds)
        return Sum(total=seconds)

    @server.tool()
    def find(symbol: str) -> CallToolResult:
        """Finds nothing, and says what is near."""
        problem = {"code": "unknown_symbol", "message": f"no {symbol}", "details": {"nearest": ["AAPL"]}}
        return answer(problem, text=f"no {symbol}", is_error=True)

    @server.tool()
    def fail(code: str, message: str = "it failed") -> CallToolResult:
        """Fails as the caller says."""
        return answer({"code": code, "message": message, "details": {"secret": "x"}}, is_error=True)

    return server


def answer(
    content: dict[str, Any] | None = None, *, text: str | None = None, is_error: bool = False
) -> CallToolResult:
    """The result of a tool, in full control."""
    blocks = [] if text is None else [TextContent(type="text", text=text)]
    return CallToolResult(content=blocks, structured_content=content, is_error=is_error)


class OddServer:
    """A server that says exactly what it is told to: tools by name, with schemas and answers of any kind.

    It lists one tool per page.
    """

    def __init__(self) -> None:
        self.tools: list[Tool] = []
        self.handlers: dict[str, Handler] = {}
        self.calls: list[str] = []

    def add(
        self,
        name: str,
        handler: Handler,
        output_schema: dict[str, Any] | None = None,
        *,
        is_read_only: bool = False,
        volatility: Any = None,
        policy: dict[str, Any] | None = None,
        **schema: Any,
    ) -> None:
        """A tool whose arguments are described by `schema`."""
        tool = Tool(
            name=name,
            input_schema={"type": "object", **schema},
            output_schema=output_schema,
            annotations=ToolAnnotations(read_only_hint=True) if is_read_only else None,
            _meta=policy if volatility is None else {"volatility": volatility, **(policy or {})},
        )
        self.tools.append(tool)
        self.handlers[name] = handler

    def create(self) -> Server[Any]:
        """The server, for `ToolServer`."""
        return Server("odd", version="1", on_list_tools=self._list, on_call_tool=self._call)

    async def _list(self, _context: Any, request: Any) -> ListToolsResult:
        place = int(request.cursor) if request and request.cursor else 0
        more = str(place + 1) if place + 1 < len(self.tools) else None
        return ListToolsResult(tools=self.tools[place : place + 1], next_cursor=more)

    async def _call(self, _context: Any, request: Any) -> CallToolResult:
        self.calls.append(request.name)
        found = self.handlers[request.name](request.arguments or {})
        result: CallToolResult = await found if asyncio.iscoroutine(found) else found
        return result
