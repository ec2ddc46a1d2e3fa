"""How one server's connection stands, and what is seen of it: programs, refusals, changes, wrong tools."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp.server.mcpserver import Context, MCPServer

from executor.broker.address import ServerAddress, Transport
from executor.broker.broker import Broker
from executor.broker.connection import Connection
from executor.broker.failure import ToolFailure
from schemas.tools import Server, ServerState
from tests.doubles.tool_server import OddServer, ToolServer, answer

PROGRAM = str(Path(__file__).parents[1] / "doubles" / "stdio_server.py")
HIDDEN = "value-of-the-key"


def program(**changes: Any) -> ServerAddress:
    """A server that is started."""
    facts: dict[str, Any] = {
        "name": "program",
        "transport": Transport.STDIO,
        "command": sys.executable,
        "args": (PROGRAM,),
        "env": {"KEY": HIDDEN},
    }
    return ServerAddress(**{**facts, **changes})


@asynccontextmanager
async def opened(address: ServerAddress, timeout_seconds: float = 10) -> AsyncIterator[Connection]:
    """The connection to one server."""
    connection = Connection(address, timeout_seconds)
    connection.start()
    try:
        yield connection
    finally:
        await connection.stop()


async def wait_for(said: Callable[[], bool]) -> None:
    """Return when it is so."""
    async with asyncio.timeout(10):
        while not said():  # noqa: ASYNC110  nobody tells of it
            await asyncio.sleep(0.01)


async def fail(connection: Connection, name: str) -> str:
    """The code of a call that fails."""
    with pytest.raises(ToolFailure) as caught:
        await connection.call(name, {})
    return caught.value.detail.code


async def test_a_program_is_started_and_started_again_when_it_dies(tmp_path: Path) -> None:
    async with opened(program(cwd=str(tmp_path))) as connection:
        assert await connection.wait_until_connected(10)
        first = await connection.call("process", {})
        assert (first["cwd"], first["key"]) == (str(tmp_path), HIDDEN)
        os.kill(int(first["pid"]), signal.SIGKILL)
        await wait_for(lambda: connection.state is not ServerState.CONNECTED)
        lost = connection.describe()
        second = await connection.call("process", {})
        assert second["pid"] != first["pid"]
    assert lost.state is ServerState.FAILED
    assert lost.last_error
    assert lost.stderr_tail == ["started with ***"]
    with pytest.raises(ProcessLookupError):
        os.kill(int(second["pid"]), 0)


async def test_a_call_that_may_have_been_done_is_not_made_again() -> None:
    async with opened(program()) as connection:
        assert await connection.wait_until_connected(10)
        assert await fail(connection, "die") == "server_lost"
        assert (await connection.call("process", {}))["key"] == HIDDEN


async def test_a_program_that_cannot_run_fails_with_its_last_words() -> None:
    shell = program(command="/bin/sh", args=("-c", "echo no such thing as $KEY >&2; exit 3"))
    broker = Broker([shell, program(name="absent", command="/no/such/program")], 5)
    async with asyncio.timeout(4):
        await broker.start(gate_seconds=30)
    broken, absent = broker.catalogue().servers
    await broker.stop()
    assert (broken.state, broken.url) == (ServerState.FAILED, "stdio:sh")
    assert broken.stderr_tail[0] == "no such thing as ***"
    assert absent.state is ServerState.FAILED
    assert "No such file" in (absent.last_error or "")


async def test_a_server_of_the_old_sse_transport_is_used_and_used_again_when_it_is_back() -> None:
    def create() -> Any:
        old = MCPServer("old", version="1", log_level="ERROR")
        old.add_tool(lambda: {"n": 1}, name="count", description="counts")
        return old.sse_app()

    server = ToolServer(create)
    server.start()
    address = ServerAddress("old", server.url.replace("/mcp", "/sse"), Transport.SSE)
    async with opened(address) as connection:
        assert await connection.wait_until_connected(10)
        assert await connection.call("count", {}) == {"n": 1}
        server.stop()
        await wait_for(lambda: connection.state is not ServerState.CONNECTED)
        server.start()
        assert await connection.call("count", {}) == {"n": 1}
    server.stop()


@pytest.mark.parametrize("transport", [Transport.HTTP, Transport.SSE])
@pytest.mark.parametrize("status", [401, 403])
async def test_a_server_that_refuses_us_needs_authorization(status: int, transport: Transport) -> None:
    async def refuse(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": status, "headers": []})
            await send({"type": "http.response.body", "body": b"no"})

    with ToolServer(lambda: refuse) as server:
        headers = {"Authorization": "Bearer wrong-token"}
        address = ServerAddress("closed", server.url, transport, headers=headers)
        async with opened(address) as connection:
            await connection.wait_until_settled(10)
            described = connection.describe()
            assert await fail(connection, "anything") == "needs_auth"
    assert described.state is ServerState.NEEDS_AUTH
    assert f"HTTP {status}" in (described.last_error or "")
    assert "wrong-token" not in described.model_dump_json()


async def test_headers_reach_the_server_with_every_request() -> None:
    odd = OddServer()
    odd.add("seen", lambda _: answer({"n": 1}))
    seen: list[bytes | None] = []

    def watch() -> Any:
        inner = odd.create().streamable_http_app(json_response=True, stateless_http=True)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                seen.append(dict(scope["headers"]).get(b"x-key"))
            await inner(scope, receive, send)

        return app

    with ToolServer(watch) as server:
        async with opened(ServerAddress("keyed", server.url, headers={"X-Key": "k1"})) as connection:
            assert await connection.call("seen", {}) == {"n": 1}
    assert len(seen) >= 3
    assert set(seen) == {b"k1"}


async def test_disabled_and_misconfigured_servers_are_shown_and_not_tried() -> None:
    disabled = ServerAddress("off", is_disabled=True)
    wrong = ServerAddress("wrong", problem="wrong: the environment variable KEY is not set")
    broker = Broker([disabled, wrong], 5)
    async with asyncio.timeout(1):
        await broker.start(gate_seconds=30)
        servers = broker.catalogue().servers
        await broker.stop()
    assert [server.state for server in servers] == [ServerState.DISABLED, ServerState.FAILED]
    assert servers[1].last_error == wrong.problem


async def test_a_wrong_tool_is_left_out_and_named_and_the_others_stay() -> None:
    odd = OddServer()
    odd.add("good", lambda _: answer({"n": 1}))
    odd.add("bad_type", lambda _: answer({}), properties={"a": {"type": "strng"}})
    odd.add("elsewhere", lambda _: answer({}), properties={"a": {"$ref": "http://127.0.0.1:9/a.json"}})
    odd.add("bad_output", lambda _: answer({"n": 2}), {"type": "nothing"})
    odd.add("odd_volatility", lambda _: answer({"n": 3}), volatility="often")
    with ToolServer(odd.create) as server:
        async with opened(ServerAddress("odd", server.url)) as connection:
            assert await connection.wait_until_connected(10)
            described: Server = connection.describe()
            assert await connection.call("good", {}) == {"n": 1}
            assert await connection.call("bad_output", {}) == {"n": 2}
            assert connection.tools["odd_volatility"].tool.volatility_seconds is None
    assert described.state is ServerState.CONNECTED
    assert described.left_out.keys() == {"bad_type", "elsewhere"}
    assert "strng" in described.left_out["bad_type"]
    assert "not fetched" in described.left_out["elsewhere"]


def create_growing() -> MCPServer:
    """A server with a tool that adds another and says so, in both protocols' ways."""
    server = MCPServer("growing", version="1")

    @server.tool()
    async def grow(context: Context[Any]) -> str:
        server.add_tool(lambda: 1, name="grown", description="new")
        await context.notify_tools_changed()
        await context.session.send_tool_list_changed()
        return "done"

    return server


