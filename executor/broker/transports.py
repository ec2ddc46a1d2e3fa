"""Opens an MCP client over the transport that an address names, and notes what the SDK keeps to itself."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from executor.broker.address import ServerAddress, Transport
from executor.broker.bound_tool import BoundTool, ToolAnswer
from schemas.call_many import IDENTIFIER
from service.version import package_version

if TYPE_CHECKING:
    import httpx2
    from mcp import Client

SSE_EVENT_BYTES_MAX = 64 * 1024 * 1024
"""The SDK's own limit is 1 MiB: a `tools/list` of a thousand tools or 40,000 numbers are more."""

HTTP_CONNECT_SECONDS = 5.0
STDERR_BYTES_KEPT = 4096
STDERR_LINES_SHOWN = 20


class Calls(Protocol):
    """How tools are called over an open connection."""

    async def call(self, bound: BoundTool, arguments: dict[str, Any], timeout_seconds: float) -> ToolAnswer:
        """Call a tool; raises what `failure.py` has for a call that came to nothing."""

    async def close(self) -> None:
        """End what was opened for it."""


@dataclass
class Watch:
    """What is noticed about a connection from outside its calls."""

    on_end: Callable[[], None]
    on_tools_changed: Callable[[], None]
    refused_status: int | None = None
    """401 or 403, once an HTTP server answered so."""
    stderr: bytes = b""

    def stderr_tail(self) -> list[str]:
        """The last lines of a stdio server's standard error, of earlier starts too."""
        return self.stderr.decode("utf-8", "replace").splitlines()[-STDERR_LINES_SHOWN:]

    async def note_response(self, response: "httpx2.Response") -> None:
        """The hook of the HTTP client."""
        if response.status_code in (401, 403):
            self.refused_status = response.status_code

    async def note_post(self, response: "httpx2.Response") -> None:
        """The same where a GET only asks for a stream that need not be offered."""
        if response.request.method == "POST":
            await self.note_response(response)

    async def note_message(self, message: Any) -> None:
        """The hook of the SDK's session: notifications of the protocols with sessions come here."""
        from mcp.types import ToolListChangedNotification

        if isinstance(message, ToolListChangedNotification):
            self.on_tools_changed()


@dataclass
class OpenClient:
    """A client that negotiated its protocol, and the way to call tools."""

    client: "Client"
    calls: Calls
    is_modern: bool = field(default=False)


@asynccontextmanager
async def open_client(
    address: ServerAddress, timeout_seconds: float, watch: Watch
) -> AsyncIterator[OpenClient]:
    """Connect, negotiate, and close at the end. Raises whatever the SDK raises."""
    from mcp import Client
    from mcp.types import Implementation
    from mcp_types.version import MODERN_PROTOCOL_VERSIONS

    from executor.broker.direct_calls import DirectCalls
    from executor.broker.sdk_calls import SdkCalls

    me = Implementation(name="qna-ai", version=package_version())
    async with AsyncExitStack() as stack:
        async with AsyncExitStack() as until_open:
            transport = await _prepare(address, stack, until_open, watch)
            client = await stack.enter_async_context(
                Client(
                    transport,
                    read_timeout_seconds=timeout_seconds,
                    cache=None,
                    client_info=me,
                    message_handler=watch.note_message,
                )
            )
        version = client.protocol_version
        is_modern = version in MODERN_PROTOCOL_VERSIONS
        calls: Calls = SdkCalls(client)
        if is_modern and address.transport is Transport.HTTP:
            extensions = (client.server_capabilities and client.server_capabilities.extensions) or {}
            takes_many = IDENTIFIER in extensions
            calls = DirectCalls(address, version, me.model_dump(exclude_none=True), takes_many)
        stack.push_async_callback(calls.close)
        yield OpenClient(client, calls, is_modern)


async def _prepare(
    address: ServerAddress, stack: AsyncExitStack, until_open: AsyncExitStack, watch: Watch
) -> Any:
    """The SDK's transport for `address`; what it needs is closed with `stack`, or once it is open."""
    import httpx2
    from mcp import StdioServerParameters
    from mcp.client.sse import sse_client
    from mcp.client.stdio import stdio_client
    from mcp.client.streamable_http import streamable_http_client

    def http_client(
        headers: dict[str, str] | None = None,
        timeout: httpx2.Timeout | None = None,
        auth: httpx2.Auth | None = None,
    ) -> httpx2.AsyncClient:
        note = watch.note_response if address.transport is Transport.SSE else watch.note_post
        hooks = {"response": [note]}
        return httpx2.AsyncClient(headers=headers, timeout=timeout, auth=auth, event_hooks=hooks)

    match address.transport:
        case Transport.STDIO:
            server = StdioServerParameters(
                command=address.command, args=list(address.args), env=address.env, cwd=address.cwd
            )
            return stdio_client(server, errlog=until_open.enter_context(await _open_stderr(stack, watch)))
        case Transport.SSE:
            return sse_client(address.url, headers=address.headers, httpx_client_factory=http_client)
        case _:
            # A stream of events may be silent for long; each request has a time limit of its own.
            timeout = httpx2.Timeout(HTTP_CONNECT_SECONDS, read=None)
            http = await stack.enter_async_context(http_client(headers=address.headers, timeout=timeout))
            return streamable_http_client(
                address.url, http_client=http, max_sse_event_size=SSE_EVENT_BYTES_MAX
            )


class _Stderr(asyncio.Protocol):
    """Keeps the end of what a process writes; its end of file is the end of the process."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def data_received(self, data: bytes) -> None:
        self._watch.stderr = (self._watch.stderr + data)[-STDERR_BYTES_KEPT:]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's signature
        self._watch.on_end()


async def _open_stderr(stack: AsyncExitStack, watch: Watch) -> Any:
    """The writing end of a pipe for the process. Ours must be closed once the process has it.

    Otherwise the pipe would not end with the process.
    """
    reading, writing = os.pipe()
    reader = os.fdopen(reading, "rb", buffering=0)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: _Stderr(watch), reader)
    stack.callback(transport.close)
    return os.fdopen(writing, "w")
