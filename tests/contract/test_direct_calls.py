"""Tool calls straight over HTTP, against a server that sends exactly the bytes it is told to."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest

from executor.broker.address import ServerAddress
from executor.broker.bound_tool import BoundTool, bind_tool
from executor.broker.direct_calls import DirectCalls
from executor.broker.failure import (
    AnswerTooLarge,
    CallRefused,
    CallTimedOut,
    ConnectionLost,
    NeedsAuthorization,
)
from tests.doubles.tool_server import ToolServer

JSON, STREAM = b"application/json", b"text/event-stream; charset=utf-8"
PROGRESS = b'{"jsonrpc":"2.0","method":"notifications/progress","params":{}}'


class Bytes:
    """An HTTP server whose next answer is `status`, `kind` and `parts`; it notes what it was sent."""

    def __init__(self) -> None:
        self.status, self.kind, self.hangs = 200, JSON, False
        self.parts: Callable[[int], list[bytes]] = lambda _: []
        self.headers: dict[bytes, bytes] = {}
        self.body: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI side."""
        if scope["type"] != "http":
            return
        sent = (await receive())["body"]
        self.headers, self.body = dict(scope["headers"]), orjson.loads(sent)
        if self.hangs:
            await receive()
            return
        head = {
            "type": "http.response.start",
            "status": self.status,
            "headers": [(b"content-type", self.kind)],
        }
        await send(head)
        for part in self.parts(self.body["id"]):
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def wire() -> Iterator[tuple[Bytes, str]]:
    wire = Bytes()
    with ToolServer(lambda: wire) as server:
        yield wire, server.url


@asynccontextmanager
async def calling(url: str) -> AsyncIterator[DirectCalls]:
    """Calls to `url`, closed at the end."""
    address = ServerAddress("wire", url, headers={"Authorization": "Bearer t"})
    calls = DirectCalls(address, "2026-07-28", {"name": "test", "version": "1"})
    try:
        yield calls
    finally:
        await calls.close()


def tool(**properties: Any) -> BoundTool:
    """A tool of these arguments."""
    from mcp_types import Tool

    return bind_tool(Tool(name="get-it", input_schema={"type": "object", "properties": properties}), "wire")


def reply(number: int, result: Any) -> bytes:
    """A JSON-RPC reply."""
    return orjson.dumps({"jsonrpc": "2.0", "id": number, "result": result})


def event(data: bytes, end: bytes = b"\n") -> bytes:
    """One server-sent event."""
    return b"event: message" + end + b"data: " + data + end + end


