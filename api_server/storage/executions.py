"""Executions: found, listed and judged by their user, and owned by the API server that works on them.

How far one is gets written by `recorder`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api_server.errors import ExecutionNotFound, RequestIdTaken
from api_server.storage.database import Database
from api_server.storage.paging import read_page
from api_server.storage.records import (
    AskedBefore,
    Execution,
    ExecutionSummary,
    Kind,
    Page,
    Status,
    Trust,
    TurnBefore,
    list_fields,
    read_execution,
    read_record,
    read_summary,
)
from api_server.storage.sessions import TITLE_LENGTH_MAX, UNDO_SECONDS, touch_session
from api_server.storage.tables import executions
from schemas.wire import utc_now

LATEST_MAX = 50
TURN_COLUMNS = [executions.c[name] for name in list_fields(TurnBefore)]
SUMMARY_COLUMNS = [executions.c[name] for name in list_fields(ExecutionSummary)]
ASKED_COLUMNS = [executions.c[name] for name in list_fields(AskedBefore)]


def _latest(*columns: Any) -> Select[Any]:
    """The latest `count` of a `session` of a `user`, built once: it is asked with every question."""
    mine = select(*columns).where(
        executions.c.user_id == bindparam("user"),
        executions.c.session_id == bindparam("session"),
        executions.c.deleted_at.is_(None),
    )
    return mine.order_by(executions.c.created_at.desc(), executions.c.id.desc()).limit(bindparam("count"))


def _of(user_id: str, session_id: str, count: int) -> dict[str, Any]:
    return {"user": user_id, "session": session_id, "count": count}


LATEST, LATEST_TURNS, LATEST_ASKED = _latest(executions), _latest(*TURN_COLUMNS), _latest(*ASKED_COLUMNS)

# By nothing else than ids: with its user in the condition SQLite reads all that the user ever asked.
OWNERS = select(executions.c.id, executions.c.user_id, executions.c.deleted_at).where(
    executions.c.id.in_(bindparam("wanted", expanding=True))
)


@dataclass(frozen=True)
class NewExecution:
    """A request as it was accepted. `request_digest` tells a repeated request from another one."""

    id: str
    user_id: str
    session_id: str
    question: str
    request_digest: str
    kind: Kind = "question"
    parent_id: str | None = None
    server_id: str | None = None


@dataclass(frozen=True)
class ExecutionFilter:
    """Which executions a list shows; a part that is None does not matter."""

    session_id: str | None = None
    root_id: str | None = None
    kind: Kind | None = None
    text: str | None = None
    """Words that must all be in the title, the question or the expanded question."""


class ExecutionStore:
    """Every method raises `DatabaseUnavailable`; those that name an execution also `ExecutionNotFound`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        adding = database.insert(executions).on_conflict_do_nothing(index_elements=["id"])
        self._add = adding.returning(executions)

    async def add(self, connection: AsyncConnection, new: NewExecution) -> tuple[Execution, bool]:
        """Write it down as pending, and whether that is new. Its user and session are there already.

        A repeated id gives the execution as it is by now. Raises `RequestIdTaken` when the id belongs to
        another request.
        """
        parent = await self._find(connection, new.user_id, new.parent_id) if new.parent_id else None
        row = _pending_row(new, parent)
        added = (await connection.execute(self._add, row)).mappings().first()
        if added is not None:
            return read_execution(added), True
        mine = and_(_is(new.user_id, new.id), executions.c.request_digest == new.request_digest)
        found = (await connection.execute(select(executions).where(mine))).mappings().first()
        if found is None:
            raise RequestIdTaken(
                f"the id {new.id!r} belongs to another request", suggestions=("Send a fresh `request_id`.",)
            )
        return read_execution(found), False

    async def find(self, user_id: str, execution_id: str) -> Execution:
        """One execution with everything that is known of it."""
        async with self._database.reading() as connection:
            return await self._find(connection, user_id, execution_id)

    async def list_there(self, user_id: str, execution_ids: Collection[str]) -> set[str]:
        """Those of the user's executions that are not deleted."""
        rows = await self._database.read(OWNERS, {"wanted": list(execution_ids)})
        return {row["id"] for row in rows if row["user_id"] == user_id and row["deleted_at"] is None}

    async def list_page(
        self, user_id: str, wanted: ExecutionFilter | None = None, cursor: str | None = None
    ) -> Page[ExecutionSummary]:
        """The user's executions, latest first. Raises `BadCursor`."""
        query = select(*SUMMARY_COLUMNS).where(
            executions.c.user_id == user_id, executions.c.deleted_at.is_(None), *_conditions(wanted)
        )
        order = (executions.c.created_at, executions.c.id)
        async with self._database.reading() as connection:
            return await read_page(connection, query, order, cursor, read_summary)

    async def list_latest(
        self, user_id: str, session_id: str, count: int = LATEST_MAX
    ) -> Sequence[Execution]:
        """The latest executions of a session with all their facts, latest first."""
        rows = await self._database.read(LATEST, _of(user_id, session_id, count))
        return [read_execution(row) for row in rows]

    async def list_turns(self, user_id: str, session_id: str, count: int) -> Sequence[TurnBefore]:
        """What follow-ups lean on of the same executions: their reports stay where they are."""
        rows = await self._database.read(LATEST_TURNS, _of(user_id, session_id, count))
        return [read_record(TurnBefore, row) for row in rows]

    async def list_asked(
        self, user_id: str, session_id: str, count: int = LATEST_MAX
    ) -> Sequence[AskedBefore]:
        """The same without what was found, for a model that must not see it."""
        rows = await self._database.read(LATEST_ASKED, _of(user_id, session_id, count))
        return [read_record(AskedBefore, row) for row in rows]

    async def list_runs(self, user_id: str, root_id: str) -> Sequence[ExecutionSummary]:
        """Every run of a question, oldest first."""
        query = select(*SUMMARY_COLUMNS).where(
            executions.c.user_id == user_id,
            executions.c.root_id == root_id,
            executions.c.deleted_at.is_(None),
        )
        async with self._database.reading() as connection:
            ordered = query.order_by(executions.c.created_at, executions.c.id)
            rows = (await connection.execute(ordered)).mappings().all()
        return [read_summary(row) for row in rows]

    async def set_trust(
        self, user_id: str, execution_id: str, trust: Trust, feedback: str | None = None
    ) -> Execution:
        """Confirm or withdraw it; `feedback` takes the place of an earlier one."""
        return await self._change(user_id, execution_id, {"trust": trust, "feedback": feedback})

    async def change(
        self, user_id: str, execution_id: str, *, title: str | None = None, is_pinned: bool | None = None
    ) -> Execution:
        """Rename it, pin it, or both."""
        changes = {"title": title[:TITLE_LENGTH_MAX] if title is not None else None, "is_pinned": is_pinned}
        known = {name: value for name, value in changes.items() if value is not None}
        return await self._change(user_id, execution_id, known)

    async def delete(self, user_id: str, execution_id: str) -> None:
        """Hide it, for good after `UNDO_SECONDS`; a question goes with all its runs."""
        family = or_(executions.c.id == execution_id, executions.c.root_id == execution_id)
        async with self._database.writing() as connection:
            found = await self._find(connection, user_id, execution_id)
            mine = and_(family, executions.c.user_id == user_id, executions.c.deleted_at.is_(None))
            await connection.execute(update(executions).where(mine).values(deleted_at=utc_now()))
            await touch_session(connection, found.session_id)

    async def restore(self, user_id: str, execution_id: str) -> Execution:
        """Take a deletion back; after `UNDO_SECONDS` there is nothing to restore."""
        mine = and_(executions.c.id == execution_id, executions.c.user_id == user_id)
        async with self._database.writing() as connection:
            query = select(executions.c.deleted_at).where(mine)
            deleted_at: datetime | None = (await connection.execute(query)).scalar()
            if deleted_at is not None and utc_now() - deleted_at <= timedelta(seconds=UNDO_SECONDS):
                family = or_(executions.c.id == execution_id, executions.c.root_id == execution_id)
                with_it = and_(family, executions.c.user_id == user_id, executions.c.deleted_at == deleted_at)
                await connection.execute(update(executions).where(with_it).values(deleted_at=None))
            found = await self._find(connection, user_id, execution_id)
            await touch_session(connection, found.session_id)
            return found

    async def release(
        self, user_id: str, execution_id: str, metadata: Mapping[str, Any] | None = None
    ) -> None:
        """Leave a pending execution to whoever claims it: it waits for a person, not for a server."""
        await self._change(user_id, execution_id, {"server_id": None, "metadata": dict(metadata or {})})

    async def claim(self, user_id: str, execution_id: str, server_id: str) -> bool:
        """Take a released pending execution; of several that try, one gets True."""
        free = and_(
            _is(user_id, execution_id),
            executions.c.status == Status.PENDING,
            executions.c.server_id.is_(None),
        )
        async with self._database.writing() as connection:
            done = await connection.execute(update(executions).where(free).values(server_id=server_id))
        return done.rowcount == 1

    async def _change(self, user_id: str, execution_id: str, values: dict[str, Any]) -> Execution:
        async with self._database.writing() as connection:
            if values:
                statement = update(executions).where(_is(user_id, execution_id)).values(values)
                await connection.execute(statement)
            return await self._find(connection, user_id, execution_id)

    async def _find(self, connection: AsyncConnection, user_id: str, execution_id: str) -> Execution:
        query = select(executions).where(_is(user_id, execution_id))
        row = (await connection.execute(query)).mappings().first()
        if row is None:
            raise execution_not_found(execution_id)
        return read_execution(row)


