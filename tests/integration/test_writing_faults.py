"""Faults that are not the script's never reach the model, and nothing goes on for somebody who has left."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from api_server.app import create_app
from api_server.llm.provider import CannotAnswer, Draft, OnText, ScriptTask, ignore_text
from api_server.llm.providers.scripted import ScriptedProvider
from api_server.settings import ApiSettings
from schemas.analysis import Model
from schemas.errors import ErrorDetail, ErrorResponse
from schemas.execution import ExecutionReport, Outcome
from schemas.ids import execution_id_of
from schemas.tools import ToolCatalogue
from schemas.validation import ValidationReport
from tests.doubles.asked_api import asked_api, draft, prepared
from tests.doubles.execution_server import ExecutionServer
from tests.doubles.tool_server import ToolServer

GOOD = "result = {'description': 'ok', 'body': []}"
ENDLESS = "while True: pass\nresult = 1"
SLOW_TOOL = "from mcp_client import wait\nresult = wait(seconds=60)"


def failing_executor(status: int, body: str) -> FastAPI:
    """An execution server that finds every script valid and answers `/execute` with `body`."""
    app = FastAPI()
    valid = ValidationReport(valid=True, security_score=100, estimated_runtime_ms=1)
    nothing = ToolCatalogue(tools=[], servers=[], digest="d")
    app.get("/tools")(lambda: nothing)
    app.post("/validate")(lambda: valid)

    @app.post("/execute")
    def execute() -> JSONResponse:
        reply = JSONResponse(None, status_code=status)
        reply.body = body.encode()
        reply.headers["content-length"] = str(len(reply.body))
        return reply

    return app


def problem(code: str) -> str:
    detail = ErrorDetail(code=code, message="the jail cannot run anything")
    return ErrorResponse(error=detail, request_id="r").model_dump_json()


def last_event(outcome: Outcome) -> str:
    """A stream that ends at once with a report of `outcome`."""
    report = ExecutionReport(
        success=False,
        execution_id="e",
        outcome=outcome,
        execution_time_ms=1,
        error=ErrorDetail(code="SCRIPT_CRASHED", message="it ended"),
    )
    event = {"type": "finished", "execution_id": "e", "at_ms": 1, "report": report.model_dump(mode="json")}
    return httpx2.Request("POST", "http://x", json=event).content.decode() + "\n"


AWAY, FULL = "EXECUTION_SERVER_UNAVAILABLE", "EXECUTION_QUEUE_FULL"


@pytest.mark.parametrize(
    ("status", "body", "code", "retry_after"),
    [
        (503, problem("JAIL_UNAVAILABLE"), AWAY, None),
        (503, problem(FULL), FULL, "2"),
        (200, '{"type": ', AWAY, None),
    ],
    ids=["jail", "queue", "stream breaks off"],
)
async def test_a_platform_that_cannot_run_it_is_503_and_no_matter_for_the_model(
    api_folder: Path, status: int, body: str, code: str, retry_after: str | None
) -> None:
    provider = prepared(GOOD, GOOD)
    with ToolServer(lambda: failing_executor(status, body)) as server:
        stand_in: Any = ExecutionServer.__new__(ExecutionServer)
        stand_in.url = server.url.removesuffix("/mcp")
        async with asked_api(stand_in, api_folder, provider) as api:
            reply = await api.post(question="How volatile was KO?")
    assert reply.status_code == 503
    assert reply.json()["error"]["code"] == code
    assert reply.headers.get("retry-after") == retry_after
    assert len(provider.tasks) == 1


@pytest.mark.parametrize(
    "answer", [CannotAnswer("there are no option chains", "How volatile was KO?"), draft("import os")]
)
async def test_what_kept_a_question_from_an_answer_stays_on_its_record(
    executor: ExecutionServer, api_folder: Path, answer: Draft | CannotAnswer
) -> None:
    request_id = uuid4()
    async with asked_api(executor, api_folder, prepared(answer), script_repairs_max=0) as api:
        reply = await api.post(question="What was refused?", request_id=str(request_id))
        kept = (await api.client.get(f"/executions/{execution_id_of(request_id)}")).json()["data"]
    assert reply.status_code == 422
    told = reply.json()
    assert kept["error_code"] == told["error"]["code"]
    assert kept["error_details"] == told["error"]["details"]
    assert kept["recovery_suggestions"] == told["recovery_suggestions"]


@pytest.mark.parametrize("outcome", [Outcome.CRASHED, Outcome.CANCELLED])
async def test_what_may_be_the_platforms_or_somebodys_doing_is_not_sent_back(
    api_folder: Path, outcome: Outcome
) -> None:
    provider = prepared(GOOD, GOOD)
    with ToolServer(lambda: failing_executor(200, last_event(outcome))) as server:
        stand_in: Any = ExecutionServer.__new__(ExecutionServer)
        stand_in.url = server.url.removesuffix("/mcp")
        async with asked_api(stand_in, api_folder, provider) as api:
            data = await api.ask()
    assert data["execution"]["outcome"] == outcome
    assert len(provider.tasks) == 1


@pytest.mark.parametrize(("script", "is_sent"), [(ENDLESS, True), (SLOW_TOOL, False)], ids=["script", "tool"])
async def test_a_script_that_is_too_slow_goes_back_unless_its_tools_were(
    executor: ExecutionServer, api_folder: Path, script: str, is_sent: bool
) -> None:
    provider = prepared(script, GOOD)
    async with asked_api(executor, api_folder, provider, execution_timeout_seconds=1) as api:
        data = await api.ask()
    assert data["attempts"][0]["outcome"] == "timed_out"
    assert (len(provider.tasks) == 2) is is_sent


class HangingProvider(ScriptedProvider):
    """Begins to write and never ends; `was_stopped` once it is told to stop."""

    def __init__(self) -> None:
        super().__init__([])
        self.is_writing = asyncio.Event()
        self.was_stopped = asyncio.Event()

    async def models(self) -> list[Model]:
        return [Model(id="hanging", provider=self.name, default=True)]

    async def write_script(self, _task: ScriptTask, on_text: OnText = ignore_text) -> Draft:
        await on_text("import pandas\n")
        self.is_writing.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.was_stopped.set()
        raise AssertionError


async def test_a_provider_that_takes_too_long_is_stopped(executor: ExecutionServer, api_folder: Path) -> None:
    provider = HangingProvider()
    async with asked_api(executor, api_folder, provider, llm_timeout_seconds=0.1) as api:
        reply = await api.post(question="How volatile was KO?")
    assert reply.status_code == 504
    assert provider.was_stopped.is_set()


@asynccontextmanager
async def listening(
    executor: ExecutionServer, folder: Path, provider: ScriptedProvider
) -> AsyncIterator[str]:
    """The API server behind a real socket, in this process and this loop."""
    import uvicorn

    settings = ApiSettings(_env_file=None, execution_server_url=executor.url, qna_data_dir=folder)
    server = uvicorn.Server(uvicorn.Config(create_app(settings, provider), port=0, log_config=None))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await asyncio.wait_for(serving, 20)


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        await asyncio.sleep(0.01)


async def hang_up_when(condition: Callable[[], bool], url: str, **body: Any) -> None:
    """Ask, and close the connection once `condition` holds."""
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
        asking = asyncio.create_task(client.post(f"{url}/analyze", json={"question": "KO?", **body}))
        await until(condition)
        asking.cancel()
        await asyncio.wait({asking})


async def test_hanging_up_stops_the_provider(executor: ExecutionServer, api_folder: Path) -> None:
    provider = HangingProvider()
    async with listening(executor, api_folder, provider) as url:
        await hang_up_when(provider.is_writing.is_set, url)
        await asyncio.wait_for(provider.was_stopped.wait(), 10)


async def test_hanging_up_stops_the_run_on_the_execution_server(
    executor: ExecutionServer, api_folder: Path
) -> None:
    provider = prepared(ENDLESS)
    async with listening(executor, api_folder, provider) as url:
        await hang_up_when(lambda: executor.jail_facts()["running"] == 1, url)
        await until(lambda: executor.jail_facts()["running"] == 0)


async def test_who_can_come_back_does_not_stop_it_by_leaving(
    executor: ExecutionServer, api_folder: Path
) -> None:
    provider = ScriptedProvider([draft("import time\nfrom mcp_client import wait\nresult = wait(seconds=1)")])
    async with listening(executor, api_folder, provider) as url:
        await hang_up_when(lambda: executor.jail_facts()["running"] == 1, url, request_id=str(uuid4()))
        before = completed_runs(executor)
        # A run leaves the jail a moment before it is counted.
        await until(lambda: completed_runs(executor) == before + 1)


def completed_runs(executor: ExecutionServer) -> float:
    """Of all executions so far."""
    lines = executor.http.get("/metrics").text.splitlines()
    counts = [line for line in lines if line.startswith('qna_executions_total{outcome="completed"')]
    return sum(float(line.rpartition(" ")[2]) for line in counts)
