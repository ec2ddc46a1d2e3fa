"""The log of an execution's progress: ordered, numbered from 1, read again after a broken connection."""

from collections.abc import Sequence

from sqlalchemy import func, select

from api_server.storage.database import Database
from api_server.storage.tables import execution_events, executions
from schemas.progress import ProgressEvent

EVENTS_AT_ONCE_MAX = 1000


class EventStore:
    """Every method raises `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, user_id: str, events: Sequence[ProgressEvent]) -> None:
        """Write events of the user's executions, together or not at all; those of deleted ones are dropped.

        Raises `sqlalchemy.exc.IntegrityError` when a number is taken.
        """
        if not events:
            return
        wanted = {event.execution_id for event in events}
        query = select(executions.c.id).where(executions.c.id.in_(wanted), executions.c.user_id == user_id)
        async with self._database.writing() as connection:
            there = set((await connection.execute(query)).scalars())
            rows = [
                {**event.model_dump(), "type": event.type.value, "user_id": user_id}
                for event in events
                if event.execution_id in there
            ]
            if rows:
                await connection.execute(execution_events.insert(), rows)

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

    async def last_sequence(self, execution_id: str) -> int:
        """The number of an execution's last event; 0 when there is none."""
        query = select(func.max(execution_events.c.sequence))
        async with self._database.reading() as connection:
            last = await connection.execute(query.where(execution_events.c.execution_id == execution_id))
        return last.scalar() or 0