async def test_a_call_is_one_post_with_the_headers_of_the_protocol(wire: tuple[Bytes, str]) -> None:
    server, url = wire
    server.parts = lambda number: [reply(number, {"structuredContent": {"n": 1}, "content": []})]
    region = {"type": "string", "x-mcp-header": "Region"}
    async with calling(url) as calls:
        answered = await calls.call(tool(region=region), {"region": "eu"}, 5)
    assert (answered.structured, answered.blocks, answered.is_error) == ({"n": 1}, [], False)
    assert server.body["params"]["name"] == "get-it"
    assert server.body["params"]["arguments"] == {"region": "eu"}
    assert server.body["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] == "2026-07-28"
    expected = {
        b"authorization": b"Bearer t",
        b"mcp-protocol-version": b"2026-07-28",
        b"mcp-method": b"tools/call",
        b"mcp-name": b"get-it",
        b"mcp-param-region": b"eu",
    }
    assert expected.items() <= server.headers.items()


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("size", [1, 7, 100_000])
async def test_an_answer_is_found_in_a_stream_however_it_is_cut(
    wire: tuple[Bytes, str], end: bytes, size: int
) -> None:
    server, url = wire
    server.kind = STREAM

    def cut(number: int) -> list[bytes]:
        stream = (
            b": ping" + end + end + event(PROGRESS, end) + event(reply(999, {"structuredContent": 0}), end)
        )
        stream += event(reply(number, {"structuredContent": {"text": "x" * 200}}), end)
        return [stream[place : place + size] for place in range(0, len(stream), size)]

    server.parts = cut
    async with calling(url) as calls:
        assert (await calls.call(tool(), {}, 5)).structured == {"text": "x" * 200}


async def test_a_large_answer_in_a_stream_is_read_whole(wire: tuple[Bytes, str]) -> None:
    server, url = wire
    server.kind = STREAM
    values = [place / 7 for place in range(200_000)]
    server.parts = lambda number: [event(reply(number, {"structuredContent": {"values": values}}))]
    async with calling(url) as calls:
        assert (await calls.call(tool(), {}, 10)).structured == {"values": values}


async def test_integers_beyond_64_bits_stay_exact(wire: tuple[Bytes, str]) -> None:
    server, url = wire
    server.parts = lambda number: [
        b'{"jsonrpc":"2.0","id":%d,"result":{"structuredContent":1%s}}' % (number, b"0" * 30)
    ]
    async with calling(url) as calls:
        assert (await calls.call(tool(), {}, 5)).structured == 10**30


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        (JSON, b'{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no such tool"}}', "no such tool"),
        (JSON, b'{"jsonrpc":"2.0","id":1,"error":[]}', "no JSON-RPC reply"),
        (JSON, b"[1]", "no JSON-RPC reply"),
        (JSON, b'{"result":{"structuredContent":NaN}}', "not plain JSON"),
        (JSON, b'{"result":{"structuredContent":', "not plain JSON"),
        (JSON, b'{"result":{"resultType":"input_required"}}', "asks for more (input_required)"),
        (b"text/html", b"<p>busy</p>", "HTTP 200, and no JSON"),
    ],
)
async def test_what_is_no_answer_is_refused(
    wire: tuple[Bytes, str], kind: bytes, body: bytes, said: str
) -> None:
    server, url = wire
    server.kind, server.parts = kind, lambda _: [body]
    async with calling(url) as calls:
        with pytest.raises(CallRefused) as caught:
            await calls.call(tool(), {}, 5)
    assert said in str(caught.value)


async def test_a_stream_that_ends_without_the_answer_is_a_lost_connection(wire: tuple[Bytes, str]) -> None:
    server, url = wire
    server.kind, server.parts = STREAM, lambda _: [event(PROGRESS)]
    async with calling(url) as calls:
        with pytest.raises(ConnectionLost) as caught:
            await calls.call(tool(), {}, 5)
    assert caught.value.was_sent


async def test_a_server_that_is_not_there_was_sent_nothing() -> None:
    async with calling(ToolServer(lambda: None).url) as calls:
        with pytest.raises(ConnectionLost) as caught:
            await calls.call(tool(), {}, 5)
    assert not caught.value.was_sent


async def test_a_server_that_does_not_answer_times_out(wire: tuple[Bytes, str]) -> None:
    server, url = wire
    server.hangs = True
    async with calling(url) as calls:
        with pytest.raises(CallTimedOut):
            await calls.call(tool(), {}, 0.1)


async def test_a_refused_call_needs_authorization(wire: tuple[Bytes, str]) -> None:
    server, url = wire
    server.status = 401
    async with calling(url) as calls:
        with pytest.raises(NeedsAuthorization, match="HTTP 401"):
            await calls.call(tool(), {}, 5)


@pytest.mark.parametrize("kind", [JSON, STREAM])
async def test_an_answer_without_end_is_cut_off(
    wire: tuple[Bytes, str], kind: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("executor.broker.direct_calls.ANSWER_BYTES_MAX", 100_000)
    server, url = wire
    server.kind, server.parts = kind, lambda _: [b"data: " + b"x" * 60_000] * 3
    async with calling(url) as calls:
        with pytest.raises(AnswerTooLarge):
            await calls.call(tool(), {}, 5)
