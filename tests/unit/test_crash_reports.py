"""What an error tracker is told of a crash, and what it must not be: over the wire, with its real SDK."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request

from tests.doubles.tool_server import ToolServer

NOBODY_LISTENS = "http://k3y@127.0.0.1:9/1"
CRASHING_SERVER = """
import asyncio, logging, sys
import structlog
from service.logs import configure_server_logs
from service.settings import ServiceSettings, settings_of_server
configure_server_logs("tester", settings_of_server("tester", ServiceSettings))
def divide(secret):
    return len(secret) / 0
log = structlog.get_logger()
log.error("expected", code="SERVICE_UNAVAILABLE")
try:
    divide("ann's own question")
except ZeroDivisionError as error:
    log.exception("unexpected_error", path="/analyze", request_id="req_7", exc_info=error)
try:
    divide("ann's own question")
except ZeroDivisionError:
    logging.getLogger("library").exception("failed")
"""


class Tracker:
    """An error tracker that keeps what it is sent."""

    def __init__(self) -> None:
        self.envelopes: list[tuple[str, str]] = []
        self._server = ToolServer(self._create_app)
        self._server.start()
        self.dsn = f"http://k3y@127.0.0.1:{self._server.port}/1"

    def stop(self) -> None:
        self._server.stop()

    @property
    def events(self) -> list[dict[str, Any]]:
        """Each crash that was told."""
        return [json.loads(envelope.splitlines()[2]) for _path, envelope in self.envelopes]

    def _create_app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/api/{project}/envelope/")
        async def take(request: Request, project: str) -> dict[str, str]:
            body = await request.body()
            is_packed = request.headers.get("content-encoding") == "gzip"
            text = (gzip.decompress(body) if is_packed else body).decode()
            self.envelopes.append((project, text))
            return {"id": "1"}

        return app


@pytest.fixture
def tracker() -> Iterator[Tracker]:
    tracker = Tracker()
    yield tracker
    tracker.stop()


def crash(dsn: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CRASHING_SERVER],
        env={**os.environ, "SENTRY_DSN": dsn},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_crash_is_told_with_place_and_request_and_an_expected_failure_is_not(
    tracker: Tracker,
) -> None:
    assert crash(tracker.dsn).returncode == 0
    ours, library = tracker.events
    assert ours["tags"] == {"service": "tester", "request_id": "req_7", "path": "/analyze"}
    for told in (ours, library):
        (exception,) = told["exception"]["values"]
        assert (exception["type"], exception["value"]) == ("ZeroDivisionError", "division by zero")
        assert [frame["function"] for frame in exception["stacktrace"]["frames"]] == ["<module>", "divide"]


def test_no_variable_is_told(tracker: Tracker) -> None:
    crash(tracker.dsn)
    assert len(tracker.events) == 2
    assert all("own question" not in envelope for _project, envelope in tracker.envelopes)


def test_a_tracker_that_is_away_changes_nothing() -> None:
    ended = crash(NOBODY_LISTENS)
    assert ended.returncode == 0
    assert "division by zero" in ended.stderr


@pytest.mark.parametrize("dsn", ["there", "https://host/1", "https://k3y@host/"])
def test_an_address_that_is_none_ends_the_server_with_a_sentence(dsn: str) -> None:
    ended = crash(dsn)
    assert ended.returncode == 1
    assert ended.stderr.startswith("tester: SENTRY_DSN: ")
    assert "k3y" not in ended.stderr
