"""`qna keys`: API keys and tokens for installations without an identity provider."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from api_server.errors import DatabaseUnavailable, SchemaMismatch
from api_server.settings.access import AccessSettings
from api_server.settings.storage import StorageSettings
from api_server.storage.database import BadDatabaseUrl, open_database
from api_server.storage.opened import Storage, make_storage
from api_server.storage.records import ApiKey
from api_server.storage.schema_version import prepare_schema
from qna.failures import Misuse, PlatformFailed
from qna.settings import QnaSettings
from schemas.wire import utc_now
from service.settings import load_settings


@asynccontextmanager
async def opened_stores(settings: QnaSettings) -> AsyncIterator[Storage]:
    """The stores, beside whatever server runs. Raises `Misuse` or `PlatformFailed`."""
    storage_settings = load_settings(StorageSettings, qna_data_dir=settings.qna_data_dir)
    try:
        database = open_database(storage_settings)
    except BadDatabaseUrl as error:
        raise Misuse(str(error), "Correct it in the environment or in .env.") from error
    try:
        await prepare_schema(database)
        yield make_storage(database, audits=storage_settings.enable_audit_logging)
    except (DatabaseUnavailable, SchemaMismatch) as error:
        raise PlatformFailed(error.message, error.suggestions[0]) from error
    finally:
        await database.close()


async def create_key(
    settings: QnaSettings, user_id: str, name: str, *, is_administrator: bool, days: float | None
) -> tuple[ApiKey, str]:
    """A new key and its text, which is shown this once."""
    expires_at = utc_now() + timedelta(days=days) if days is not None else None
    async with opened_stores(settings) as storage:
        return await storage.api_keys.create(
            user_id, name, is_administrator=is_administrator, expires_at=expires_at
        )


async def list_keys(settings: QnaSettings, user_id: str | None) -> Sequence[ApiKey]:
    """The keys of a user, or of everybody."""
    async with opened_stores(settings) as storage:
        return await storage.api_keys.list_all(user_id)


async def revoke_key(settings: QnaSettings, key_id: str) -> None:
    """From now on the key is nobody's. Raises `Misuse` when there is no such valid key."""
    async with opened_stores(settings) as storage:
        if not await storage.api_keys.revoke(key_id):
            raise Misuse(f"there is no valid key {key_id!r}", "`qna keys list` shows them.")


def make_token(user_id: str, *, is_administrator: bool) -> str:
    """A token signed with JWT_SECRET. Raises `Misuse` without one."""
    from api_server.access.tokens import write_token

    settings = load_settings(AccessSettings)
    if settings.jwt_secret is None:
        raise Misuse("JWT_SECRET is not set", "Set it to at least 32 random bytes, then start again.")
    return write_token(settings, user_id, is_administrator=is_administrator)


def describe_key(key: ApiKey) -> str:
    """One line: id, user, name, and what it is worth."""
    is_over = key.expires_at is not None and key.expires_at <= utc_now()
    state = "revoked" if key.revoked_at else "expired" if is_over else "valid"
    role = ", administrator" if key.is_administrator else ""
    return f"{key.id}  {key.user_id}  {key.name!r}  {state}{role}, made {key.created_at:%Y-%m-%d}"
