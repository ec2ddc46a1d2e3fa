"""The real page over a scripted API, as a server on a port of its own."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.responses import Response

from api_server.routes import pages
from schemas.progress import ProgressType
from service.http import create_http_app
from tests.doubles.page_house import Course, Execution, Problem, make_report, make_result
from tests.doubles.page_replies import describe_analysis, describe_item, describe_view

START_SECONDS_MAX = 10.0


class PageServer:
    """Answers as the API server does; `courses` says what happens to a question that holds a word."""

    def __init__(self) -> None:
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.loop = asyncio.new_event_loop()
        self.forget()
        self._start()

    def forget(self) -> None:
        """As new: no question was ever asked."""
        self.courses: dict[str, Course] = {}
        self.executions: dict[str, Execution] = {}
        self.requests: list[tuple[str, str, Any]] = []
        self.runs_started = 0
        self.similar: list[dict[str, Any]] = []
        self.findings: list[dict[str, Any]] = []
        self.provenance: dict[str, Any] = {}
        self.replay: dict[str, Any] = {"is_identical": True, "divergences": [], "changed_versions": []}
        self.is_simulated = True
        self.health_facts: dict[str, Any] = {"provider": "offline", "models": ["offline"]}

    def course_of(self, question: str) -> Course:
        """What happens to `question`."""
        found = [course for word, course in self.courses.items() if word in question]
        return found[0] if found else Course(report=make_report(make_result()))

    def let_go(self) -> None:
        """Everything that waits goes on."""
        for execution in list(self.executions.values()):
            self.call(execution.release.set)

    def tell(self, kind: str, **data: Any) -> None:
        """One more event of every execution under way."""
        for execution in list(self.executions.values()):
            if execution.status == "running":
                self.call(partial(execution.tell, kind, **data))

    def call(self, action: Callable[[], Any]) -> None:
        """Do something in the server's own thread, and wait for it."""

        async def act() -> None:
            action()

        asyncio.run_coroutine_threadsafe(act(), self.loop).result(timeout=5)

    def sent(self, method: str, ending: str) -> list[Any]:
        """The bodies of requests whose path ends so."""
        return [body for verb, path, body in self.requests if verb == method and path.endswith(ending)]

    def stop(self) -> None:
        """End the server; what it knows stays."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(timeout=10)

    def restart(self) -> None:
        """A new server at the same address that knows the same."""
        self.loop = asyncio.new_event_loop()
        for execution in self.executions.values():
            execution.changed, execution.release = asyncio.Event(), asyncio.Event()
        self._start()

    def _start(self) -> None:
        app = create_page_app(self)
        config = uvicorn.Config(app, port=self.port, log_level="critical", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        _wait_until(lambda: self._server.started)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        """Serve until told to stop, then hang up on everybody, as a server does that is killed."""
        await self._server.serve()
        for connection in list(self._server.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0.05)


def create_page_app(house: PageServer) -> FastAPI:
    """The app over what `house` knows."""
    app = create_http_app("page", "0", None, pages.PAGE_HEADERS)  # type: ignore[arg-type]
    app.include_router(pages.router)
    app.include_router(pages.text_router)
    app.include_router(pages.text_router)
    _add_questions(app, house)
    _add_executions(app, house)
    _add_changes(app, house)
    _add_lists(app, house)

    @app.get("/crash")
    async def crash() -> None:
        raise RuntimeError("a test wants to see the reply to a crash")

    return app


def _add_questions(app: FastAPI, house: PageServer) -> None:
    @app.post("/analyze")
    async def analyze(request: Request) -> Response:
        body = await _read(request, house)
        execution_id = f"exec_{body['request_id'].replace('-', '')}"
        execution = house.executions.get(execution_id)
        if execution is None:
            course = house.course_of(body["question"])
            execution = Execution(
                execution_id, body["question"], body["session_id"], course, root_id=execution_id
            )
            execution.values = dict(course.values)
            house.executions[execution_id] = execution
            execution.script = course.script
            asyncio.get_running_loop().create_task(_write_and_run(house, execution))
        return await _reply_of(execution)

    @app.post("/conversation/confirm")
    async def confirm(request: Request) -> Response:
        body = await _read(request, house)
        held = house.executions[body["execution_id"]]
        if body["choice"] == "cancel":
            return JSONResponse({"success": True, "status": "cancelled", "question": held.question})
        held.course = Course(report=held.course.report or make_report(make_result()))
        held.status = "running"
        asyncio.get_running_loop().create_task(_write_and_run(house, held))
        return await _reply_of(held)

    @app.post("/execute")
    async def execute(request: Request) -> Response:
        body = await _read(request, house)
        parent = house.executions[body["execution_id"]]
        return await _run_again(house, parent, body, "edited", script=body["script"])

    @app.post("/validate")
    async def validate(request: Request) -> Any:
        body = await _read(request, house)
        findings = house.findings if "import os" in body["script"] else []
        return {"valid": not findings, "errors": findings, "warnings": []}


def _add_executions(app: FastAPI, house: PageServer) -> None:
    @app.get("/executions/{execution_id}/events")
    async def events(execution_id: str, after: int = 0) -> StreamingResponse:
        return StreamingResponse(_stream(house, execution_id, after), media_type="text/event-stream")

    @app.get("/executions/{execution_id}")
    async def find(execution_id: str) -> Response:
        execution = house.executions.get(execution_id)
        if execution is None:
            return _problem(Problem(404, "NOT_FOUND", "there is no such execution"))
        return JSONResponse({"success": True, "data": describe_view(execution)})

    @app.post("/executions/{execution_id}/rerun")
    async def rerun(execution_id: str, request: Request) -> Response:
        return await _run_again(house, house.executions[execution_id], await _read(request, house), "rerun")

    @app.post("/executions/{execution_id}/cancel")
    async def cancel(execution_id: str, request: Request) -> Any:
        await _read(request, house)
        execution = house.executions[execution_id]
        execution.status, execution.error = "failed", Problem(409, "CANCELLED", "it was stopped")
        execution.release.set()
        return {"success": True}


def _add_changes(app: FastAPI, house: PageServer) -> None:
    @app.post("/executions/{execution_id}/{action}")
    async def act(execution_id: str, action: str, request: Request) -> Any:
        body = await _read(request, house)
        execution = house.executions[execution_id]
        if action == "feedback":
            execution.trust = "confirmed" if body["correct"] else "withdrawn"
        if action == "restore":
            execution.is_deleted = False
        return {"success": True, "data": house.replay if action == "replay" else {}}

    @app.get("/executions/{execution_id}/{what}")
    async def read(execution_id: str, what: str) -> Any:
        answers = {"provenance": house.provenance, "export": {"format": 1, "execution_id": execution_id}}
        return {"success": True, "data": answers[what]} if what == "provenance" else answers[what]

    @app.patch("/executions/{execution_id}")
    async def change(execution_id: str, request: Request) -> Any:
        body = await _read(request, house)
        execution = house.executions[execution_id]
        execution.title = body.get("title", execution.title)
        execution.is_pinned = body.get("is_pinned", execution.is_pinned)
        return {"success": True}

    @app.delete("/executions/{execution_id}")
    async def delete(execution_id: str, request: Request) -> Any:
        house.requests.append(("DELETE", request.url.path, None))
        house.executions[execution_id].is_deleted = True
        return {"success": True}


def _add_lists(app: FastAPI, house: PageServer) -> None:
    @app.get("/executions")
    async def listed(request: Request) -> Any:
        asked = {"root_id": "", "session_id": "", "q": "", "kind": "", "cursor": "0", **request.query_params}
        chosen = [
            each
            for each in house.executions.values()
            if not each.is_deleted
            and asked["root_id"] in ("", each.root_id)
            and asked["session_id"] in ("", each.session_id)
            and asked["kind"] in ("", each.kind)
            and asked["q"].lower() in (each.title or each.question).lower()
        ]
        chosen.sort(key=lambda each: each.created_at, reverse=True)
        start = int(asked["cursor"])
        following = str(start + 50) if len(chosen) > start + 50 else None
        page = {
            "executions": [describe_item(each) for each in chosen[start : start + 50]],
            "next_cursor": following,
        }
        return {"success": True, "data": page}

    @app.get("/questions/examples")
    async def examples() -> Any:
        kinds = ["risk", "trend", "compare", "fundamentals", "what if", "portfolio"]
        questions = [f"What does example {number} show?" for number in range(1, 7)]
        found = [
            {"kind": kind, "question": question} for kind, question in zip(kinds, questions, strict=True)
        ]
        return {"success": True, "questions": found}

    @app.get("/questions/similar")
    async def similar(q: str) -> Any:
        return {"success": True, "questions": house.similar if len(q) > 5 else []}

    @app.get("/health")
    async def health() -> Any:
        parts = [{"name": "llm", "status": "up", "detail": "", "facts": house.health_facts}]
        parts.append(
            {"name": "financial", "status": "up", "detail": "", "facts": {"simulated": house.is_simulated}}
        )
        return {"service": "api_server", "status": "up", "version": "0", "parts": parts}


async def _read(request: Request, house: PageServer) -> Any:
    body = await request.json()
    house.requests.append((request.method, request.url.path, body))
    return body


async def _write_and_run(house: PageServer, execution: Execution) -> None:
    """Tell what the pipeline tells, in its order, then end as the course says."""
    course = execution.course
    steps: list[tuple[str, dict[str, Any]]] = [
        (ProgressType.ACCEPTED, {"question": execution.question}),
        (ProgressType.UNDERSTOOD, {"question": execution.question, "expanded_question": course.expanded}),
    ]
    if course.confirmation is None:
        steps += [
            (ProgressType.WRITING, {"attempt": 1}),
            (ProgressType.SCRIPT_GROWN, {"attempt": 1, "lines": 8}),
            ("a_kind_that_nobody_knows", {"something": "else"}),
            (ProgressType.WRITTEN, {"attempt": 1, "lines": 12, "model": "offline"}),
            (ProgressType.VALIDATING, {"attempt": 1}),
            *((ProgressType.REPAIRING, {"attempt": 1, "problem": text}) for text in course.repairs),
            (ProgressType.VALIDATED, {"attempt": 1, "valid": True, "findings": [], "mcp_calls": []}),
        ]
    await _play(execution, steps)
    if course.confirmation is not None:
        execution.tell(ProgressType.CONFIRMATION_NEEDED, **course.confirmation)
        execution.status = "pending"
        execution.release.set()
        return
    await _run(house, execution, course)


async def _run(house: PageServer, execution: Execution, course: Course) -> None:
    house.runs_started += 1
    report = course.report
    steps: list[tuple[str, dict[str, Any]]] = [(ProgressType.RUNNING, {"attempt": 1})]
    for call in report.metadata.tool_calls if report else []:
        shown = call.model_dump(mode="json")
        steps.append((ProgressType.TOOL_CALL_STARTED, {"tool": call.tool, "arguments": call.arguments}))
        steps.append((ProgressType.TOOL_CALL_FINISHED, {"call": shown}))
    await _play(execution, [*steps, *course.extra_events, (ProgressType.STEP, {"text": "ranking"})])
    if execution.error is None:
        _end(execution, course)


def _end(execution: Execution, course: Course) -> None:
    if course.problem is not None:
        execution.error, execution.status = course.problem, "failed"
        execution.tell(ProgressType.FAILED, code=course.problem.code, message=course.problem.message)
    else:
        report = course.report
        assert report is not None
        execution.report, execution.status = report, "success" if report.success else "failed"
        execution.tell(ProgressType.FINISHED, outcome=report.outcome.value)
    execution.release.set()


async def _play(execution: Execution, steps: list[tuple[str, dict[str, Any]]]) -> None:
    for kind, data in steps:
        if execution.error is not None:
            return
        execution.tell(kind, **data)
        await asyncio.sleep(0)
        if kind == execution.course.waits_after and not execution.has_waited:
            execution.has_waited = True
            await execution.release.wait()


async def _run_again(
    house: PageServer, parent: Execution, body: Any, kind: str, script: str | None = None
) -> Response:
    execution_id = f"exec_{body['request_id'].replace('-', '')}"
    values = {**parent.values, **body["parameters"]}
    course = house.courses.get(kind) or Course(
        report=make_report(make_result(values.get("days", 120)), parameters=values), values=values
    )
    execution = Execution(
        execution_id, parent.question, parent.session_id, course, parent.root_id, kind, parent.id
    )
    execution.values, execution.script = values, script or parent.script
    house.executions[execution_id] = execution
    asyncio.get_running_loop().create_task(_run(house, execution, course))
    if kind == "edited":
        return await _reply_of(execution)
    await execution.ended()
    if execution.error is not None:
        return _problem(execution.error)
    return JSONResponse({"success": True, "execution_id": execution_id, "status": "success"})


async def _reply_of(execution: Execution) -> Response:
    await execution.ended()
    if execution.error is not None:
        return _problem(execution.error)
    found = describe_analysis(execution)
    if execution.status == "pending":
        proposed = execution.course.confirmation or {}
        found |= {"expanded_question": proposed["expanded_question"], "understanding": proposed}
    status = "confirmation_needed" if execution.status == "pending" else "success"
    return JSONResponse(
        {"success": True, "data": found, "timestamp": execution.created_at.isoformat(), "status": status}
    )


async def _stream(house: PageServer, execution_id: str, after: int) -> AsyncIterator[str]:
    for _ in range(500):
        if execution_id in house.executions:
            break
        await asyncio.sleep(0.01)
    else:
        return
    execution, sent = house.executions[execution_id], after
    while True:
        changed = execution.changed
        for event in execution.events[sent:]:
            sent = event["sequence"]
            yield f"id: {sent}\ndata: {json.dumps(event)}\n\n"
            is_last = event["type"] in ("finished", "failed", "confirmation_needed")
            if is_last and event is execution.events[-1]:
                return
        await changed.wait()


def _problem(problem: Problem) -> JSONResponse:
    body = {
        "success": False,
        "error": {"code": problem.code, "message": problem.message, "details": problem.details},
        "recovery_suggestions": ["Try again."],
        "timestamp": datetime.now(UTC).isoformat(),
        "request_id": "req_1",
    }
    headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else None
    return JSONResponse(body, status_code=problem.status, headers=headers)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _wait_until(condition: Callable[[], bool]) -> None:
    waiting = threading.Event()
    for _ in range(int(START_SECONDS_MAX * 100)):
        if condition():
            return
        waiting.wait(0.01)
    raise TimeoutError("the page's server did not start")
