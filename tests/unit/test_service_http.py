"""The HTTP manners of every server: one error shape, request ids, loopback only, settings, logs."""

import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
import structlog
from fastapi import FastAPI, HTTPException
from pydantic import Field, ValidationError

from schemas.errors import ErrorResponse
from schemas.wire import Wire
from service.errors import BadRequest, PlatformError, Unavailable
from service.http import UnsafeAddress, check_loopback, create_http_app, serve
from service.logs import configure_logs
from service.settings import BadSetting, ServiceSettings, load_settings


class Order(Wire):
    """A body with a bound."""

    days: int = Field(ge=1)
    name: str = Field(max_length=9)


def create_app() -> FastAPI:
    """An app that fails in every foreseen way, and in one that is not."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield

    app = create_http_app("test", "1", lifespan)
    failures: dict[str, Exception] = {
        "crash": RuntimeError("the secret is 12345"),
        "group": ExceptionGroup("several", [ValueError("a"), KeyError("b")]),
        "bad": BadRequest("not so", suggestions=("Do it so.",), field="days"),
        "down": Unavailable("out of order"),
        "plain": PlatformError("broken"),
        "teapot": HTTPException(418, "a teapot"),
        "forbidden": HTTPException(403, "not yours"),
    }

    @app.post("/orders")
    async def order(body: Order) -> Order:
        return body

    @app.get("/fail/{how}")
    async def fail(how: str) -> None:
        raise failures[how]

    return app


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=create_app(), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


def read_error(reply: httpx2.Response) -> ErrorResponse:
    """The body in the one shape; anything else is a failure of the test."""
    body = ErrorResponse.model_validate(reply.json())
    assert body.request_id == reply.headers["x-request-id"]
    assert body.timestamp.tzinfo is not None
    return body


@pytest.mark.parametrize(
    ("call", "content", "status", "code"),
    [
        ("GET /nothing", None, 404, "NOT_FOUND"),
        ("GET /orders", None, 405, "METHOD_NOT_ALLOWED"),
        ("POST /orders", b"{", 422, "INVALID_JSON"),
        ("POST /orders", b"\xff\xfe", 422, "INVALID_JSON"),
        ("POST /orders", b"", 422, "INVALID_REQUEST"),
        ("POST /orders", b"[]", 422, "INVALID_REQUEST"),
        ("POST /orders", b'{"days": 0, "name": "x"}', 422, "INVALID_REQUEST"),
        ("POST /orders", b'{"days": 1, "name": "\\ud800"}', 422, "INVALID_REQUEST"),
        ("GET /fail/crash", None, 500, "INTERNAL_ERROR"),
        ("GET /fail/group", None, 500, "INTERNAL_ERROR"),
        ("GET /fail/bad", None, 422, "INVALID_REQUEST"),
        ("GET /fail/down", None, 503, "SERVICE_UNAVAILABLE"),
        ("GET /fail/plain", None, 500, "INTERNAL_ERROR"),
        ("GET /fail/teapot", None, 418, "HTTP_ERROR"),
        ("GET /fail/forbidden", None, 403, "FORBIDDEN"),
    ],
)
async def test_every_error_has_the_one_shape(
    client: httpx2.AsyncClient, call: str, content: bytes | None, status: int, code: str
) -> None:
    headers = {"content-type": "application/json"}
    reply = await client.request(*call.split(), content=content, headers=headers)
    assert reply.status_code == status
    assert read_error(reply).error.code == code


async def test_a_good_request_is_answered_and_has_an_id_too(client: httpx2.AsyncClient) -> None:
    replies = [await client.post("/orders", json={"days": 1, "name": "x"}) for _ in range(2)]
    assert [reply.json() for reply in replies] == [{"days": 1, "name": "x"}] * 2
    assert len({reply.headers["x-request-id"] for reply in replies}) == 2


async def test_the_wrong_fields_are_named(client: httpx2.AsyncClient) -> None:
    error = read_error(await client.post("/orders", json={"days": 0, "extra": 1})).error
    assert error.message == "not accepted: days, name, extra"
    assert [field["field"] for field in error.details["fields"]] == ["days", "name", "extra"]


async def test_an_error_keeps_its_facts_and_its_next_step(client: httpx2.AsyncClient) -> None:
    body = read_error(await client.get("/fail/bad"))
    assert (body.error.message, body.error.details) == ("not so", {"field": "days"})
    assert body.recovery_suggestions == ["Do it so."]


async def test_a_crash_tells_nothing_of_the_inside(client: httpx2.AsyncClient) -> None:
    reply = await client.get("/fail/crash")
    assert "12345" not in reply.text
    assert "Traceback" not in reply.text
    assert read_error(reply).recovery_suggestions


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.9.10"])
def test_a_loopback_address_may_be_listened_on(host: str) -> None:
    check_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "10.0.0.1"])  # noqa: S104  it must refuse
def test_any_other_address_is_refused(host: str) -> None:
    with pytest.raises(UnsafeAddress, match=r"no access control; use 127\.0\.0\.1"):
        serve(create_app(), host, 0)


def test_settings_come_from_the_environment_and_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "WARNING")
    monkeypatch.setenv("LOG_FORMAT", "")
    monkeypatch.setenv("UNKNOWN_SETTING", "x")
    settings = ServiceSettings(_env_file=None)
    assert (settings.log_level, settings.log_format, settings.qna_data_dir) == (
        "WARNING",
        "json",
        Path(".qna"),
    )
    with pytest.raises(ValidationError):
        settings.log_level = "INFO"  # type: ignore[misc]


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "LOUD")
    with pytest.raises(BadSetting, match=r"^LOG_LEVEL: Input should be 'DEBUG'"):
        load_settings(ServiceSettings, _env_file=None)


@pytest.mark.parametrize(
    ("module", "variables", "sentence"),
    [
        ("executor", {"SCRIPT_ISOLATION": "false"}, "SCRIPT_ISOLATION: the jail cannot be switched off"),
        ("executor", {"EXECUTION_TIMEOUT_SECONDS": "soon"}, "EXECUTION_TIMEOUT_SECONDS: Input should be"),
        ("api_server", {"JWT_SECRET": "s3cret"}, "JWT_SECRET: must have at least 32 bytes"),
        ("mcp_servers.financial", {"ALPACA_API_KEY": "k3y"}, "set both ALPACA_API_KEY and ALPACA_SECRET_KEY"),
        ("mcp_servers.analytics", {"ANALYTICS_MCP_URL": "there"}, "ANALYTICS_MCP_URL: Input should be"),
        ("mcp_servers.validation", {"LOG_FORMAT": "xml"}, "LOG_FORMAT: Input should be"),
    ],
)
def test_a_server_with_a_wrong_setting_ends_with_a_sentence_that_gives_no_value_away(
    module: str, variables: dict[str, str], sentence: str
) -> None:
    command = [sys.executable, "-m", module]
    ended = subprocess.run(
        command, env={**os.environ, **variables}, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert f"{module.rpartition('.')[2]}: {sentence}" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert not {"s3cret", "k3y"} & set(ended.stderr.split("'"))


def test_every_setting_is_described() -> None:
    assert all(field.description for field in ServiceSettings.model_fields.values())


@pytest.fixture
def logs() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.mark.usefixtures("logs")
def test_our_log_lines_and_those_of_libraries_have_one_form(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("tester", "INFO")
    structlog.get_logger().info("it_happened", symbol="KO")
    logging.getLogger("library").warning("careful")
    logging.getLogger("library").debug("unheard")
    ours, theirs = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (ours["event"], ours["symbol"], ours["service"], ours["level"]) == (
        "it_happened",
        "KO",
        "tester",
        "info",
    )
    assert (theirs["event"], theirs["service"], theirs["level"]) == ("careful", "tester", "warning")
    assert datetime.fromisoformat(ours["timestamp"]).tzinfo is not None


async def test_the_request_id_is_in_every_log_line_of_the_request() -> None:
    seen: list[Any] = []
    app = create_app()

    @app.get("/log")
    async def log() -> None:
        await asyncio.sleep(0)
        seen.append(structlog.contextvars.get_contextvars())

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as opened:
        reply = await opened.get("/log")
    assert seen == [{"request_id": reply.headers["x-request-id"]}]
    assert structlog.contextvars.get_contextvars() == {}
