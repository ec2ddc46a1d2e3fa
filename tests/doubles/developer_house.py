"""An API server with a seeded database over a stand-in of the execution server, for the developer pages."""

import json
from datetime import datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api_server.storage.opened import Storage
from api_server.storage.tables import chat_sessions, execution_attempts, executions
from schemas.execution import ExecutionMetadata, ExecutionReport, Outcome, ToolCall
from schemas.tools import Server, ServerState
from tests.doubles.tool_catalogues import OURS, read_catalogue

SECRETS = ("hunter2-hunter2", "sk-ant-REAL0123456789abcdef", "eyJhbGciOi.eyJzdWIiOiJhIn0.c2lnbmF0dXJl")
HOSTILE = "<img src=x onerror=alert(1)>"
COUNTERS = """# TYPE qna_executions_total counter
qna_executions_total{outcome="completed"} 7.0
qna_executions_total{outcome="raised"} 2.0
# TYPE qna_tool_calls_total counter
qna_tool_calls_total{tool="a",success="true"} 30.0
qna_tool_calls_total{tool="b",success="false"} 4.0
# TYPE qna_executions_running gauge
qna_executions_running 2.0
# TYPE qna_executions_waiting gauge
qna_executions_waiting 3.0
# TYPE qna_children_ready gauge
qna_children_ready{kind="light"} 5.0
"""


def create_execution_stand_in() -> Starlette:
    """Knows the tools of our three servers and of one that is lost, and what it counted."""
    known = read_catalogue(*OURS)
    lost = Server(
        name="broken",
        url="stdio:broken",
        state=ServerState.FAILED,
        last_error=f"ConnectError: password={SECRETS[0]} was refused {HOSTILE}",
        stderr_tail=[f"Authorization: Bearer {SECRETS[2]}", f"using key {SECRETS[1]}"],
    )
    alive = [server.model_copy(update={"latency_ms": 4.5}) for server in known.servers]
    catalogue = known.model_copy(update={"servers": [*alive, lost]}).model_dump_json()

    async def tools(_: Request) -> Response:
        return Response(catalogue, media_type="application/json")

    async def metrics(_: Request) -> Response:
        return PlainTextResponse(COUNTERS)

    return Starlette(routes=[Route("/tools", tools), Route("/metrics", metrics)])


def a_call(tool: str, duration_ms: float, **facts: Any) -> dict[str, Any]:
    """A data call as a report has it."""
    call = ToolCall(tool=tool, arguments={}, started_ms=0, duration_ms=duration_ms)
    return {**call.model_dump(mode="json"), **facts}


ORDINARY: dict[str, Any] = {
    "title": "",
    "expanded_question": "",
    "explanation": "",
    "request_digest": "0" * 64,
    "kind": "question",
    "is_pinned": False,
    "model": "m-1",
    "parameters": {},
    "parameter_schema": {},
    "mcp_calls": [],
    "warnings": [],
    "trust": "ran",
    "execution_time_ms": 1000.0,
}
"""Columns of an execution that have to hold something."""


