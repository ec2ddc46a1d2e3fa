"""Writes what happens to a question at the moment it happens, so that a crash at any point leaves the truth.

accept → understood → attempted … → written → started → finished, or failed at any point. Each is one
transaction: when the call returns it is on disk, and only then may the next step begin. What is to be there
together is written together.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api_server.storage.attempts import AttemptStore
from api_server.storage.audit import AuditStore, Deed, Origin
from api_server.storage.database import Database
from api_server.storage.executions import ExecutionStore, NewExecution
from api_server.storage.records import UNFINISHED, Attempt, Execution, Status, Trust
from api_server.storage.servers import INTERRUPTED
from api_server.storage.sessions import NewMessage, SessionStore, touch_session
from api_server.storage.tables import executions
from api_server.storage.users import UserStore
from schemas.execution import ExecutionReport
from schemas.usage import Usage
from schemas.wire import utc_now

Write = Callable[[AsyncConnection], Awaitable[object]]
"""Writes something in a transaction that it is given."""


@dataclass(frozen=True)
class Understanding:
    """What the question was taken to mean. `meaning` is JSON; `confidence` is from 0 to 1."""

    expanded_question: str
    confidence: float | None = None
    meaning: dict[str, Any] | None = None


@dataclass(frozen=True)
class WrittenScript:
    """The script that is to answer, wherever it came from."""

    python_code: str
    explanation: str
    model: str
    parameters: dict[str, Any] = field(default_factory=dict)
    """The values it runs with, defaults included."""
    parameter_schema: dict[str, Any] = field(default_factory=dict)
    mcp_calls: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    reused_from: str | None = None


@dataclass(frozen=True)
class Conclusion:
    """How it ended. `report` is what the person is shown; None when the script was not to run."""

    report: ExecutionReport | None
    said: str
    """The answer in one sentence or two, as the session's message."""
    usage: Usage | None = None
    trust: Trust = Trust.RAN
    fresh_until: datetime | None = None
    script: WrittenScript | None = None
    """Written down with the end, where it was not written before."""
    warnings: Sequence[str] = ()
    metadata: dict[str, Any] = field(default_factory=dict)
    """Further facts for people, such as `stages` and `assumptions`."""


TELL = update(executions).where(
    executions.c.id == bindparam("told"),
    or_(
        executions.c.status.in_([state.value for state in UNFINISHED]),
        executions.c.error_code == INTERRUPTED,
    ),
)
"""Sets what it is given of an execution that is still open."""


@dataclass(frozen=True)
class Stores:
    """What the recorder writes to."""

    database: Database
    users: UserStore
    sessions: SessionStore
    executions: ExecutionStore
    attempts: AttemptStore
    audit: AuditStore


class Recorder:
    """Accepts questions. Every method of it and of `Recording` raises `DatabaseUnavailable`."""

    def __init__(self, stores: Stores, server_id: str) -> None:
        self._stores = stores
        self._server_id = server_id

    async def accept(self, new: NewExecution, origin: Origin) -> "tuple[Execution, Recording | None]":
        """Write down a request with its session and its message.

        The recording is None for a repeated request: its execution is under way or over, here or elsewhere.
        Raises `SessionNotFound`, `ExecutionNotFound` (the parent), `RequestIdTaken`.
        """
        new = replace(new, server_id=self._server_id)
        stores = self._stores
        async with stores.database.writing() as connection:
            await stores.users.add(connection, new.user_id)
            title = " ".join(new.question.split())
            await stores.sessions.add(connection, new.user_id, new.session_id, title)
            execution, is_new = await stores.executions.add(connection, new)
            if not is_new:
                await connection.rollback()  # no session is begun for a request that has one
                return execution, None
            metadata = {"kind": new.kind}
            message = NewMessage("user", new.question, execution_id=new.id, metadata=metadata)
            await stores.sessions.append(connection, new.session_id, message)
            deed = Deed("question_submitted", "question", new.id, {**metadata, "length": len(new.question)})
            await stores.audit.write(connection, new.user_id, origin, deed)
        return execution, Recording(stores, execution, origin)

    async def resume(self, execution: Execution, origin: Origin) -> "Recording | None":
        """Go on with an execution that waited for a person; None when another request was quicker."""
        claim = self._stores.executions.claim
        is_mine = await claim(execution.user_id, execution.id, self._server_id)
        return Recording(self._stores, execution, origin) if is_mine else None


