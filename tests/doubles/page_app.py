"""The addresses of the scripted API that the page asks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.responses import Response

from api_server.routes import pages
from service.http import create_http_app
from tests.doubles.page_house import Course, Execution, PageHouse, Problem, make_report, make_result
from tests.doubles.page_replies import describe_analysis, describe_item, describe_view
from tests.doubles.page_runs import run, stream, write_and_run


def create_page_app(house: PageHouse) -> FastAPI:
    """The app over what `house` knows."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        house.begin()
        yield

    app = create_http_app("page", "0", lifespan, pages.PAGE_HEADERS)
    app.include_router(pages.router)
    app.include_router(pages.text_router)
    _add_questions(app, house)
    _add_executions(app, house)
    _add_changes(app, house)
    _add_lists(app, house)
    return app


def _add_questions(app: FastAPI, house: PageHouse) -> None:
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
            asyncio.get_running_loop().create_task(write_and_run(house, execution))
        return await _reply_of(execution)

    @app.post("/conversation/confirm")
    async def confirm(request: Request) -> Response:
        body = await _read(request, house)
        held = house.executions[body["execution_id"]]
        if body["choice"] == "cancel":
            return JSONResponse({"success": True, "status": "cancelled", "question": held.question})
        held.course = Course(report=held.course.report or make_report(make_result()))
        held.status = "running"
        asyncio.get_running_loop().create_task(write_and_run(house, held))
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


def _add_executions(app: FastAPI, house: PageHouse) -> None:
    @app.get("/executions/{execution_id}/events")
    async def events(execution_id: str, after: int = 0) -> StreamingResponse:
        return StreamingResponse(stream(house, execution_id, after), media_type="text/event-stream")

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


def _add_changes(app: FastAPI, house: PageHouse) -> None:
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


def _add_lists(app: FastAPI, house: PageHouse) -> None:
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


async def _read(request: Request, house: PageHouse) -> Any:
    body = await request.json()
    house.requests.append((request.method, request.url.path, body))
    return body


async def _run_again(
    house: PageHouse, parent: Execution, body: Any, kind: str, script: str | None = None
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
    asyncio.get_running_loop().create_task(run(house, execution, course))
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
