"""Sessions: what was said in them, and what a question there can lean on."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from schemas.analysis import SESSION_ID_PATTERN
from schemas.history import TITLE_LENGTH_MAX, ExecutionItem
from schemas.wire import Wire, utc_now


class SessionItem(Wire):
    """One session. `updated_at` is the time of what was said last."""

    session_id: str
    title: str
    is_pinned: bool
    created_at: datetime
    updated_at: datetime


class SessionList(Wire):
    """A page of 50: pinned ones first, then the latest."""

    sessions: list[SessionItem]
    next_cursor: str | None


class SessionListResponse(Wire):
    """The answer of `GET /conversation/sessions`."""

    success: Literal[True] = True
    data: SessionList
    timestamp: datetime = Field(default_factory=utc_now)


class NewSessionRequest(Wire):
    """The body of `POST /conversation/sessions`. An id of one's own makes repeating it harmless."""

    session_id: str | None = Field(default=None, max_length=128, pattern=SESSION_ID_PATTERN)
    title: str = Field(default="", max_length=TITLE_LENGTH_MAX)


class SessionResponse(Wire):
    """The answer of the addresses of one session."""

    success: Literal[True] = True
    data: SessionItem
    timestamp: datetime = Field(default_factory=utc_now)


class MessageView(Wire):
    """What was said, with the execution it belongs to and facts such as its outcome."""

    message_id: str
    role: Literal["user", "assistant", "system"]
    content: str
    execution_id: str | None
    metadata: dict[str, Any]
    created_at: datetime


class Conversation(Wire):
    """A session with its latest messages and executions, both oldest first."""

    session: SessionItem
    messages: list[MessageView]
    executions: list[ExecutionItem]


class ConversationResponse(Wire):
    """The answer of `GET /conversation/{session_id}`."""

    success: Literal[True] = True
    data: Conversation
    timestamp: datetime = Field(default_factory=utc_now)


class ContextMessage(Wire):
    """A message in the design's form."""

    role: Literal["user", "assistant", "system"]
    content: str
    created_at: datetime


class ExpandedQuery(Wire):
    """A question as it was asked and as it was taken; `confidence` is from 0 to 1."""

    original: str
    expanded: str
    confidence: float | None


class SimilarQuestion(Wire):
    """An earlier question of the same user that is much like the last one of the session."""

    question: str
    similarity_score: float
    session_id: str
    timestamp: datetime


class Context(Wire):
    """What a question in a session can lean on. Each list has its latest entries, oldest first."""

    messages: list[ContextMessage]
    expanded_queries: list[ExpandedQuery]
    similar_previous_questions: list[SimilarQuestion]


class ContextResponse(Wire):
    """The answer of `GET /conversation/{session_id}/context`, in the design's form."""

    success: Literal[True] = True
    session_id: str
    context: Context
    timestamp: datetime = Field(default_factory=utc_now)
