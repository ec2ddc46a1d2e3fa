"""The API servers that are alive, and the executions of those that are not.

A server that dies cannot write what became of its work; the others, or its successor, do.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api_server.storage.audit import AuditStore, Deed, Origin
from api_server.storage.database import Database
from api_server.storage.events import number_in_sessions
from api_server.storage.processes import ProcessIdentity, identify_process, is_known_dead
from api_server.storage.records import UNFINISHED, Status, new_id
from api_server.storage.tables import api_servers, execution_events, executions
from schemas.execution import Outcome
from schemas.progress import ProgressEvent, ProgressType
from schemas.wire import utc_now

BEAT_SECONDS = 5.0
LEASE_SECONDS = 30.0
"""A server of another machine that was not seen for so long counts as gone."""

INTERRUPTED = "INTERRUPTED"
INTERRUPTED_MESSAGE = "the server or its database stopped while this was under way"
UNFINISHED_STATES = [state.value for state in UNFINISHED]


class ServerStore:
    """One API server among those that share the database. Every method raises `DatabaseUnavailable`."""

    def __init__(self, database: Database, audit: AuditStore) -> None:
        self._database = database
        self._audit = audit
        self.server_id = new_id("srv")
        self._abandoned: set[str] = set()

    def abandon(self, execution_id: str) -> None:
        """Nobody here works on it any more, and perhaps its end could not be written: see to it later."""
        self._abandoned.add(execution_id)

    async def join(self) -> None:
        """Be counted as alive from now on."""
        now = utc_now()
        row = {"id": self.server_id, **vars(identify_process()), "started_at": now, "seen_at": now}
        async with self._database.writing() as connection:
            await connection.execute(api_servers.insert().values(row))

    async def beat(self) -> None:
        """Stay counted as alive; also after a time in which the others had to think otherwise."""
        now = utc_now()
        row = {"id": self.server_id, **vars(identify_process()), "started_at": now, "seen_at": now}
        insert = self._database.insert(api_servers).values(row)
        async with self._database.writing() as connection:
            await connection.execute(
                insert.on_conflict_do_update(index_elements=["id"], set_={"seen_at": now})
            )

    async def leave(self) -> list[str]:
        """End in order: what is still under way here is marked, and its ids are returned."""
        async with self._database.writing() as connection:
            interrupted = await self._mark(connection, executions.c.server_id == self.server_id)
            await connection.execute(delete(api_servers).where(api_servers.c.id == self.server_id))
        return interrupted

    async def mark_interrupted(self) -> list[str]:
        """Executions of servers that are gone become `crashed`, each with a last event; their ids.

        So do abandoned ones of this server whose end is not in the record.
        """
        abandoned = frozenset(self._abandoned)
        async with self._database.reading() as connection:
            known = (await connection.execute(select(api_servers))).mappings().all()
            if not abandoned and not await self._has_orphans(connection, known):
                return []
        async with self._database.writing() as connection:
            known = (await connection.execute(select(api_servers))).mappings().all()
            gone = [row["id"] for row in known if self._is_gone(row)]
            alive = [row["id"] for row in known if row["id"] not in gone] or [self.server_id]
            owner = executions.c.server_id
            lost = await connection.execute(
                select(owner).distinct().where(_is_unfinished(), owner.not_in(alive))
            )
            of_the_gone = owner.in_([str(server_id) for server_id in lost.scalars()])
            left_here = and_(owner == self.server_id, executions.c.id.in_(abandoned))
            interrupted = await self._mark(connection, or_(of_the_gone, left_here))
            await connection.execute(delete(api_servers).where(api_servers.c.id.in_(gone)))
        self._abandoned -= abandoned
        return interrupted

    async def _has_orphans(self, connection: AsyncConnection, known: Any) -> bool:
        alive = [row["id"] for row in known if not self._is_gone(row)]
        if len(alive) < len(known):
            return True
        orphans = select(func.count()).where(_is_unfinished(), executions.c.server_id.not_in(alive))
        return bool((await connection.execute(orphans)).scalar())

    def _is_gone(self, server: RowMapping) -> bool:
        if server["id"] == self.server_id:
            return False
        process = ProcessIdentity(server["machine"], server["process_id"], server["process_started"])
        return is_known_dead(process) or server["seen_at"] < utc_now() - timedelta(seconds=LEASE_SECONDS)

    async def _mark(self, connection: AsyncConnection, is_left: ColumnElement[bool]) -> list[str]:
        columns = (executions.c.id, executions.c.user_id, executions.c.session_id)
        unfinished = select(*columns).where(_is_unfinished(), is_left)
        lost = (await connection.execute(unfinished)).mappings().all()
        for row in lost:
            await self._mark_one(connection, row)
        return [row["id"] for row in lost]

    async def _mark_one(self, connection: AsyncConnection, row: RowMapping) -> None:
        now = utc_now()
        change = {
            "status": Status.FAILED,
            "outcome": Outcome.CRASHED,
            "error_code": INTERRUPTED,
            "error": INTERRUPTED_MESSAGE,
            "completed_at": now,
        }
        await connection.execute(update(executions).where(executions.c.id == row["id"]).values(change))
        sequence = execution_events.c.sequence
        counted = select(func.max(sequence)).where(execution_events.c.execution_id == row["id"])
        last = (await connection.execute(counted)).scalar() or 0
        event = ProgressEvent(
            sequence=last + 1,
            execution_id=row["id"],
            session_id=row["session_id"],
            type=ProgressType.FAILED,
            data={"code": INTERRUPTED, "message": INTERRUPTED_MESSAGE, "outcome": Outcome.CRASHED},
            created_at=now,
        )
        (numbered,) = await number_in_sessions(connection, [event])
        values = {**numbered.model_dump(), "user_id": row["user_id"]}
        await connection.execute(execution_events.insert().values(values))
        deed = Deed("execution_interrupted", "execution", row["id"], {"outcome": Outcome.CRASHED})
        await self._audit.write(connection, row["user_id"], deed, Origin())


def _is_unfinished() -> Any:
    return or_(*(executions.c.status == state for state in UNFINISHED_STATES))
