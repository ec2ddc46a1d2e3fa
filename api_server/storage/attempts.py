"""The scripts that were written for an execution, those that failed included."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api_server.storage.database import Database
from api_server.storage.records import Attempt, read_attempt
from api_server.storage.tables import execution_attempts, executions


class AttemptStore:
    """Every method raises `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, connection: AsyncConnection, attempt: Attempt) -> None:
        """Write one attempt; the same number again is the same attempt, with more known of it."""
        row = {**vars(attempt), "usage": attempt.usage.model_dump() if attempt.usage else None}
        insert = self._database.insert(execution_attempts).values(row)
        news = {name: value for name, value in row.items() if name not in ("execution_id", "number")}
        keys = ["execution_id", "number"]
        await connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=news))

    async def list_all(self, user_id: str, execution_id: str) -> Sequence[Attempt]:
        """The attempts of an execution in their order; none for another user's."""
        mine = select(executions.c.id).where(executions.c.user_id == user_id)
        query = select(execution_attempts).where(
            execution_attempts.c.execution_id == execution_id,
            execution_attempts.c.execution_id.in_(mine.where(executions.c.id == execution_id)),
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query.order_by(execution_attempts.c.number))).mappings().all()
        return [read_attempt(row) for row in rows]
