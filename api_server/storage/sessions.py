"""Sessions and their messages, each seen by its user only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api_server.errors import SessionNotFound
from api_server.storage.database import Database
from api_server.storage.paging import PAGE_LENGTH, read_page
from api_server.storage.records import ChatMessage, ChatSession, Page, Role, new_id, read_record
from api_server.storage.tables import chat_messages, chat_sessions, executions
from schemas.wire import utc_now

UNDO_SECONDS = 10.0
"""How long a deletion can be taken back; after that the rows themselves go."""

TITLE_LENGTH_MAX = 200
# Statements of every question are built once: building one costs more than SQLite needs to do it.
ADD_MESSAGE = chat_messages.insert()
TOUCH = update(chat_sessions).where(chat_sessions.c.id == bindparam("touched"))
ORDER = (chat_sessions.c.is_pinned, chat_sessions.c.updated_at, chat_sessions.c.id)


@dataclass(frozen=True)
class NewMessage:
    """What somebody says."""

    role: Role
    content: str
    execution_id: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


class SessionStore:
    """Every method raises `DatabaseUnavailable`; those that name a session also `SessionNotFound`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        adding = database.insert(chat_sessions).on_conflict_do_nothing()
        self._add = adding.returning(chat_sessions)

    async def create(self, user_id: str, session_id: str | None = None, title: str = "") -> ChatSession:
        """A session of that id, which may exist already if it is the user's own."""
        async with self._database.writing() as connection:
            return await self.add(connection, user_id, session_id or new_id("sess"), title)

    async def add(
        self, connection: AsyncConnection, user_id: str, session_id: str, title: str
    ) -> ChatSession:
        """The same inside a transaction."""
        now = utc_now()
        row = {"id": session_id, "user_id": user_id, "title": title[:TITLE_LENGTH_MAX], "is_pinned": False}
        row |= {"created_at": now, "updated_at": now, "metadata": {}}
        added = (await connection.execute(self._add, row)).mappings().first()
        if added is not None:
            return read_record(ChatSession, added)
        return await self._find(connection, user_id, session_id)

    async def find(self, user_id: str, session_id: str) -> ChatSession:
        """One session."""
        async with self._database.reading() as connection:
            return await self._find(connection, user_id, session_id)

    async def list_page(self, user_id: str, cursor: str | None = None) -> Page[ChatSession]:
        """The user's sessions: pinned ones first, then the latest. Raises `BadCursor`."""
        mine = and_(chat_sessions.c.user_id == user_id, chat_sessions.c.deleted_at.is_(None))
        async with self._database.reading() as connection:
            return await read_page(
                connection,
                select(chat_sessions).where(mine),
                ORDER,
                cursor,
                lambda row: read_record(ChatSession, row),
            )

    async def change(
        self, user_id: str, session_id: str, *, title: str | None = None, is_pinned: bool | None = None
    ) -> ChatSession:
        """Rename it, pin it, or both."""
        changes = {"title": title[:TITLE_LENGTH_MAX] if title is not None else None, "is_pinned": is_pinned}
        known = {name: value for name, value in changes.items() if value is not None}
        async with self._database.writing() as connection:
            if known:
                await connection.execute(update(chat_sessions).where(_is(user_id, session_id)).values(known))
            return await self._find(connection, user_id, session_id)

    async def delete(self, user_id: str, session_id: str) -> None:
        """Hide it with everything in it, for good after `UNDO_SECONDS`."""
        now = utc_now()
        inside = and_(executions.c.session_id == session_id, executions.c.deleted_at.is_(None))
        async with self._database.writing() as connection:
            await self._find(connection, user_id, session_id)
            await connection.execute(
                update(chat_sessions).where(_is(user_id, session_id)).values(deleted_at=now)
            )
            await connection.execute(update(executions).where(inside).values(deleted_at=now))

    async def restore(self, user_id: str, session_id: str) -> ChatSession:
        """Take a deletion back; after `UNDO_SECONDS` there is nothing to restore."""
        mine = and_(chat_sessions.c.id == session_id, chat_sessions.c.user_id == user_id)
        async with self._database.writing() as connection:
            query = select(chat_sessions.c.deleted_at).where(mine)
            deleted_at: datetime | None = (await connection.execute(query)).scalar()
            if deleted_at is not None and utc_now() - deleted_at <= timedelta(seconds=UNDO_SECONDS):
                with_it = and_(executions.c.session_id == session_id, executions.c.deleted_at == deleted_at)
                await connection.execute(update(chat_sessions).where(mine).values(deleted_at=None))
                await connection.execute(update(executions).where(with_it).values(deleted_at=None))
            return await self._find(connection, user_id, session_id)

    async def purge_deleted(self) -> dict[str, list[str]]:
        """Remove what can no longer be restored; the executions among it by their user."""
        before = utc_now() - timedelta(seconds=UNDO_SECONDS)
        purged = delete(executions).where(executions.c.deleted_at < before)
        gone: dict[str, list[str]] = {}
        async with self._database.writing() as connection:
            for row in await connection.execute(purged.returning(executions.c.user_id, executions.c.id)):
                gone.setdefault(row.user_id, []).append(row.id)
            await connection.execute(delete(chat_sessions).where(chat_sessions.c.deleted_at < before))
        return gone

    async def add_message(self, user_id: str, session_id: str, message: NewMessage) -> ChatMessage:
        """Say something in a session."""
        async with self._database.writing() as connection:
            await self._find(connection, user_id, session_id)
            return await self.append(connection, session_id, message)

    async def append(self, connection: AsyncConnection, session_id: str, message: NewMessage) -> ChatMessage:
        """The same inside a transaction that knows whose session it is."""
        said = ChatMessage(
            id=new_id("msg"),
            session_id=session_id,
            role=message.role,
            content=message.content,
            metadata=message.metadata,
            created_at=utc_now(),
            execution_id=message.execution_id,
        )
        await connection.execute(ADD_MESSAGE, vars(said))
        await touch_session(connection, session_id)
        return said

    async def last_messages(
        self, user_id: str, session_id: str, count: int = PAGE_LENGTH
    ) -> Sequence[ChatMessage]:
        """The latest `count` messages, oldest first; those of deleted questions are not among them."""
        hidden = select(executions.c.id).where(executions.c.deleted_at.is_not(None))
        owner = chat_messages.c.execution_id
        query = select(chat_messages).where(
            chat_messages.c.session_id == session_id,
            or_(owner.is_(None), owner.not_in(hidden.where(executions.c.session_id == session_id))),
        )
        newest = query.order_by(chat_messages.c.created_at.desc(), chat_messages.c.id.desc()).limit(count)
        async with self._database.reading() as connection:
            await self._find(connection, user_id, session_id)
            rows = (await connection.execute(newest)).mappings().all()
        return [read_record(ChatMessage, row) for row in reversed(rows)]

    async def _find(self, connection: AsyncConnection, user_id: str, session_id: str) -> ChatSession:
        query = select(chat_sessions).where(_is(user_id, session_id))
        row = (await connection.execute(query)).mappings().first()
        if row is None:
            raise session_not_found(session_id)
        return read_record(ChatSession, row)


async def touch_session(connection: AsyncConnection, session_id: str) -> None:
    """What is in the session changed: copies of it, wherever they are, are out of date."""
    await connection.execute(TOUCH, {"touched": session_id, "updated_at": utc_now()})


def session_not_found(session_id: str) -> SessionNotFound:
    """What a caller is told about a session that is not theirs, or is not at all."""
    return SessionNotFound(
        f"there is no session {session_id!r}", suggestions=("GET /conversation/sessions lists yours.",)
    )


def _is(user_id: str, session_id: str) -> ColumnElement[bool]:
    return and_(
        chat_sessions.c.id == session_id,
        chat_sessions.c.user_id == user_id,
        chat_sessions.c.deleted_at.is_(None),
    )
