"""The API servers that are alive, and the executions of those that are not.

A server that dies cannot write what became of its work; the others, or its successor, do.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api_server.errors import Interrupted
from api_server.storage.audit import AuditStore, Deed, Origin
from api_server.storage.database import Database
from api_server.storage.endings import append_last, tell_owed_ends
from api_server.storage.processes import ProcessIdentity, identify_process, is_known_dead
from api_server.storage.records import UNFINISHED, Status, new_id
from api_server.storage.tables import api_servers, executions
from schemas.execution import Outcome
from schemas.progress import ProgressType
from schemas.wire import utc_now

BEAT_SECONDS = 5.0
LEASE_SECONDS = 30.0
"""A server of another machine that was not seen for so long counts as gone."""

INTERRUPTED = Interrupted.code
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
            await tell_owed_ends(connection, self._abandoned)
            await connection.execute(delete(api_servers).where(api_servers.c.id == self.server_id))
        return interrupted

    async def mark_interrupted(self) -> list[str]:
        """Executions of servers that are gone become `crashed`, each with a last event; their ids.

        So do abandoned ones of this server whose end is not in the record. Those that are over and could
        not tell it any more get their last event too.
        """
        abandoned = frozenset(self._abandoned)
        async with self._database.reading() as connection:
            known = (await connection.execute(select(api_servers))).mappings().all()
            if not abandoned and not await self._has_orphans(connection, known):
                return []
        async with self._database.writing() as connection:
            known = (await connection.execute(select(api_servers))).mappings().all()
            gone = [row for row in known if self._is_gone(row)]
            alive = [row["id"] for row in known if row not in gone] or [self.server_id]
            left_here = and_(executions.c.server_id == self.server_id, executions.c.id.in_(abandoned))
            lost = await self._list_lost(connection, alive)
            interrupted = await self._mark(connection, or_(executions.c.server_id.in_(lost), left_here))
            dead = [row["id"] for row in gone]
            last_seen = min((row["seen_at"] for row in gone), default=None)
            await tell_owed_ends(connection, abandoned, dead, last_seen)
            await connection.execute(delete(api_servers).where(api_servers.c.id.in_(dead)))
        self._abandoned -= abandoned
        return interrupted

    async def _list_lost(self, connection: AsyncConnection, alive: list[str]) -> list[str]:
        """The servers that have executions under way and are not among the living."""
        owner = executions.c.server_id
        lost = select(owner).distinct().where(_is_unfinished(), owner.not_in(alive))
        return [str(server_id) for server_id in (await connection.execute(lost)).scalars()]

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
        change = {
            "status": Status.FAILED,
            "outcome": Outcome.CRASHED,
            "error_code": INTERRUPTED,
            "error": INTERRUPTED_MESSAGE,
            "completed_at": utc_now(),
        }
        await connection.execute(update(executions).where(executions.c.id == row["id"]).values(change))
        facts = {"code": INTERRUPTED, "message": INTERRUPTED_MESSAGE, "outcome": Outcome.CRASHED}
        await append_last(connection, row, ProgressType.FAILED, facts)
        deed = Deed("execution_interrupted", "execution", row["id"], {"outcome": Outcome.CRASHED})
        await self._audit.write(connection, row["user_id"], Origin(), deed)


def _is_unfinished() -> Any:
    return or_(*(executions.c.status == state for state in UNFINISHED_STATES))
