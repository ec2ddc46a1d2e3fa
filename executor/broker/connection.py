"""One MCP server: a task that owns its client, connects again when it dies, and makes the calls.

The SDK's client is dead for good after a lost connection and must be closed by the task that opened
it, hence one owner task for each server.
"""

import asyncio
import contextlib
import random
import time
from typing import TYPE_CHECKING, Any

import structlog

from executor.broker.address import ServerAddress, Transport
from executor.broker.bound_tool import BadTool, BoundTool, ToolAnswer, bind_tool, read_tool
from executor.broker.failure import (
    AnswerTooLarge,
    CallRefused,
    CallTimedOut,
    ConnectionLost,
    NeedsAuthorization,
    ToolFailure,
)
from executor.broker.transports import OpenClient, Watch, open_client
from schemas.tools import Server, ServerState
from service.circuit_breaker import CircuitBreaker

if TYPE_CHECKING:
    from mcp import Client

log = structlog.get_logger()

CHECK_EVERY_SECONDS = 5.0
CHECK_TIMEOUT_SECONDS = 2.0
RECONNECT_WAIT_SECONDS = 15.0
"""Longer than a tool server takes to be started again, shorter than most executions may last."""
BACKOFF_SECONDS = {Transport.HTTP: (0.1, 1.0), Transport.SSE: (0.5, 10.0), Transport.STDIO: (0.1, 30.0)}
"""First and longest pause; starting a program costs more than knocking at a port."""
AUTHORIZATION_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 30.0
"""A connection that held this long begins again with the first pause."""
CANCEL_AGAIN_SECONDS = {Transport.HTTP: 0.1, Transport.SSE: 0.1, Transport.STDIO: 8.0}
"""A program gets the time that the SDK gives it to end; cut short, it might be left running."""
LIST_PAGES_MAX = 200
FAILURES_MAX = 3
REST_SECONDS = 10.0
"""A server that failed so often in a row is left alone so long: no script waits for it again and again."""


