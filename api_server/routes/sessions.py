"""Sessions: `/conversation/sessions` and `/conversation/{session_id}`."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api_server.routes.dependencies import TheCaller, TheConversations, TheOrigin, TheStorage
from api_server.routes.views import view_item, view_message, view_session
from api_server.storage.audit import Deed
from api_server.storage.sessions import UNDO_SECONDS
from schemas.analysis import SESSION_ID_PATTERN
from schemas.conversation import (
    ContextResponse,
    Conversation,
    ConversationResponse,
    NewSessionRequest,
    SessionList,
    SessionListResponse,
    SessionResponse,
)
from schemas.history import ChangeRequest, Deletion, DeletionResponse

router = APIRouter(prefix="/conversation")

SessionId = Annotated[str, Path(max_length=128, pattern=SESSION_ID_PATTERN)]


@router.get("/sessions")
async def list_sessions(
    caller: TheCaller, storage: TheStorage, cursor: Annotated[str | None, Query(max_length=1000)] = None
) -> SessionListResponse:
    """The caller's sessions, 50 at a time: pinned ones first, then the latest."""
    page = await storage.sessions.list_page(caller.user_id, cursor)
    sessions = [view_session(session) for session in page.items]
    return SessionListResponse(data=SessionList(sessions=sessions, next_cursor=page.next_cursor))


@router.post("/sessions", status_code=201)
async def create_session(body: NewSessionRequest, caller: TheCaller, storage: TheStorage) -> SessionResponse:
    """A session, or the caller's own one of that id. Asking a question creates one too."""
    await storage.users.see(caller.user_id)
    session = await storage.sessions.create(caller.user_id, body.session_id, body.title)
    return SessionResponse(data=view_session(session))


@router.get("/{session_id}", response_model_by_alias=True)
async def read_session(
    session_id: SessionId, caller: TheCaller, conversations: TheConversations
) -> ConversationResponse:
    """The latest messages and executions of a session."""
    session, messages, executions = await conversations.read(caller.user_id, session_id)
    conversation = Conversation(
        session=view_session(session),
        messages=[view_message(message) for message in messages],
        executions=[view_item(execution) for execution in executions],
    )
    return ConversationResponse(data=conversation)


@router.get("/{session_id}/context")
async def read_context(
    session_id: SessionId, caller: TheCaller, conversations: TheConversations
) -> ContextResponse:
    """What the next question in a session can lean on."""
    context = await conversations.context(caller.user_id, session_id)
    return ContextResponse(session_id=session_id, context=context)


@router.patch("/{session_id}")
async def change_session(
    session_id: SessionId, body: ChangeRequest, caller: TheCaller, storage: TheStorage
) -> SessionResponse:
    """Rename a session, pin it, or both."""
    session = await storage.sessions.change(
        caller.user_id, session_id, title=body.title, is_pinned=body.is_pinned
    )
    return SessionResponse(data=view_session(session))


@router.delete("/{session_id}")
async def delete_session(
    session_id: SessionId,
    caller: TheCaller,
    storage: TheStorage,
    conversations: TheConversations,
    origin: TheOrigin,
) -> DeletionResponse:
    """Delete a session with everything in it; it can be restored for a few seconds."""
    await storage.sessions.delete(caller.user_id, session_id)
    await conversations.copies.forget(session_id)
    await storage.audit.add(caller.user_id, Deed("session_deleted", "session", session_id), origin)
    return DeletionResponse(data=Deletion(id=session_id, undo_seconds=UNDO_SECONDS))


@router.post("/{session_id}/restore")
async def restore_session(
    session_id: SessionId, caller: TheCaller, storage: TheStorage, origin: TheOrigin
) -> SessionResponse:
    """Take a deletion back while that is possible."""
    session = await storage.sessions.restore(caller.user_id, session_id)
    await storage.audit.add(caller.user_id, Deed("session_restored", "session", session_id), origin)
    return SessionResponse(data=view_session(session))
