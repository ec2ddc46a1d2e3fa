"""One pool of connections to SQLite or PostgreSQL, and transactions on it that have a time limit.

The databases' own failures become `DatabaseUnavailable`; a wrong statement of ours stays what it is.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

import orjson
from sqlalchemy import RowMapping, Select, Table, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from api_server.errors import DatabaseUnavailable
from api_server.settings.storage import StorageSettings
from api_server.storage.sqlite_driver import make_driver
from schemas.health import PartHealth

OURS = (IntegrityError, DataError, ProgrammingError)
"""Errors of a statement, not of the database."""

DEADLINE_CHECK_INSTRUCTIONS = 20_000
"""How often SQLite asks whether a statement may go on: about every millisecond."""

WHOLE_TRANSACTION_FACTOR = 3
"""A transaction has a few statements, each with its own limit; this bounds what no statement's limit does."""

OPENING = "BEGIN"
WRITING_OPTIONS = {"sqlite_begin": "BEGIN IMMEDIATE"}
ALONE_OPTIONS = {"sqlite_begin": ""}


class BadDatabaseUrl(Exception):
    """DATABASE_URL cannot be used; the message does not repeat it, for it may hold a password."""


class Database:
    """Made by `create_app`, closed by its lifespan. Every method raises `DatabaseUnavailable`."""

    def __init__(self, url: URL, pool_size: int, timeout_seconds: float) -> None:
        self.url = url
        self.timeout_seconds = timeout_seconds
        self.is_embedded = url.get_backend_name() == "sqlite"
        self._engine = _create_engine(url, pool_size, timeout_seconds)
        self._writing_engine = self._engine.execution_options(**WRITING_OPTIONS)
        self._alone_engine = self._engine.execution_options(**ALONE_OPTIONS)
        self._failures = _list_failures(url)
        # SQLite has one writer at a time: waiting here is fairer and quicker than its busy polling.
        self._turn: AbstractAsyncContextManager[Any] = asyncio.Lock() if self.is_embedded else nullcontext()

    @property
    def backend(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.url.get_backend_name()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection whose reads see one state of the database."""
        async with self._limited(), self._engine.begin() as connection:
            yield connection

    async def read(self, query: Select[Any], values: Mapping[str, Any] | None = None) -> Sequence[RowMapping]:
        """The rows of one query, which needs no transaction around it."""
        async with self._limited(), self._alone_engine.connect() as connection:
            rows: Sequence[RowMapping] = (await connection.execute(query, values)).mappings().all()
            return rows

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: all of it is on disk at the end of the block, or none of it."""
        async with self._limited(), self._turn, self._writing_engine.begin() as connection:
            yield connection

    def insert(self, table: Table) -> Any:
        """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return sqlite.insert(table) if self.is_embedded else postgresql.insert(table)

    async def check(self) -> PartHealth:
        """How it is now, and how long one trivial query takes."""
        started = time.perf_counter()
        facts: dict[str, Any] = {"backend": self.backend}
        try:
            async with self.reading() as connection:
                await connection.execute(text("SELECT 1"))
        except DatabaseUnavailable as error:
            return PartHealth(name="database", status="down", detail=error.message, facts=facts)
        facts["latency_ms"] = round((time.perf_counter() - started) * 1000, 3)
        return PartHealth(name="database", status="up", facts=facts)

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _limited(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self.timeout_seconds * WHOLE_TRANSACTION_FACTOR):
                yield
        except OURS:
            raise
        except self._failures as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: Exception) -> DatabaseUnavailable:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
        return DatabaseUnavailable(
            f"the database ({self.backend}) does not answer",
            suggestions=("Ask again in a moment.", "The operator looks at GET /health and the server's log."),
            backend=self.backend,
            reason=type(cause.__cause__ or cause).__name__,
        )


def open_database(settings: StorageSettings) -> Database:
    """The database that the settings name, not connected yet. Raises `BadDatabaseUrl`."""
    if settings.database_url is None:
        settings.qna_data_dir.mkdir(parents=True, exist_ok=True)
        url = URL.create("sqlite+aiosqlite", database=str(settings.database_file))
    else:
        url = read_database_url(settings.database_url.get_secret_value())
    return Database(url, settings.database_pool_size, settings.database_timeout_seconds)


DRIVERS = {
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
}


def read_database_url(address: str) -> URL:
    """`address` with the driver we use. Raises `BadDatabaseUrl`."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise BadDatabaseUrl("DATABASE_URL is not an address like postgresql://user@host/name") from None
    kind = url.drivername.partition("+")[0]
    if kind not in DRIVERS:
        raise BadDatabaseUrl(f"DATABASE_URL names {kind!r}; postgresql and sqlite are known")
    query: Mapping[str, Any] = url.query
    if "sslmode" in query:
        query = {**{key: value for key, value in query.items() if key != "sslmode"}, "ssl": query["sslmode"]}
    return url.set(drivername=DRIVERS[kind], query=query)


def _create_engine(url: URL, pool_size: int, timeout_seconds: float) -> AsyncEngine:
    options: dict[str, Any] = {
        "json_serializer": _write_json,
        "json_deserializer": orjson.loads,
        "pool_size": pool_size,
        "max_overflow": 0,
        "pool_timeout": timeout_seconds,
        # The connection that was used last has its pages, its statements and its thread at hand.
        "pool_use_lifo": True,
    }
    if url.get_backend_name() == "sqlite":
        options |= {"connect_args": {"timeout": timeout_seconds}, "module": make_driver()}
        engine = create_async_engine(url, **options)
        _prepare_sqlite(engine, timeout_seconds)
        return engine
    milliseconds = str(int(timeout_seconds * 1000))
    options["pool_pre_ping"] = True
    options["connect_args"] = {
        "timeout": timeout_seconds,
        # A little more than the server's own limit, which leaves the connection usable.
        "command_timeout": timeout_seconds + 1,
        "server_settings": {"statement_timeout": milliseconds, "application_name": "qna-ai"},
    }
    return create_async_engine(url, **options)


def _list_failures(url: URL) -> tuple[type[Exception], ...]:
    """How a database that does not work shows: through SQLAlchemy, or past it while connecting."""
    failures = (DBAPIError, PoolTimeout, OSError)
    if url.get_backend_name() == "sqlite":
        return failures
    import asyncpg

    return (*failures, asyncpg.PostgresError, asyncpg.InterfaceError)


def _write_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _prepare_sqlite(engine: AsyncEngine, timeout_seconds: float) -> None:
    """WAL, foreign keys, transactions that begin when we say so, and a limit on each statement."""
    pool_side = engine.sync_engine

    @event.listens_for(pool_side, "connect")
    def set_up(connection: Any, entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL", "cache_size=-16000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

        def is_late() -> bool:
            return bool(time.monotonic() > entry.info.get("deadline", math.inf))

        connection.run_async(lambda raw: raw.set_progress_handler(is_late, DEADLINE_CHECK_INSTRUCTIONS))

    @event.listens_for(pool_side, "begin")
    def begin(connection: Connection) -> None:
        opening = connection.get_execution_options().get("sqlite_begin", OPENING)
        if opening:
            raw: Any = connection.connection.dbapi_connection
            raw.begin(opening)

    @event.listens_for(pool_side, "before_cursor_execute")
    def set_deadline(connection: Connection, *_statement: Any) -> None:
        connection.info["deadline"] = time.monotonic() + timeout_seconds