class Connection:
    """The life of the connection to one server; `start` begins it, `stop` ends it."""

    def __init__(self, address: ServerAddress, call_timeout_seconds: float) -> None:
        self.address = address
        self.state = ServerState.DISABLED if address.is_disabled else ServerState.PENDING
        self.last_error: str | None = None
        self._latency_ms: float | None = None
        self.tools: dict[str, BoundTool] = {}
        self.left_out: dict[str, str] = {}
        self.generation = 0
        self._call_timeout_seconds = call_timeout_seconds
        self._open: OpenClient | None = None
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Condition()
        self._wake = asyncio.Event()
        self._hurry = asyncio.Event()
        self._is_lost = False
        self._breaker = CircuitBreaker(FAILURES_MAX, REST_SECONDS, time.monotonic)
        self._calls_under_way = 0
        self._watch = self._new_watch(b"")

    def start(self) -> None:
        """Begin connecting, in a task of its own; a server that cannot even be tried fails at once."""
        if self.address.problem is not None:
            self.state, self.last_error = ServerState.FAILED, self.address.problem
            log.error("tool_server_misconfigured", server=self.address.name, error=self.last_error)
        elif self.state is not ServerState.DISABLED:
            self._task = asyncio.create_task(self._own(), name=f"mcp-{self.address.name}")

    async def stop(self) -> None:
        """Close the connection and end the task."""
        # More than once: a cancellation that meets the SDK's own, while it fails to connect, is lost.
        while self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task], timeout=CANCEL_AGAIN_SECONDS[self.address.transport])

    def describe(self) -> Server:
        """State for /tools and /health; nothing of it is secret."""
        hide = self.address.hide_secrets
        return Server(
            name=self.address.name,
            url=self.address.shown,
            state=self.state,
            tool_count=len(self.tools),
            latency_ms=self._latency_ms,
            last_error=hide(self.last_error) if self.last_error else None,
            stderr_tail=[hide(line) for line in self._watch.stderr_tail()],
            left_out=self.left_out,
        )

    async def wait_until_connected(self, seconds: float) -> bool:
        """Whether it is connected within `seconds`."""
        return await self._wait_for_state((ServerState.CONNECTED,), seconds)

    async def wait_until_settled(self, seconds: float) -> None:
        """Return when it is connected, or will hardly become so soon, or after `seconds`.

        A server at an address may still be starting; a program that ended is as good as broken.
        """
        settled = [ServerState.CONNECTED, ServerState.NEEDS_AUTH]
        if self.address.transport is Transport.STDIO:
            settled.append(ServerState.FAILED)
        if self._task is not None:
            await self._wait_for_state(tuple(settled), seconds)

    async def _wait_for_state(self, states: tuple[ServerState, ...], seconds: float) -> bool:
        if self.state in states:
            return True
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: self.state in states)
        except TimeoutError:
            return False
        return True

    async def check(self) -> None:
        """Ask the server for its tools now; notes a server that does not answer as lost."""
        opened = self._open
        if opened is None:
            return
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_SECONDS):
                await self._learn_tools(opened.client)
        except Exception as error:  # noqa: BLE001  whatever the SDK raises, the connection is of no use
            if isinstance(error, TimeoutError) and self._calls_under_way:
                return  # busy with our calls, which have a time limit of their own
            self._note_loss(error)

    async def call(self, name: str, arguments: dict[str, Any]) -> Any:
        """Call a tool whose arguments were checked. Raises `ToolFailure`.

        A call that lost its connection is made once more if it only reads, or never left.
        """
        self._refuse_if_hopeless(name)
        for is_last in (False, True):
            if not await self._wait_for_a_call():
                self._breaker.open()
                break
            bound, opened = self.tools.get(name), self._open
            if bound is None or opened is None:
                continue
            try:
                answer = await self._exchange(bound, opened, arguments)
            except ConnectionLost as lost:
                self._note_loss(lost)
                if is_last:
                    self._breaker.record_failure()
                elif lost.was_sent and not bound.tool.is_read_only:
                    raise self._failure(
                        "server_lost", "ended during the call, which may have been done", name
                    ) from lost
            else:
                self._breaker.record_success()
                return bound.read(answer)
        raise self._failure("server_unavailable", "does not answer", name)

    async def _exchange(self, bound: BoundTool, opened: OpenClient, arguments: dict[str, Any]) -> ToolAnswer:
        """One call and its answer. Raises `ConnectionLost`, or `ToolFailure` for what will not get better."""
        name = bound.tool.published_name
        self._calls_under_way += 1
        try:
            return await opened.calls.call(bound, arguments, self._call_timeout_seconds)
        except CallTimedOut as error:
            self._breaker.record_failure()
            message = f"{name} did not answer within {self._call_timeout_seconds:g} seconds"
            raise ToolFailure("tool_timeout", message, {"tool": name}) from error
        except CallRefused as error:
            reason = self.address.hide_secrets(str(error))
            raise ToolFailure(error.code, f"{name}: {reason}", {"tool": name}) from error
        except AnswerTooLarge as error:
            raise ToolFailure("response_too_large", f"{name} answered with too much; ask for less") from error
        except NeedsAuthorization as error:
            self._watch.refused_status = error.status
            self._note_loss(error)
            raise self._failure("needs_auth", "wants authorization", name) from error
        finally:
            self._calls_under_way -= 1

    def _refuse_if_hopeless(self, name: str) -> None:
        if self.state is ServerState.NEEDS_AUTH:
            raise self._failure("needs_auth", "wants authorization", name)
        seconds = self._breaker.wait_seconds
        if seconds and self.state is not ServerState.CONNECTED:
            raise self._failure("server_unavailable", f"does not answer; try again in {seconds:.0f} s", name)
        if seconds:
            raise self._failure(
                "server_unavailable", f"timed out too often; try again in {seconds:.0f} s", name
            )

    def _failure(self, code: str, what: str, tool: str) -> ToolFailure:
        return ToolFailure(code, f"the tool server {self.address.name!r} {what}", {"tool": tool})

    async def _wait_for_a_call(self) -> bool:
        if self.state is ServerState.CONNECTED:
            return True
        self._hurry.set()  # a program that died is started for this call, not at the end of its pause
        return await self.wait_until_connected(RECONNECT_WAIT_SECONDS)

    async def _own(self) -> None:
        shortest, longest = BACKOFF_SECONDS[self.address.transport]
        delay = shortest
        while True:
            began = time.monotonic()
            try:
                await self._connect_and_watch()
            except asyncio.CancelledError:
                if self._task is not None and self._task.cancelling():
                    raise
                self._note_loss(ConnectionError("the connection was lost"))
            except Exception as error:  # noqa: BLE001  a server may fail in any way; it is tried again
                self._note_loss(error)
            if time.monotonic() - began > STEADY_SECONDS:
                delay = shortest
            is_refused = self._watch.refused_status is not None
            await self._set_state(ServerState.NEEDS_AUTH if is_refused else ServerState.FAILED)
            await self._pause(AUTHORIZATION_PAUSE_SECONDS if is_refused else delay)
            delay = min(delay * 2, longest)

    async def _pause(self, seconds: float) -> None:
        self._hurry.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds * random.uniform(0.5, 1.5)):  # noqa: S311  jitter
                await self._hurry.wait()

    async def _connect_and_watch(self) -> None:
        self._is_lost = False
        self._watch = self._new_watch(self._watch.stderr)
        async with open_client(self.address, self._call_timeout_seconds, self._watch) as opened:
            await self._learn_tools(opened.client)
            self._open, self.last_error = opened, None
            self.generation += 1
            self._breaker.record_success()
            await self._set_state(ServerState.CONNECTED)
            log.info("tool_server_connected", server=self.address.name, tools=len(self.tools))
            listening = asyncio.create_task(self._listen(opened))
            try:
                await self._watch_over()
            finally:
                self._open = None
                listening.cancel()
                await asyncio.wait([listening])

    async def _watch_over(self) -> None:
        """Ask for the tools every few seconds, and whenever the server says that they changed."""
        while not self._is_lost:
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CHECK_EVERY_SECONDS):
                    await self._wake.wait()
            if not self._is_lost:
                await self.check()

    async def _listen(self, opened: OpenClient) -> None:
        """Follow the changes that servers of the 2026 protocol tell only to those who listen."""
        capabilities = opened.client.server_capabilities
        if not (opened.is_modern and capabilities and capabilities.tools and capabilities.tools.list_changed):
            return
        try:
            async with opened.client.listen(tools_list_changed=True) as changes:
                self._wake.set()  # what changed before anybody listened
                async for _ in changes:
                    self._wake.set()
        except Exception as error:  # noqa: BLE001  without it the tools are still asked for every few seconds
            log.info("tool_server_listening_ended", server=self.address.name, error=type(error).__name__)
        self._wake.set()  # a check finds out whether the server went with its stream

    def _new_watch(self, stderr: bytes) -> Watch:
        def end() -> None:
            if self._watch is watch and self._open is not None:
                self._note_loss(ConnectionError("the server's process ended"))

        watch = Watch(on_end=end, on_tools_changed=self._wake.set, stderr=stderr)
        return watch

    async def _set_state(self, state: ServerState) -> None:
        async with self._changed:
            self.state = state
            self._changed.notify_all()

    def _note_loss(self, error: BaseException) -> None:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        status = self._watch.refused_status
        reason = error if status is None else NeedsAuthorization(status)
        self.last_error = self.address.hide_secrets(f"{type(reason).__name__}: {reason}")[:300]
        if self.state is ServerState.CONNECTED:
            log.warning("tool_server_lost", server=self.address.name, error=self.last_error)
            self.state = ServerState.FAILED if status is None else ServerState.NEEDS_AUTH
        self._is_lost = True
        self._wake.set()

    async def _learn_tools(self, client: "Client") -> None:
        """Bind every tool that the server lists; one that cannot be bound is left out and named."""
        found: dict[str, BoundTool] = {}
        left_out: dict[str, str] = {}
        cursor: str | None = None
        started = time.perf_counter()
        for _ in range(LIST_PAGES_MAX):
            page = await client.list_tools(cursor=cursor)
            for described in page.tools:
                try:
                    found.setdefault(described.name, self._bind(described))
                except BadTool as error:
                    left_out[described.name] = str(error)
            cursor = page.next_cursor
            if cursor is None:
                break
        self._latency_ms = round((time.perf_counter() - started) * 1000, 1)
        for name in left_out.keys() - self.left_out.keys():
            log.warning("tool_left_out", server=self.address.name, tool=name, why=left_out[name])
        self.left_out = left_out
        if found != self.tools or list(found) != list(self.tools):
            self.tools = found

    def _bind(self, described: Any) -> BoundTool:
        known = self.tools.get(described.name)
        if known is not None and known.tool == read_tool(described, self.address.name):
            return known
        return bind_tool(described, self.address.name)
