"""Last events that a server owed when it died: the record says how it ended, and its log did not yet."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api_server.storage.events import number_in_sessions
from api_server.storage.records import Status
from api_server.storage.tables import execution_events, executions
from schemas.progress import ProgressEvent, ProgressType
from schemas.wire import utc_now

DUE_SECONDS = 60.0
"""Longer than the database may take for an event: what ended before is told, or never will be."""
OVER = (Status.SUCCESS.value, Status.FAILED.value)
COLUMNS = ("id", "user_id", "session_id", "status", "outcome", "error_code", "error", "metadata")


async def tell_owed_ends(
    connection: AsyncConnection,
    abandoned: Collection[str],
    dead_servers: Collection[str] = (),
    last_seen: datetime | None = None,
) -> list[str]:
    """Write the last event of executions that are over, or wait for a person, and lack it; their ids.

    Of the executions `abandoned`, and of what servers ended that were seen alive at `last_seen` or later.
    """
    is_suspect: ColumnElement[bool] = executions.c.id.in_(abandoned)
    if dead_servers and last_seen is not None:
        is_suspect = or_(is_suspect, *_left_by(dead_servers, last_seen - timedelta(seconds=DUE_SECONDS)))
    is_over = and_(executions.c.status.in_(OVER), ~_has_told(ProgressType.FINISHED, ProgressType.FAILED))
    waits = and_(
        executions.c.status == Status.PENDING,
        executions.c.server_id.is_(None),
        ~_has_told(ProgressType.CONFIRMATION_NEEDED),
    )
    query = select(*(executions.c[name] for name in COLUMNS)).where(is_suspect, or_(is_over, waits))
    rows = (await connection.execute(query)).mappings().all()
    for row in rows:
        kind, facts = _end_of(row)
        await append_last(connection, row, kind, facts)
    return [row["id"] for row in rows]


async def append_last(
    connection: AsyncConnection, execution: RowMapping, kind: ProgressType, facts: Mapping[str, Any]
) -> None:
    """One event behind all others of `execution`, which has `id`, `user_id` and `session_id`."""
    sequence = execution_events.c.sequence
    counted = select(func.max(sequence)).where(execution_events.c.execution_id == execution["id"])
    event = ProgressEvent(
        sequence=((await connection.execute(counted)).scalar() or 0) + 1,
        execution_id=execution["id"],
        session_id=execution["session_id"],
        type=kind,
        data=dict(facts),
        created_at=utc_now(),
    )
    (numbered,) = await number_in_sessions(connection, [event])
    values = {**numbered.model_dump(), "type": kind.value, "user_id": execution["user_id"]}
    await connection.execute(execution_events.insert().values(values))


def _end_of(row: RowMapping) -> tuple[ProgressType, dict[str, Any]]:
    """What the pipeline would have told of an execution whose record is `row`."""
    if row["status"] == Status.PENDING:
        proposed = row["metadata"].get("understanding", {})
        names = ("expanded_question", "assumptions", "alternatives")
        return ProgressType.CONFIRMATION_NEEDED, {name: proposed.get(name) for name in names}
    if row["status"] == Status.FAILED and row["outcome"] is None:
        return ProgressType.FAILED, {"code": row["error_code"], "message": row["error"]}
    return ProgressType.FINISHED, {"outcome": row["outcome"]}


def _left_by(servers: Collection[str], since: datetime) -> Iterator[ColumnElement[bool]]:
    """What they ended, and what nobody owns while it waits for a person."""
    yield and_(executions.c.server_id.in_(servers), executions.c.completed_at >= since)
    yield and_(executions.c.server_id.is_(None), executions.c.created_at >= since)


def _has_told(*kinds: ProgressType) -> ColumnElement[bool]:
    told = execution_events.c
    is_one = told.type.in_([kind.value for kind in kinds])
    return exists().where(told.execution_id == executions.c.id, is_one)
