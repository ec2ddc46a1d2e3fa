"""What a session holds, and what the next question in it can lean on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from api_server.conversation.hot_copies import HotCopies
from api_server.storage.executions import ExecutionStore
from api_server.storage.paging import PAGE_LENGTH
from api_server.storage.records import ChatMessage, ChatSession, Execution
from api_server.storage.sessions import SessionStore
from schemas.conversation import Context, ContextMessage, ExpandedQuery, SimilarQuestion


class SimilarQuestions(Protocol):
    """Earlier questions of a user that are much like a given one."""

    async def find_similar(self, user_id: str, question: str) -> Sequence[SimilarQuestion]:
        """The most similar first, of any of the user's sessions."""
        ...


class NoSimilarQuestions:
    """Where context awareness is off."""

    async def find_similar(self, user_id: str, question: str) -> Sequence[SimilarQuestion]:  # noqa: ARG002
        """None at all."""
        return ()


@dataclass(frozen=True)
class Conversations:
    """Sessions read. Every method raises `SessionNotFound` and `DatabaseUnavailable`."""

    sessions: SessionStore
    executions: ExecutionStore
    copies: HotCopies
    similar: SimilarQuestions = field(default_factory=NoSimilarQuestions)

    async def read(
        self, user_id: str, session_id: str
    ) -> tuple[ChatSession, Sequence[ChatMessage], Sequence[Execution]]:
        """A session with its latest messages and executions, both oldest first."""
        session = await self.sessions.find(user_id, session_id)
        messages = await self.sessions.last_messages(user_id, session_id)
        latest = await self.executions.list_latest(user_id, session_id, PAGE_LENGTH)
        return session, messages, list(reversed(latest))

    async def context(self, user_id: str, session_id: str) -> Context:
        """What was said, how it was taken, and which earlier questions are much like the last one."""
        session = await self.sessions.find(user_id, session_id)
        context = await self.copies.find(session)
        if context is None:
            context = await self._read_context(user_id, session_id)
            await self.copies.keep(session, context)
        asked = [message.content for message in context.messages if message.role == "user"]
        similar = await self.similar.find_similar(user_id, asked[-1]) if asked else ()
        return context.model_copy(update={"similar_previous_questions": list(similar)})

    async def _read_context(self, user_id: str, session_id: str) -> Context:
        messages = await self.sessions.last_messages(user_id, session_id)
        latest = await self.executions.list_latest(user_id, session_id, PAGE_LENGTH)
        return Context(
            messages=[
                ContextMessage(role=each.role, content=each.content, created_at=each.created_at)
                for each in messages
            ],
            expanded_queries=[
                ExpandedQuery(
                    original=each.question,
                    expanded=each.expanded_question,
                    confidence=each.expansion_confidence,
                )
                for each in reversed(latest)
                if each.expanded_question not in ("", each.question)
            ],
            similar_previous_questions=[],
        )
