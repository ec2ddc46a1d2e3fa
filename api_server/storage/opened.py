"""Everything that is kept, opened for the life of one API server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog

from api_server.errors import DatabaseUnavailable
from api_server.settings.storage import StorageSettings
from api_server.storage.api_keys import ApiKeyStore
from api_server.storage.attempts import AttemptStore
from api_server.storage.audit import AuditStore
from api_server.storage.database import Database, open_database
from api_server.storage.events import EventStore
from api_server.storage.executions import ExecutionStore
from api_server.storage.recorder import Recorder, Stores
from api_server.storage.remembered import RememberedStore
from api_server.storage.schema_version import prepare_schema
from api_server.storage.servers import BEAT_SECONDS, ServerStore
from api_server.storage.sessions import SessionStore
from api_server.storage.tapes import TapeStore
from api_server.storage.users import UserStore

log = structlog.get_logger()

OnPurge = Callable[[str, Sequence[str]], Awaitable[None]]
"""Is given a user and the ids of their executions."""


@dataclass(frozen=True)
class Storage:
    """The database and every store on it."""

    database: Database
    users: UserStore
    sessions: SessionStore
    executions: ExecutionStore
    attempts: AttemptStore
    events: EventStore
    audit: AuditStore
    api_keys: ApiKeyStore
    remembered: RememberedStore
    servers: ServerStore
    recorder: Recorder
    tapes: TapeStore
    on_purge: list[OnPurge] = field(default_factory=list)
    """Whoever keeps more of executions elsewhere hears which are gone for good."""


def make_storage(database: Database, *, audits: bool = True, tape_size_max_mb: int = 64) -> Storage:
    """The stores on `database`, whose tables are there."""
    audit = AuditStore(database, is_enabled=audits)
    users, sessions, executions = UserStore(database), SessionStore(database), ExecutionStore(database)
    attempts, servers = AttemptStore(database), ServerStore(database, audit)
    stores = Stores(database, users, sessions, executions, attempts, audit)
    recorder = Recorder(stores, servers.server_id)
    return Storage(
        database=database,
        users=users,
        sessions=sessions,
        executions=executions,
        attempts=attempts,
        events=EventStore(database),
        audit=audit,
        api_keys=ApiKeyStore(database, users, audit),
        remembered=RememberedStore(database),
        servers=servers,
        recorder=recorder,
        tapes=TapeStore(database, tape_size_max_mb),
    )


@asynccontextmanager
async def open_storage(settings: StorageSettings) -> AsyncIterator[Storage]:
    """The stores while the block runs; what servers before this one left unfinished is marked first.

    Raises `SchemaMismatch`, `DatabaseUnavailable` or `BadDatabaseUrl`.
    """
    database = open_database(settings)
    try:
        await prepare_schema(database)
        storage = make_storage(
            database, audits=settings.enable_audit_logging, tape_size_max_mb=settings.tape_size_max_mb
        )
        await storage.servers.join()
        await _keep_house(storage)
        keeper = asyncio.create_task(_keep_house_regularly(storage))
        try:
            yield storage
        finally:
            keeper.cancel()
            await asyncio.wait([keeper])
            await _leave(storage)
    finally:
        await database.close()


async def check_storage(settings: StorageSettings) -> None:
    """Whether `open_storage` can succeed. Raises as it does."""
    database = open_database(settings)
    try:
        await prepare_schema(database)
    finally:
        await database.close()


async def _keep_house_regularly(storage: Storage) -> None:
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        try:
            await storage.servers.beat()
            await _keep_house(storage)
        except DatabaseUnavailable as error:
            log.warning("housekeeping_postponed", reason=error.message)


async def _keep_house(storage: Storage) -> None:
    interrupted = await storage.servers.mark_interrupted()
    if interrupted:
        log.warning("executions_interrupted", execution_ids=interrupted)
    purged = await storage.sessions.purge_deleted()
    if purged:
        await storage.tapes.sweep()
    for user_id, execution_ids in purged.items():
        for forget in storage.on_purge:
            await forget(user_id, execution_ids)


async def _leave(storage: Storage) -> None:
    try:
        interrupted = await storage.servers.leave()
    except DatabaseUnavailable as error:
        log.warning("leaving_unrecorded", reason=error.message)
        return
    if interrupted:
        log.warning("executions_interrupted", execution_ids=interrupted)
