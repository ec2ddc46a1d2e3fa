"""The broker and its connections, against real MCP servers: good ones, odd ones, and one that dies."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp import MCPError
from mcp_types.jsonrpc import INVALID_PARAMS

from executor.broker.address import ServerAddress
from executor.broker.broker import Broker
from executor.broker.connection import Connection
from executor.broker.failure import ToolFailure
from schemas.errors import ErrorDetail
from schemas.tools import ServerState
from tests.doubles.tool_server import OddServer, ToolServer, answer, create_desk

NUMBER = {"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]}
LIST = {"type": "object", "properties": {"result": {"type": "array"}}, "required": ["result"]}


@asynccontextmanager
async def connected(*servers: ToolServer | str, timeout_seconds: float = 5) -> AsyncIterator[Broker]:
    """A broker to these servers, or to addresses where there is none."""
    urls = [server if isinstance(server, str) else server.url for server in servers]
    broker = Broker([ServerAddress(f"server{place}", url) for place, url in enumerate(urls)], timeout_seconds)
    await broker.start(gate_seconds=5 if all(isinstance(server, ToolServer) for server in servers) else 0.3)
    try:
        yield broker
    finally:
        await broker.stop()


async def fail(broker: Broker, name: str, *positional: Any, **named: Any) -> ErrorDetail:
    """Why a call with these arguments fails."""
    with pytest.raises(ToolFailure) as caught:
        await broker.call(name, broker.bind_arguments(name, list(positional), named))
    return caught.value.detail


async def test_the_catalogue_lists_every_tool_by_name_with_its_facts(desk: ToolServer) -> None:
    async with connected(desk) as broker:
        catalogue = broker.catalogue()
    assert [tool.name for tool in catalogue.tools] == ["add", "fail", "find", "prices", "tally", "wait"]
    prices = catalogue.tools[3]
    assert (prices.server, prices.description) == ("server0", "Closing prices.")
    assert (prices.volatility_seconds, prices.is_read_only) == (60, True)
    assert list(prices.input_schema["properties"]) == ["symbol", "days"]
    assert prices.output_schema is not None
    assert not catalogue.tools[4].is_read_only
    (server,) = catalogue.servers
    assert (server.state, server.tool_count, server.url) == (ServerState.CONNECTED, 6, desk.url)


async def test_the_digest_tells_the_same_tools_from_other_ones(desk: ToolServer) -> None:
    odd = OddServer()
    odd.add("other", lambda _: answer({}))
    with ToolServer(odd.create) as other:
        async with connected(desk) as one, connected(desk) as two, connected(desk, other) as three:
            assert one.catalogue().digest == two.catalogue().digest != three.catalogue().digest


async def test_a_call_returns_the_structured_content(desk: ToolServer) -> None:
    async with connected(desk) as broker:
        answered = await broker.call("prices", broker.bind_arguments("prices", ["KO"], {"days": 2}))
    assert answered["data"] == {"date": ["2020-01-01", "2020-01-02"], "close": [100.0, 101.0]}
    assert answered["metadata"] == {"source": "desk", "symbol": "KO"}


async def test_calls_run_at_the_same_time(desk: ToolServer) -> None:
    async with connected(desk) as broker, asyncio.timeout(2):
        await asyncio.gather(*(broker.call("wait", {"seconds": 0.3}) for _ in range(10)))


@pytest.mark.parametrize(
    ("positional", "named", "expected"),
    [
        (["KO"], {}, {"symbol": "KO"}),
        (["KO", 5], {}, {"symbol": "KO", "days": 5}),
        ([], {"days": 5, "symbol": "KO"}, {"symbol": "KO", "days": 5}),
        (["KO"], {"days": 5}, {"symbol": "KO", "days": 5}),
    ],
)
async def test_arguments_are_bound_by_the_order_of_the_schema(
    desk: ToolServer, positional: list[Any], named: dict[str, Any], expected: dict[str, Any]
) -> None:
    async with connected(desk) as broker:
        assert broker.bind_arguments("prices", positional, named) == expected


@pytest.mark.parametrize(
    ("tool", "positional", "named", "message"),
    [
        ("pricess", [], {}, "there is no tool 'pricess'; did you mean 'prices'?"),
        ("weather", [], {}, "there is no tool 'weather'"),
        ("prices", [], {"symbl": "KO"}, "prices has no argument 'symbl'; did you mean 'symbol'?"),
        ("prices", ["KO", 3, 4], {}, "prices takes 2 arguments, not 3"),
        ("prices", ["KO"], {"symbol": "XOM"}, "prices got two values for 'symbol'"),
        ("prices", [], {}, 'prices: "symbol" is a required property'),
        ("prices", ["KO"], {"days": 0}, "prices: days: 0 is less than the minimum of 1"),
        ("prices", [3], {}, 'prices: symbol: 3 is not of type "string"'),
        ("add", [["a"]], {}, 'add: numbers.0: "a" is not of type "number"'),
    ],
)
async def test_wrong_arguments_are_told_in_the_callers_words(
    desk: ToolServer, tool: str, positional: list[Any], named: dict[str, Any], message: str
) -> None:
    async with connected(desk) as broker:
        detail = await fail(broker, tool, *positional, **named)
    assert detail.message == message
    assert detail.code == ("unknown_tool" if "no tool" in message else "bad_argument")
    assert detail.details["tool"] == tool


async def test_an_unknown_tool_comes_with_the_nearest_name(desk: ToolServer) -> None:
    async with connected(desk) as broker:
        assert (await fail(broker, "pricess")).details["nearest"] == ["prices"]
        assert (await fail(broker, "weather")).details["nearest"] == []


async def test_a_problem_of_the_tool_keeps_code_message_and_facts(desk: ToolServer) -> None:
    async with connected(desk) as broker:
        detail = await fail(broker, "find", "APPL")
    assert detail == ErrorDetail(code="unknown_symbol", message="no APPL", details={"nearest": ["AAPL"]})


async def test_a_tool_that_takes_too_long_is_a_tool_timeout(desk: ToolServer) -> None:
    async with connected(desk, timeout_seconds=0.2) as broker:
        detail = await fail(broker, "wait", 3)
        assert (await broker.call("add", {"numbers": [1, 2]})) == {"total": 3.0}
    assert (detail.code, detail.message) == ("tool_timeout", "wait did not answer within 0.2 seconds")


def crash(_: dict[str, Any]) -> Any:
    """What a tool with a bug does."""
    raise RuntimeError("the inside of the server")


def refuse_arguments(_: dict[str, Any]) -> Any:
    """What a server does that checks more than its schema says."""
    raise MCPError(INVALID_PARAMS, "sun is no planet")


ODD_ANSWERS: dict[str, tuple[Any, dict[str, Any] | None, Any]] = {
    "text": (lambda _: answer(text="just words"), None, "just words"),
    "json_in_text": (lambda _: answer(text='{"a": [1]}'), None, {"a": [1]}),
    "structured_without_schema": (lambda _: answer({"a": 1}, text="a is 1"), None, {"a": 1}),
    "nothing": (lambda _: answer(), None, ""),
    "wrapped_list": (lambda _: answer({"result": [1, 2]}), LIST, [1, 2]),
    "as_its_schema_says": (lambda _: answer({"n": 1.5}), NUMBER, {"n": 1.5}),
    "arguments": (answer, None, {}),
}
ODD_FAILURES: dict[str, tuple[Any, dict[str, Any] | None, str, str]] = {
    "in_words": (lambda _: answer(text="no such city", is_error=True), None, "tool_refused", "no such city"),
    "with_facts": (
        lambda _: answer({"code": "no_data", "message": "none"}, is_error=True),
        NUMBER,
        "no_data",
        "none",
    ),
    "of_odd_types": (
        lambda _: answer({"code": 5, "message": ["x"]}, text="odd", is_error=True),
        None,
        "tool_refused",
        "odd",
    ),
    "without_words": (lambda _: answer(is_error=True), None, "tool_failed", "the tool failed"),
    "unlike": (
        lambda _: answer({"n": "many"}),
        NUMBER,
        "bad_response",
        'unlike answered unlike its schema at n: "many" is not of type "number"',
    ),
    "not_as_promised": (
        lambda _: answer(text="1.5"),
        NUMBER,
        "bad_response",
        'not_as_promised answered unlike its schema at the whole: null is not of type "object"',
    ),
    "crash": (crash, None, "tool_failed", "crash: Internal server error"),
    "strict": (refuse_arguments, None, "bad_argument", "strict: sun is no planet"),
}


@pytest.fixture(scope="module")
def odd() -> Iterator[ToolServer]:
    server = OddServer()
    for name, (handler, schema, _) in ODD_ANSWERS.items():
        server.add(name, handler, schema)
    for name, (handler, schema, _, _) in ODD_FAILURES.items():
        server.add(name, handler, schema)
    server.add("open_ended", answer, additionalProperties=True)
    with ToolServer(server.create) as running:
        yield running


@pytest.mark.parametrize("name", ODD_ANSWERS)
async def test_an_odd_answer_is_read_as_well_as_it_can_be(odd: ToolServer, name: str) -> None:
    async with connected(odd) as broker:
        assert await broker.call(name, broker.bind_arguments(name, [], {})) == ODD_ANSWERS[name][2]


@pytest.mark.parametrize("name", ODD_FAILURES)
async def test_an_odd_failure_has_a_code_and_words(odd: ToolServer, name: str) -> None:
    async with connected(odd) as broker:
        detail = await fail(broker, name)
    assert (detail.code, detail.message) == ODD_FAILURES[name][2:]


async def test_a_tool_that_takes_anything_gets_anything(odd: ToolServer) -> None:
    async with connected(odd) as broker:
        arguments = broker.bind_arguments("open_ended", [], {"whatever": 1})
        assert await broker.call("open_ended", arguments) == {"whatever": 1}


async def test_the_first_server_wins_a_name(desk: ToolServer) -> None:
    rival = OddServer()
    rival.add("add", lambda _: answer({"total": -1}))
    rival.add("subtract", lambda _: answer({}))
    with ToolServer(rival.create) as second:
        async with connected(desk, second) as broker:
            assert await broker.call("add", {"numbers": [1]}) == {"total": 1.0}
            assert "subtract" in broker.tool_names()


async def test_a_server_that_is_not_there_is_left_out_and_named(desk: ToolServer) -> None:
    nowhere = ToolServer(create_desk).url
    async with connected(nowhere, desk) as broker:
        missing, there = broker.catalogue().servers
        assert await broker.call("add", {"numbers": [2]}) == {"total": 2.0}
    assert (missing.state, missing.tool_count) == (ServerState.FAILED, 0)
    assert missing.last_error
    assert there.state is ServerState.CONNECTED


@asynccontextmanager
async def watched(server: ToolServer, timeout_seconds: float = 5) -> AsyncIterator[Connection]:
    """The connection to one server, which runs only if somebody started it."""
    connection = Connection(ServerAddress("fragile", server.url), timeout_seconds)
    connection.start()
    try:
        yield connection
    finally:
        await connection.stop()
        server.stop()


async def test_a_server_that_comes_late_is_found() -> None:
    server = ToolServer(create_desk)
    async with watched(server) as connection:
        assert not await connection.wait_until_connected(0.2)
        assert connection.describe().state is not ServerState.CONNECTED
        server.start()
        assert await connection.wait_until_connected(5)
        assert await connection.call("add", {"numbers": [1]}) == {"total": 1.0}


async def test_a_server_that_dies_is_noted_and_used_again_when_it_is_back() -> None:
    server = ToolServer(create_desk)
    server.start()
    async with watched(server) as connection:
        assert await connection.wait_until_connected(5)
        server.stop()
        await connection.check()
        gone = connection.describe()
        server.start()
        assert await connection.call("add", {"numbers": [1]}) == {"total": 1.0}
        back = connection.describe()
    assert (gone.state, gone.tool_count) == (ServerState.FAILED, 6)
    assert gone.last_error
    assert (back.state, back.last_error) == (ServerState.CONNECTED, None)


@pytest.mark.parametrize("turns", [0, 1, 6, 12, 17, 40])
async def test_a_connection_can_be_stopped_at_any_moment_of_its_failure(turns: int) -> None:
    connection = Connection(ServerAddress("nowhere", ToolServer(create_desk).url), 5)
    connection.start()
    for _ in range(turns):
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await connection.stop()


async def test_a_call_whose_server_dies_under_it_is_made_again() -> None:
    odd = OddServer()
    arrived = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def linger(_: dict[str, Any]) -> Any:
        loop.call_soon_threadsafe(arrived.set)
        if len(odd.calls) == 1:
            await asyncio.sleep(60)
        return answer({"try": len(odd.calls)})

    odd.add("linger", linger, is_read_only=True)
    server = ToolServer(odd.create)
    server.start()
    async with watched(server, timeout_seconds=10) as connection:
        calling = asyncio.create_task(connection.call("linger", {}))
        await arrived.wait()
        await asyncio.to_thread(server.stop)
        server.start()
        assert await calling == {"try": 2}


async def test_a_server_that_stays_away_makes_the_call_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("executor.broker.connection.RECONNECT_WAIT_SECONDS", 0.2)
    server = ToolServer(create_desk)
    server.start()
    async with watched(server) as connection:
        assert await connection.wait_until_connected(5)
        server.stop()
        with pytest.raises(ToolFailure) as caught:
            await connection.call("add", {"numbers": [1]})
    detail = caught.value.detail
    assert (detail.code, detail.details) == ("server_unavailable", {"tool": "add"})
    assert "'fragile' does not answer" in detail.message


async def test_tools_that_changed_while_a_server_was_away_are_seen() -> None:
    odd = OddServer()
    odd.add("before", lambda _: answer({}))
    server = ToolServer(odd.create)
    server.start()
    async with watched(server) as connection:
        assert await connection.wait_until_connected(5)
        server.stop()
        await connection.check()
        odd.tools.clear()
        odd.add("after", lambda _: answer({"n": 1}))
        server.start()
        assert await connection.wait_until_connected(5)
        assert list(connection.tools) == ["after"]
        assert await connection.call("after", {}) == {"n": 1}


async def test_tools_that_changed_while_connected_are_seen_by_the_next_check() -> None:
    odd = OddServer()
    odd.add("first", lambda _: answer({}))
    with ToolServer(odd.create) as server:
        async with connected(server) as broker:
            odd.add("second", lambda _: answer({}))
            await broker.check()
            assert broker.tool_names() == ["first", "second"]
