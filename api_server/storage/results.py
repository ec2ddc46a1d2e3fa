"""Results that may be given again, behind the cache: they survive it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Delete, Select, bindparam, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api_server.storage.database import Database
from api_server.storage.records import new_id
from api_server.storage.tables import execution_caches


@dataclass(frozen=True)
class StoredResult:
    """A result under the hash of everything that it depends on. `entry` is JSON."""

    key: str
    user_id: str
    execution_id: str
    entry: dict[str, Any]
    created_at: datetime
    expires_at: datetime


# Statements of every question are built once.
SAME = (execution_caches.c.question_hash == bindparam("key")) & (
    execution_caches.c.user_id == bindparam("user")
)
FIND: Select[Any] = (
    select(execution_caches)
    .where(SAME, execution_caches.c.expires_at > bindparam("now"))
    .order_by(execution_caches.c.created_at.desc())
    .limit(1)
)
DROP: Delete = delete(execution_caches).where(or_(SAME, execution_caches.c.expires_at <= bindparam("now")))
ADD = execution_caches.insert()


class ResultStore:
    """Every method raises `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, user_id: str, key: str, now: datetime) -> StoredResult | None:
        """The latest one of the user that is true at `now`; it is counted."""
        rows = await self._database.read(FIND, {"key": key, "user": user_id, "now": now})
        if not rows:
            return None
        row = rows[0]
        counted = update(execution_caches).where(execution_caches.c.id == row["id"])
        async with self._database.writing() as connection:
            await connection.execute(counted.values(hit_count=execution_caches.c.hit_count + 1))
        return StoredResult(
            key, user_id, row["execution_id"], row["result"], row["created_at"], row["expires_at"]
        )

    async def put(self, connection: AsyncConnection, result: StoredResult) -> None:
        """Keep it instead of earlier ones; those that are over, of everybody, are dropped."""
        same_or_over = {"key": result.key, "user": result.user_id, "now": result.created_at}
        row = {
            "id": new_id("kept"),
            "question_hash": result.key,
            "user_id": result.user_id,
            "result": result.entry,
            "execution_id": result.execution_id,
            "created_at": result.created_at,
            "expires_at": result.expires_at,
            "hit_count": 0,
        }
        await connection.execute(DROP, same_or_over)
        await connection.execute(ADD, row)

    async def forget_all(self) -> int:
        """Drop all of them, everybody's; how many there were."""
        async with self._database.writing() as connection:
            return (await connection.execute(delete(execution_caches))).rowcount
