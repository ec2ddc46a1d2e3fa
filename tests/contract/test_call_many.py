"""Calls of one `call_many` to a server that takes many: one request, each with a fate of its own."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from mcp.server.mcpserver import MCPServer
from starlette.types import ASGIApp, Receive, Scope, Send

from executor.broker.address import ServerAddress
from executor.broker.broker import Broker
from executor.broker.bursts import ASKED_TOGETHER
from executor.broker.failure import ToolFailure
from mcp_servers.app import create_mcp_app
from mcp_servers.call_many import CallMany
from mcp_servers.problems import UnknownSymbol
from mcp_servers.tool import make_tool
from schemas.call_many import CALLS_MAX, METHOD
from schemas.wire import Wire
from tests.doubles.tool_server import ToolServer


class Total(Wire):
    """A sum."""

    total: float


async def add(numbers: list[float]) -> Total:
    """The sum of numbers."""
    return Total(total=sum(numbers))


def half(number: float) -> Total:
    """Half of it, in a thread."""
    return Total(total=number / 2)


async def wait(seconds: float) -> Total:
    """Takes its time."""
    await asyncio.sleep(seconds)
    return Total(total=seconds)


async def fail(how: str) -> Total:
    """Fails in the way asked for."""
    if how == "problem":
        raise UnknownSymbol("there is no XX; ask for XXY", nearest=["XXY"])
    raise RuntimeError("the password is hunter2")


class Counting:
    """Notes the method of each request on its way to `app`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.methods: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            method = dict(scope["headers"]).get(b"mcp-method", b"").decode()
            self.methods += [method] if "tools/call" in method else []
        await self._app(scope, receive, send)


def create(*, takes_many: bool) -> FastAPI:
    tools = [make_tool(function, volatility_seconds=0) for function in (add, half, wait, fail)]
    extensions = [CallMany(tools)] if takes_many else []
    server = MCPServer("many", version="1", tools=tools, extensions=extensions, log_level="ERROR")
    return create_mcp_app(server, list)


@pytest.fixture(scope="module")
def many() -> Iterator[tuple[ToolServer, Counting]]:
    counting = Counting(create(takes_many=True))
    with ToolServer(lambda: counting) as server:
        yield server, counting


@asynccontextmanager
async def connected(server: ToolServer, timeout_seconds: float = 5) -> AsyncIterator[Broker]:
    broker = Broker([ServerAddress("many", server.url)], timeout_seconds)
    await broker.start()
    try:
        yield broker
    finally:
        await broker.stop()


async def together(broker: Broker, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    """What a relay does for `call_many`; failures are in their places."""
    token = ASKED_TOGETHER.set(object())
    try:
        made = (broker.call(name, arguments) for name, arguments in calls)
        return await asyncio.gather(*made, return_exceptions=True)
    finally:
        ASKED_TOGETHER.reset(token)


async def test_calls_asked_together_leave_in_one_request(many: tuple[ToolServer, Counting]) -> None:
    server, counting = many
    async with connected(server) as broker:
        counting.methods.clear()
        answers = await together(broker, *(("add", {"numbers": [n, 0.5]}) for n in range(20)))
    assert [answer["total"] for answer in answers] == [n + 0.5 for n in range(20)]
    assert counting.methods == [METHOD]


async def test_more_calls_than_a_request_takes_leave_in_several(many: tuple[ToolServer, Counting]) -> None:
    server, counting = many
    async with connected(server) as broker:
        counting.methods.clear()
        answers = await together(broker, *(("half", {"number": n}) for n in range(CALLS_MAX + 1)))
    assert [answer["total"] for answer in answers] == [n / 2 for n in range(CALLS_MAX + 1)]
    assert counting.methods == [METHOD, METHOD]


async def test_calls_of_different_scripts_never_share_a_request(many: tuple[ToolServer, Counting]) -> None:
    server, counting = many
    async with connected(server) as broker:
        counting.methods.clear()
        one, other = [("add", {"numbers": [1]})] * 1, [("add", {"numbers": [2]})]
        await asyncio.gather(
            asyncio.create_task(together(broker, *one)), asyncio.create_task(together(broker, *other))
        )
    assert counting.methods == [METHOD, METHOD]


async def test_each_call_has_a_fate_of_its_own(many: tuple[ToolServer, Counting]) -> None:
    async with connected(many[0], timeout_seconds=1) as broker:
        right, unknown, crashed, slow = await together(
            broker,
            ("add", {"numbers": [1, 2]}),
            ("fail", {"how": "problem"}),
            ("fail", {"how": "crash"}),
            ("wait", {"seconds": 30}),
        )
    assert right == {"total": 3.0}
    assert isinstance(unknown, ToolFailure)
    assert (unknown.detail.code, unknown.detail.details) == ("unknown_symbol", {"nearest": ["XXY"]})
    assert isinstance(crashed, ToolFailure)
    assert crashed.detail.code == "tool_failed"
    assert "hunter2" not in crashed.detail.message
    assert isinstance(slow, ToolFailure)
    assert slow.detail.code == "tool_timeout"


async def test_slow_calls_run_at_the_same_time(many: tuple[ToolServer, Counting]) -> None:
    async with connected(many[0]) as broker, asyncio.timeout(3):
        await together(broker, *(("wait", {"seconds": 0.3 + n / 1000}) for n in range(15)))


async def test_a_server_without_the_extension_gets_a_request_for_each_call() -> None:
    counting = Counting(create(takes_many=False))
    with ToolServer(lambda: counting) as server:
        async with connected(server) as broker:
            answers = await together(broker, *(("add", {"numbers": [n]}) for n in range(3)))
    assert [answer["total"] for answer in answers] == [0, 1, 2]
    assert counting.methods == ["tools/call"] * 3


async def test_one_call_leaves_as_the_protocol_has_it(many: tuple[ToolServer, Counting]) -> None:
    server, counting = many
    async with connected(server) as broker:
        counting.methods.clear()
        assert await broker.call("add", {"numbers": [1]}) == {"total": 1.0}
    assert counting.methods == ["tools/call"]


async def test_a_server_that_dies_meanwhile_fails_each_call(many: tuple[ToolServer, Counting]) -> None:
    with ToolServer(lambda: create(takes_many=True)) as server:
        async with connected(server) as broker:
            server.stop()
            answers = await together(broker, *(("add", {"numbers": [n]}) for n in range(3)))
    assert [answer.detail.code for answer in answers] == ["server_unavailable"] * 3