class Recording:
    """The record of one execution. Steps of one that its user deleted meanwhile are dropped silently."""

    def __init__(self, stores: Stores, execution: Execution, origin: Origin) -> None:
        self._stores = stores
        self._origin = origin
        self._is_written = False
        self._noted: dict[str, Any] = {}
        self.execution = execution

    async def understood(self, understanding: Understanding) -> None:
        """What the question was taken to mean."""
        self.note(understanding)
        await self._step({})

    def note(self, understanding: Understanding) -> None:
        """The same, to be written with the next step, which is to follow at once."""
        self._noted = {
            "expanded_question": understanding.expanded_question,
            "expansion_confidence": understanding.confidence,
            "meaning": understanding.meaning,
        }

    async def waits_for_person(self, metadata: Mapping[str, Any] | None = None) -> None:
        """The person must confirm first: from now on any server may go on with it (`Recorder.resume`).

        `metadata` is what they are shown meanwhile.
        """
        await self._stores.executions.release(self.execution.user_id, self.execution.id, metadata or {})

    async def attempted(self, attempt: Attempt) -> None:
        """A script was written, checked or run; the same number again tells more of the same attempt."""
        async with self._stores.database.writing() as connection:
            if await self._go_on(connection, {"model": attempt.model}):
                await self._stores.attempts.put(connection, attempt)

    async def written(self, script: WrittenScript) -> None:
        """The script that is about to run passed the checks."""
        values = _script_values(script)
        await self._step(values, _script_deed(self.execution.id, values))
        self._is_written = True

    async def started(self, script: WrittenScript | None = None) -> None:
        """The execution server is about to get the script; `script` is one that was not written down yet."""
        values: dict[str, Any] = {"status": Status.RUNNING, "started_at": utc_now()}
        deeds = [Deed("execution_started", "execution", self.execution.id)]
        if script is not None:
            news = _script_values(script)
            values, deeds = {**news, **values}, [_script_deed(self.execution.id, news), *deeds]
        await self._step(values, *deeds)
        self._is_written = self._is_written or script is not None

    async def finished(self, conclusion: Conclusion, *also: Write) -> bool:
        """The script's fate, whatever it is, what the session says of it, and what is to be there with it.

        False when there is no record any more, or it has another end.
        """
        news = conclusion.script if not self._is_written else None
        script = _script_values(news) if news else {}
        values = {
            **script,
            **_report_values(conclusion.report),
            "usage": conclusion.usage.model_dump() if conclusion.usage else None,
            "cost_usd": conclusion.usage.cost_usd if conclusion.usage else None,
            "trust": conclusion.trust,
            "fresh_until": conclusion.fresh_until,
            "metadata": conclusion.metadata,
            "warnings": list(conclusion.warnings),
        }
        deeds = [_script_deed(self.execution.id, script)] if script else []
        return await self._end(values, conclusion.said, deeds, also)

    async def failed(self, code: str, message: str, usage: Usage | None = None) -> bool:
        """The platform could not answer: an error of ours, and no outcome of a script.

        False when the record has another end already.
        """
        values = {
            "status": Status.FAILED,
            "error_code": code,
            "error": message,
            "usage": usage.model_dump() if usage else None,
            "cost_usd": usage.cost_usd if usage else None,
        }
        return await self._end(values, message)

    async def _step(self, values: dict[str, Any], *deeds: Deed) -> None:
        async with self._stores.database.writing() as connection:
            if await self._go_on(connection, values):
                await self._stores.audit.write(connection, self.execution.user_id, self._origin, *deeds)

    async def _end(
        self, values: dict[str, Any], said: str, deeds: Sequence[Deed] = (), also: Sequence[Write] = ()
    ) -> bool:
        known = ("status", "outcome", "error_code", "execution_time_ms", "mcp_calls")
        facts = {name: values[name] for name in known if values.get(name) is not None}
        deed = Deed("execution_finished", "execution", self.execution.id, facts)
        message = NewMessage("assistant", said, self.execution.id, facts)
        async with self._stores.database.writing() as connection:
            is_open = await self._update(connection, {**values, "completed_at": utc_now()})
            if is_open:
                await self._stores.sessions.append(connection, self.execution.session_id, message)
                await self._stores.audit.write(connection, self.execution.user_id, self._origin, *deeds, deed)
                for write in also:
                    await write(connection)
        return is_open

    async def _go_on(self, connection: AsyncConnection, values: dict[str, Any]) -> bool:
        """The same as `_update` for what is not the end: copies of the session show how it is understood."""
        is_open = await self._update(connection, values)
        if is_open and self._noted:
            await touch_session(connection, self.execution.session_id)
            self._noted = {}
        return is_open

    async def _update(self, connection: AsyncConnection, values: dict[str, Any]) -> bool:
        """Whether it was still there and open. A server that was thought dead tells what really happened."""
        told = {"told": self.execution.id, **self._noted, **values}
        return (await connection.execute(TELL, told)).rowcount == 1


def _script_values(script: WrittenScript) -> dict[str, Any]:
    return {
        "generated_script": script.python_code,
        "script_sha256": hashlib.sha256(script.python_code.encode()).hexdigest(),
        "explanation": script.explanation,
        "parameters": script.parameters,
        "parameter_schema": script.parameter_schema,
        "mcp_calls": script.mcp_calls,
        "model": script.model,
        "warnings": script.warnings,
        "reused_from": script.reused_from,
    }


def _script_deed(execution_id: str, values: Mapping[str, Any]) -> Deed:
    facts = {name: values[name] for name in ("script_sha256", "model", "reused_from")}
    return Deed("script_generated", "execution", execution_id, facts)


def _report_values(report: ExecutionReport | None) -> dict[str, Any]:
    if report is None:
        return {"status": Status.SUCCESS, "outcome": None, "error_code": None, "error": None}
    shown = report.model_dump(mode="json", exclude={"tape", "result"})
    return {
        "status": Status.SUCCESS if report.success else Status.FAILED,
        "outcome": report.outcome,
        "error_code": report.error.code if report.error else None,
        "error": report.error.message if report.error else None,
        "result": report.result,
        "report": shown,
        "mcp_calls": report.metadata.mcp_calls_made,
        "execution_time_ms": report.execution_time_ms,
    }
