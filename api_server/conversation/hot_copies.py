"""The latest of each session where it is quick to reach: `sessions:{id}`, 7 days.

SQL stays the truth. A copy carries the session's `updated_at` and counts only while SQL has the same: it
cannot be out of date, whichever server wrote last, and there is nothing to invalidate.
"""

from typing import Any

import structlog
from pydantic import ValidationError

from api_server.storage.records import ChatSession
from schemas.conversation import Context, ContextMessage, ExpandedQuery
from service.cache.cache import Cache

log = structlog.get_logger()

COPY_SECONDS = 7 * 24 * 3600.0


class HotCopies:
    """Copies in the cache, in the design's form."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def find(self, session: ChatSession) -> Context | None:
        """The session's messages and expanded questions, if the copy is of its present state."""
        kept = await self._cache.get(_key(session.id))
        if not isinstance(kept, dict) or kept.get("last_activity") != session.updated_at.isoformat():
            return None
        try:
            return Context(
                messages=[ContextMessage.model_validate(each) for each in kept["messages"]],
                expanded_queries=[ExpandedQuery.model_validate(each) for each in kept["expanded_queries"]],
                similar_previous_questions=[],
            )
        except (ValidationError, KeyError, TypeError):
            # Written by another version of ours: as good as absent.
            log.info("hot_copy_unreadable", session_id=session.id)
            return None

    async def keep(self, session: ChatSession, context: Context) -> None:
        """Copy what `session` was when `context` was read."""
        lists: dict[str, Any] = context.model_dump(mode="json", exclude={"similar_previous_questions"})
        copy = {
            "session_id": session.id,
            "user_id": session.user_id,
            "context": {"title": session.title},
            "last_activity": session.updated_at.isoformat(),
            **lists,
        }
        await self._cache.put(_key(session.id), copy, COPY_SECONDS)

    async def forget(self, session_id: str) -> None:
        """Drop the copy of a deleted session."""
        await self._cache.forget(_key(session_id))


def _key(session_id: str) -> str:
    return f"sessions:{session_id}"