class Seed:
    """Writes executions into a database as if they had happened."""

    def __init__(self, storage: Storage, now: datetime) -> None:
        self._storage = storage
        self.now = now
        self._count = 0

    async def add(
        self,
        ago: timedelta,
        calls: list[dict[str, Any]] | None = None,
        outcome: Outcome | None = Outcome.COMPLETED,
        user_id: str = "local",
        **facts: Any,
    ) -> str:
        """One execution that began `ago`; `facts` are columns, `stages` and `is_from_cache`. Its id."""
        self._count += 1
        execution_id, begun = f"exec_{self._count}", self.now - ago
        is_from_cache, stages = facts.pop("is_from_cache", False), facts.pop("stages", {})
        row = {
            **ORDINARY,
            "id": execution_id,
            "root_id": execution_id,
            "user_id": user_id,
            "session_id": await self._open_session(user_id, begun),
            "question": f"Question {self._count}",
            "metadata": {"stages": [{"stage": name, "duration_ms": ms} for name, ms in stages.items()]},
            "status": "success" if outcome in (Outcome.COMPLETED, None) else "failed",
            "outcome": outcome,
            "report": _report(execution_id, outcome, calls or [], is_from_cache) if outcome else None,
            **dict.fromkeys(("created_at", "started_at", "completed_at"), begun),
            **facts,
        }
        async with self._storage.database.writing() as connection:
            await connection.execute(executions.insert().values(row))
        return execution_id

    async def _open_session(self, user_id: str, now: datetime) -> str:
        """The id of the user's one session."""
        session_id, database = f"sess_{user_id}", self._storage.database
        row = {"id": session_id, "user_id": user_id, "title": "", "created_at": now, "updated_at": now}
        row |= {"metadata": {}, "is_pinned": False}
        async with database.writing() as connection:
            await self._storage.users.add(connection, user_id)
            await connection.execute(database.insert(chat_sessions).values(row).on_conflict_do_nothing())
        return session_id

    async def attempt(self, execution_id: str, *codes: str) -> None:
        """A script that was refused with these findings."""
        findings = [{"code": code, "message": "", "line": 1, "column": 1, "hint": ""} for code in codes]
        row = {
            "execution_id": execution_id,
            "number": 1,
            "python_code": "",
            "findings": findings,
            "problem": "",
        }
        row |= {"model": "m-1", "duration_ms": 1.0, "created_at": self.now}
        async with self._storage.database.writing() as connection:
            await connection.execute(execution_attempts.insert().values(row))


def _report(
    execution_id: str, outcome: Outcome, calls: list[dict[str, Any]], is_from_cache: bool
) -> dict[str, Any]:
    metadata = ExecutionMetadata(tool_calls=[ToolCall(**call) for call in calls], cache_hit=is_from_cache)
    report = ExecutionReport(
        success=outcome is Outcome.COMPLETED,
        execution_id=execution_id,
        outcome=outcome,
        execution_time_ms=1000.0,
        metadata=metadata,
    )
    made: dict[str, Any] = json.loads(report.model_dump_json(exclude={"tape", "result"}))
    return made


MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NO_PRICES = {"code": "rate_limited", "message": "wait", "details": {}}


async def seed_house(storage: Storage, now: datetime) -> Seed:
    """Six questions in the last hour and a re-run; more in the day and the week, and one before."""
    seed = Seed(storage, now)
    usage = {"input_tokens": 1000, "output_tokens": 200, "cached_tokens": 600, "cost_usd": 0.02}
    bars = a_call("stock_bars", 40.0)
    await seed.add(
        5 * MINUTE, [bars, a_call("stock_bars", 80.0, cache_hit=True)],
        stages={"write": 900.0, "run": 100.0}, usage=usage, cost_usd=0.02,
    )  # fmt: skip
    partial = a_call("company_news", 200.0, success=False, error=NO_PRICES)
    await seed.add(
        6 * MINUTE, [bars, partial], stages={"write": 1900.0, "run": 1100.0}, usage=usage, cost_usd=None
    )
    cached: dict[str, Any] = {"is_from_cache": True, "reused_from": "exec_1"}
    await seed.add(7 * MINUTE, [bars], stages={"reuse": 2.0}, **cached)
    raised = await seed.add(
        8 * MINUTE, [bars], Outcome.RAISED, error_code="SCRIPT_RAISED", question=f"Why {HOSTILE}?"
    )
    await seed.attempt(raised, "IMPORT_REFUSED", "IMPORT_REFUSED", "SYNTAX")
    await seed.add(9 * MINUTE, outcome=Outcome.CANCELLED)
    await seed.add(10 * MINUTE, outcome=None, status="pending", execution_time_ms=None, started_at=None)
    await seed.add(11 * MINUTE, [bars], kind="rerun", execution_time_ms=9_000.0)
    await seed.add(5 * HOUR, outcome=None, status="failed", error_code="CANNOT_ANSWER", user_id="ann")
    await seed.add(3 * DAY, [bars], stages={"run": 50.0})
    await seed.add(8 * DAY, [bars], stages={"run": 60_000.0})
    await seed.add(5 * MINUTE, [bars], deleted_at=now)
    return seed
