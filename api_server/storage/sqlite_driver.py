"""SQLAlchemy's aiosqlite driver with one message to the connection's thread for each statement.

The original sends four, for a cursor, the statement, its rows and the end, and each costs more than SQLite
needs for an ordinary statement. A transaction begins with its first statement. Server-side cursors stay as
they are.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)


class Statement:
    """What is known of a statement once it has run."""

    def __init__(self, adapted: "Connection") -> None:
        self._adapted = adapted
        self._connection: Any = adapted._connection
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def run(self, execute: Callable[[sqlite3.Cursor], sqlite3.Cursor]) -> list[Any]:
        """Its rows. Raises the errors of `sqlite3`."""
        opening = self._adapted.take_opening()

        def work(connection: sqlite3.Connection) -> list[Any]:
            if opening:
                connection.execute(opening)
            cursor = execute(connection.cursor())
            rows = cursor.fetchall() if cursor.description else []
            self.description, self.rowcount = cursor.description, cursor.rowcount
            self.lastrowid = cursor.lastrowid
            cursor.close()
            return rows

        # As SQLAlchemy's own driver does where aiosqlite has no function of its own.
        send: Callable[..., Any] = self._connection._execute
        rows: list[Any] = await send(work, self._connection._conn)
        return rows

    def close(self) -> None:
        """Nothing is open."""


class Cursor(AsyncAdapt_aiosqlite_cursor):
    """One statement."""

    __slots__ = ()
    _awaitable_cursor_close = False

    def _make_new_cursor(self, _connection: Any) -> Any:
        adapted: Any = self._adapt_connection
        return Statement(adapted)

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        async with self._adapt_connection._execute_mutex:
            statement: Any = self._cursor
            rows = await statement.run(lambda cursor: cursor.execute(operation, parameters or ()))
            self._rows = deque(rows)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Sequence[Any]) -> Any:
        async with self._adapt_connection._execute_mutex:
            statement: Any = self._cursor
            await statement.run(lambda cursor: cursor.executemany(operation, seq_of_parameters))


class Connection(AsyncAdapt_aiosqlite_connection):
    """One connection with its thread."""

    __slots__ = ("_opening",)
    _cursor_cls = Cursor

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self._opening = ""

    def begin(self, opening: str) -> None:
        """Have `opening` run before the next statement, at once with it."""
        self._opening = opening

    def take_opening(self) -> str:
        """What is to run before the statement that runs now."""
        opening, self._opening = self._opening, ""
        return opening

    def rollback(self) -> None:
        """End a transaction; a pool asks for it also where there is none."""
        connection: Any = self._connection
        self._opening = ""
        if connection._connection and connection.in_transaction:
            super().rollback()


class Driver(AsyncAdapt_aiosqlite_dbapi):
    """For `create_async_engine(module=...)`."""

    def connect(self, *arguments: Any, **named: Any) -> Connection:
        """A connection of ours around that of aiosqlite."""
        return Connection(self, super().connect(*arguments, **named)._connection)


def make_driver() -> Driver:
    """The driver, which SQLAlchemy takes for a DB-API module."""
    return Driver(aiosqlite, sqlite3)