def execution_not_found(execution_id: str) -> ExecutionNotFound:
    """What a caller is told about an execution that is not theirs, or is not at all."""
    return ExecutionNotFound(
        f"there is no execution {execution_id!r}", suggestions=("GET /executions lists yours.",)
    )


def _is(user_id: str, execution_id: str) -> ColumnElement[bool]:
    return and_(
        executions.c.id == execution_id,
        executions.c.user_id == user_id,
        executions.c.deleted_at.is_(None),
    )


def _conditions(wanted: ExecutionFilter | None) -> list[ColumnElement[bool]]:
    if wanted is None:
        return []
    pairs = ((executions.c[name], getattr(wanted, name)) for name in ("session_id", "root_id", "kind"))
    equal = [column == value for column, value in pairs if value is not None]
    return [*equal, *(_has_word(word) for word in (wanted.text or "").split())]


def _has_word(word: str) -> ColumnElement[bool]:
    places = (executions.c.title, executions.c.question, executions.c.expanded_question)
    return or_(*(place.icontains(word, autoescape=True) for place in places))


def _pending_row(new: NewExecution, parent: Execution | None) -> dict[str, Any]:
    return {
        "id": new.id,
        "user_id": new.user_id,
        "session_id": new.session_id,
        "kind": new.kind,
        "parent_id": new.parent_id,
        "root_id": parent.root_id if parent else new.id,
        "server_id": new.server_id,
        "request_digest": new.request_digest,
        "title": " ".join(new.question.split())[:TITLE_LENGTH_MAX],
        "is_pinned": False,
        "question": new.question,
        "expanded_question": "",
        "explanation": "",
        "parameters": {},
        "parameter_schema": {},
        "mcp_calls": [],
        "model": "",
        "status": Status.PENDING,
        "warnings": [],
        "metadata": {},
        "trust": Trust.RAN,
        "created_at": utc_now(),
    }
