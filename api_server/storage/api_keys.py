"""API keys. The secret is shown once, when it is made; here is only its SHA-256.

That suffices because a key is random and long: nobody can try them all, as one could with passwords.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from api_server.storage.audit import AuditStore, Deed, Origin
from api_server.storage.database import Database
from api_server.storage.records import ApiKey, new_id, read_record
from api_server.storage.tables import api_keys
from api_server.storage.users import UserStore
from schemas.wire import utc_now

PREFIX = "qna"
SECRET_BYTES = 32
ABSENT = "0" * 64
"""Compared with when there is no such key, so that it takes as long."""


class ApiKeyStore:
    """A key reads `qna_<id>_<secret>`. Every method raises `DatabaseUnavailable`."""

    def __init__(self, database: Database, users: UserStore, audit: AuditStore) -> None:
        self._database = database
        self._users = users
        self._audit = audit

    async def create(
        self,
        user_id: str,
        name: str,
        *,
        is_administrator: bool = False,
        expires_at: datetime | None = None,
    ) -> tuple[ApiKey, str]:
        """A new key of a user, who need not be known yet, and its text, which is kept nowhere."""
        key = ApiKey(new_id("key"), user_id, name, is_administrator, utc_now(), expires_at, revoked_at=None)
        text = f"{PREFIX}_{key.id.removeprefix('key_')}_{secrets.token_urlsafe(SECRET_BYTES)}"
        deed = Deed("key_created", "key", key.id, {"name": name, "is_administrator": is_administrator})
        async with self._database.writing() as connection:
            await self._users.add(connection, user_id)
            await connection.execute(api_keys.insert().values({**vars(key), "digest": _digest(text)}))
            await self._audit.write(connection, user_id, Origin(), deed)
        return key, text

    async def find(self, text: str) -> ApiKey | None:
        """The key that `text` is, unless revoked or over. Nothing is remembered: revoking works at once."""
        prefix, _, rest = text.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != PREFIX or not key_id or not secret:
            return None
        query = select(api_keys).where(api_keys.c.id == f"key_{key_id}")
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().first()
        is_same = hmac.compare_digest(row["digest"] if row else ABSENT, _digest(text))
        if row is None or not is_same:
            return None
        key = read_record(ApiKey, row)
        is_over = key.expires_at is not None and key.expires_at <= utc_now()
        return None if key.revoked_at or is_over else key

    async def list_all(self, user_id: str | None = None) -> Sequence[ApiKey]:
        """The keys of a user, or of everybody, oldest first; revoked ones included."""
        query = select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)
        if user_id is not None:
            query = query.where(api_keys.c.user_id == user_id)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [read_record(ApiKey, row) for row in rows]

    async def revoke(self, key_id: str) -> bool:
        """Whether there was such a key that was still valid."""
        mine = update(api_keys).where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
        async with self._database.writing() as connection:
            done = await connection.execute(mine.values(revoked_at=utc_now()))
            if done.rowcount == 0:
                return False
            await self._audit.write(connection, None, Origin(), Deed("key_revoked", "key", key_id))
        return True


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
