"""What the body of a request may cost: bytes and time, each refused in the one error shape."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import nullcontext
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from schemas.errors import ErrorResponse
from schemas.wire import Wire
from service.http import create_http_app
from service.request_limits import limit_requests
from tests.doubles.api_app import make_api_settings, opened_app

BODY_BYTES_MAX = 100
TOO_MUCH = b"x" * (BODY_BYTES_MAX + 1)


class Note(Wire):
    """A body of any size."""

    text: str


def create_app(arrival_seconds_max: float) -> FastAPI:
    """Reads bodies as a model and as bytes, and has a reply that is a stream."""
    app = create_http_app("test", "1", lambda _app: nullcontext())
    limit_requests(app, BODY_BYTES_MAX, arrival_seconds_max)

    @app.post("/notes")
    async def note(body: Note) -> int:
        return len(body.text)

    @app.post("/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    @app.get("/lines")
    async def lines() -> StreamingResponse:
        return StreamingResponse(iter(["one", "two"]))

    return app


def open_client(arrival_seconds_max: float = 30.0) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(create_app(arrival_seconds_max), raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://test")


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for place in range(0, len(body), 30):
        yield body[place : place + 30]


async def for_ever() -> AsyncIterator[bytes]:
    yield b"{"
    await asyncio.Event().wait()


def read_error(reply: httpx2.Response) -> tuple[int, str]:
    """Status and code of a refusal that says what to do next and which request it was."""
    body = ErrorResponse.model_validate(reply.json())
    assert body.recovery_suggestions
    assert reply.headers["connection"] == "close"
    assert body.request_id == reply.headers["x-request-id"]
    return reply.status_code, body.error.code


@pytest.mark.parametrize("path", ["/notes", "/raw", "/nowhere", "/lines"])
async def test_a_body_that_is_announced_too_large_is_refused_at_every_address(path: str) -> None:
    async with open_client() as client:
        reply = await client.post(path, content=TOO_MUCH)
    assert read_error(reply) == (413, "REQUEST_TOO_LARGE")


@pytest.mark.parametrize("path", ["/notes", "/raw"])
async def test_a_body_that_grows_too_large_is_refused(path: str) -> None:
    async with open_client() as client:
        reply = await client.post(path, content=in_pieces(TOO_MUCH))
    assert read_error(reply) == (413, "REQUEST_TOO_LARGE")


@pytest.mark.parametrize("path", ["/notes", "/raw"])
async def test_a_body_that_never_ends_is_not_waited_for(path: str) -> None:
    async with open_client(arrival_seconds_max=0.01) as client:
        reply = await client.post(path, content=for_ever())
    assert read_error(reply) == (408, "REQUEST_TIMEOUT")


async def test_a_body_of_just_the_size_arrives_whole_at_once_and_in_pieces() -> None:
    body = TOO_MUCH[:BODY_BYTES_MAX]
    async with open_client() as client:
        replies = [await client.post("/raw", content=content) for content in (body, in_pieces(body))]
    assert [reply.json() for reply in replies] == [BODY_BYTES_MAX, BODY_BYTES_MAX]


async def test_a_reply_may_take_longer_than_a_request() -> None:
    async with open_client(arrival_seconds_max=0.0) as client:
        reply = await client.get("/lines")
    assert reply.text == "onetwo"


async def test_the_api_server_has_the_limits_of_its_settings(tmp_path: Path) -> None:
    settings = make_api_settings(tmp_path, max_request_size_mb=1)
    async with opened_app(settings) as client:
        question = {"question": "How volatile was KO?", "session_id": "x" * 1_100_000}
        reply = await client.post("/analyze", json=question)
    assert read_error(reply) == (413, "REQUEST_TOO_LARGE")
