"""The log of an execution's progress: ordered, numbered from 1, read again after a broken connection."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api_server.storage.database import Database
from api_server.storage.tables import chat_sessions, execution_events, executions
from schemas.progress import ProgressEvent, ProgressType

EVENTS_AT_ONCE_MAX = 1000


# Statements of every question are built once.
ADD = execution_events.insert()
THERE = select(executions.c.id).where(
    executions.c.id.in_(bindparam("wanted", expanding=True)), executions.c.user_id == bindparam("user")
)
COUNT = (
    update(chat_sessions)
    .where(chat_sessions.c.id == bindparam("counted"))
    .values(event_count=chat_sessions.c.event_count + bindparam("more"))
    .returning(chat_sessions.c.event_count)
)


class EventStore:
    """Every method raises `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, user_id: str, events: Sequence[ProgressEvent]) -> list[ProgressEvent]:
        """Write events of the user's executions, together or not at all; those of deleted ones are dropped.

        Gives what was written, with its numbers in the sessions. Raises `sqlalchemy.exc.IntegrityError`
        when a number is taken.
        """
        if not events:
            return []
        wanted = {event.execution_id for event in events}
        mine = {"wanted": sorted(wanted), "user": user_id}
        async with self._database.writing() as connection:
            there = set((await connection.execute(THERE, mine)).scalars())
            wanted_events = [event for event in events if event.execution_id in there]
            numbered = await number_in_sessions(connection, wanted_events)
            rows = [
                {**event.model_dump(), "type": event.type.value, "user_id": user_id} for event in numbered
            ]
            if rows:
                await connection.execute(ADD, rows)
        return numbered

    async def after(
        self, user_id: str, execution_id: str, sequence: int = 0, count: int = EVENTS_AT_ONCE_MAX
    ) -> list[ProgressEvent]:
        """The events that follow number `sequence`, at most `count`; none of another user's execution."""
        query = select(*(execution_events.c[name] for name in ProgressEvent.model_fields)).where(
            execution_events.c.execution_id == execution_id,
            execution_events.c.user_id == user_id,
            execution_events.c.sequence > sequence,
        )
        async with self._database.reading() as connection:
            ordered = query.order_by(execution_events.c.sequence).limit(count)
            rows = (await connection.execute(ordered)).mappings().all()
        return [ProgressEvent.model_validate(dict(row)) for row in rows]

    async def find_failure(self, user_id: str, execution_id: str) -> dict[str, Any] | None:
        """The facts of the event `failed` of the user's execution; None when it has none."""
        data, kind = execution_events.c.data, execution_events.c.type
        query = select(data).where(
            execution_events.c.execution_id == execution_id,
            execution_events.c.user_id == user_id,
            kind == ProgressType.FAILED.value,
        )
        rows = await self._database.read(query.order_by(execution_events.c.sequence.desc()).limit(1))
        return dict(rows[0]["data"]) if rows else None

    async def after_in_session(
        self, user_id: str, session_id: str, session_sequence: int = 0, count: int = EVENTS_AT_ONCE_MAX
    ) -> list[ProgressEvent]:
        """The events of a session's executions that follow number `session_sequence`, at most `count`."""
        query = select(*(execution_events.c[name] for name in ProgressEvent.model_fields)).where(
            execution_events.c.session_id == session_id,
            execution_events.c.user_id == user_id,
            execution_events.c.session_sequence > session_sequence,
        )
        async with self._database.reading() as connection:
            ordered = query.order_by(execution_events.c.session_sequence).limit(count)
            rows = (await connection.execute(ordered)).mappings().all()
        return [ProgressEvent.model_validate(dict(row)) for row in rows]

    async def last_sequence(self, execution_id: str) -> int:
        """The number of an execution's last event; 0 when there is none."""
        query = select(func.max(execution_events.c.sequence))
        async with self._database.reading() as connection:
            last = await connection.execute(query.where(execution_events.c.execution_id == execution_id))
        return last.scalar() or 0


async def number_in_sessions(
    connection: AsyncConnection, events: Sequence[ProgressEvent]
) -> list[ProgressEvent]:
    """`events` with the next numbers of their sessions.

    The session's row stays locked until the end of the transaction: whoever sees a number sees all before it.
    """
    numbered: dict[int, ProgressEvent] = {}
    for session_id in sorted({event.session_id for event in events}):
        mine = [place for place, event in enumerate(events) if event.session_id == session_id]
        more = {"counted": session_id, "more": len(mine)}
        last = (await connection.execute(COUNT, more)).scalar_one()
        for number, place in enumerate(mine, start=last - len(mine) + 1):
            numbered[place] = events[place].model_copy(update={"session_sequence": number})
    return [numbered[place] for place in range(len(events))]
