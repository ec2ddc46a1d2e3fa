"""The audit log: who did what to what, and from where. Rows are added and read, never changed."""

from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api_server.storage.database import Database
from api_server.storage.paging import read_page
from api_server.storage.records import AuditEntry, Page, new_id, read_record
from api_server.storage.tables import audit_logs
from schemas.wire import utc_now

USER_AGENT_LENGTH_MAX = 500

Action = Literal[
    "question_submitted",
    "script_generated",
    "execution_started",
    "execution_finished",
    "execution_interrupted",
    "feedback",
    "execution_deleted",
    "execution_restored",
    "session_deleted",
    "session_restored",
    "login_failed",
    "key_created",
    "key_revoked",
    "cache_cleared",
]
ResourceType = Literal["question", "execution", "session", "key", "cache", "address"]


@dataclass(frozen=True)
class Origin:
    """Where a request came from."""

    ip_address: str = ""
    user_agent: str = ""


@dataclass(frozen=True)
class Deed:
    """One thing to be remembered. `changes` holds sizes and states, never content or secrets."""

    action: Action
    resource_type: ResourceType
    resource_id: str | None = None
    changes: dict[str, Any] = field(default_factory=dict)


ADD = audit_logs.insert()


class AuditStore:
    """Does nothing when `is_enabled` is false. Every method raises `DatabaseUnavailable`."""

    def __init__(self, database: Database, *, is_enabled: bool) -> None:
        self._database = database
        self._is_enabled = is_enabled

    async def add(self, user_id: str | None, deed: Deed, origin: Origin) -> None:
        """Remember one deed."""
        if self._is_enabled:
            async with self._database.writing() as connection:
                await self.write(connection, user_id, origin, deed)

    async def write(
        self, connection: AsyncConnection, user_id: str | None, origin: Origin, *deeds: Deed
    ) -> None:
        """The same inside a transaction: the deeds and their record are there together."""
        if self._is_enabled and deeds:
            await connection.execute(ADD, [vars(_entry(user_id, deed, origin)) for deed in deeds])

    async def list_page(self, user_id: str | None = None, cursor: str | None = None) -> Page[AuditEntry]:
        """What a user did, or everybody, latest first. Raises `BadCursor`."""
        query = select(audit_logs)
        if user_id is not None:
            query = query.where(audit_logs.c.user_id == user_id)
        order = (audit_logs.c.created_at, audit_logs.c.id)
        async with self._database.reading() as connection:
            return await read_page(connection, query, order, cursor, lambda row: read_record(AuditEntry, row))


def _entry(user_id: str | None, deed: Deed, origin: Origin) -> AuditEntry:
    return AuditEntry(
        id=new_id("log"),
        user_id=user_id,
        action=deed.action,
        resource_type=deed.resource_type,
        resource_id=deed.resource_id,
        changes=deed.changes,
        ip_address=origin.ip_address,
        user_agent=origin.user_agent[:USER_AGENT_LENGTH_MAX],
        created_at=utc_now(),
    )
