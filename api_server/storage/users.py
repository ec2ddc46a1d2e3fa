"""Users, who exist from the moment they are first seen."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api_server.storage.database import Database
from api_server.storage.records import User, read_record
from api_server.storage.tables import users
from schemas.wire import utc_now


class UserStore:
    """Every method raises `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._add = database.insert(users).on_conflict_do_nothing()

    async def see(self, user_id: str, email: str | None = None) -> None:
        """Make the user known. An e-mail address that somebody else has is not taken over."""
        async with self._database.writing() as connection:
            await self.add(connection, user_id, email)

    async def add(self, connection: AsyncConnection, user_id: str, email: str | None = None) -> None:
        """The same inside a transaction."""
        now = utc_now()
        row: dict[str, Any] = {
            "id": user_id,
            "email": email,
            "created_at": now,
            "updated_at": now,
            "metadata": {},
        }
        done = await connection.execute(self._add, row)
        if done.rowcount == 0 and email is not None:
            # Either the user is known, or the address is: a token's word does not join two users.
            await connection.execute(self._add, {**row, "email": None})

    async def find(self, user_id: str) -> User | None:
        """One user."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(users).where(users.c.id == user_id))).mappings().first()
        return read_record(User, row) if row else None