def create_growing_with_sessions() -> Any:
    """The same for the protocols with sessions alone: what asks for a newer one is refused."""
    inner = create_growing().streamable_http_app()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if dict(scope.get("headers", ())).get(b"mcp-protocol-version", b"") >= b"2026":
            await send({"type": "http.response.start", "status": 400, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            await inner(scope, receive, send)

    return app


@pytest.mark.parametrize("create", [create_growing, create_growing_with_sessions])
async def test_a_tool_that_appears_is_there_at_once(
    create: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("executor.broker.connection.CHECK_EVERY_SECONDS", 60)
    with ToolServer(create) as server:
        async with opened(ServerAddress("growing", server.url)) as connection:
            assert await connection.wait_until_connected(10)
            assert list(connection.tools) == ["grow"]
            await connection.call("grow", {})
            await wait_for(lambda: list(connection.tools) == ["grow", "grown"])


async def test_a_server_that_times_out_again_and_again_is_left_alone() -> None:
    odd = OddServer()

    async def hang(_: dict[str, Any]) -> Any:
        await asyncio.sleep(60)

    odd.add("hang", hang)
    with ToolServer(odd.create) as server:
        async with opened(ServerAddress("slow", server.url), timeout_seconds=0.05) as connection:
            codes = [await fail(connection, "hang") for _ in range(4)]
    assert codes == ["tool_timeout"] * 3 + ["server_unavailable"]
    assert len(odd.calls) == 3


async def test_nothing_secret_of_a_server_is_in_the_catalogue() -> None:
    broker = Broker([program(args=(PROGRAM, "--key", HIDDEN))], 10)
    await broker.start()
    shown = broker.catalogue().model_dump_json() + json.dumps(
        [server.model_dump(mode="json") for server in await broker.check()]
    )
    await broker.stop()
    assert "stdio:python" in shown
    assert HIDDEN not in shown
