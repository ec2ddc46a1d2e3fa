"""What routes ask for by type. All of it is `async`: FastAPI calls a plain function in a thread."""

from typing import Annotated, Any

from fastapi import Depends, Header, Request, WebSocketException
from starlette.requests import HTTPConnection
from starlette.status import WS_1008_POLICY_VIOLATION
from structlog.contextvars import bind_contextvars

from api_server.access.caller import Caller
from api_server.access.gate import Gate, read_origin
from api_server.conversation.conversations import Conversations
from api_server.errors import Forbidden, TooManyRequests
from api_server.live import Live
from api_server.pipeline import Pipeline
from api_server.reuse.opened import Reusing
from api_server.storage.audit import Origin
from api_server.storage.opened import Storage
from api_server.trust.desk import Trust
from api_server.vectors.index import VectorIndex
from schemas.analysis import SESSION_ID_PATTERN
from service.errors import PlatformError


async def get_pipeline(request: Request) -> Pipeline:
    """The pipeline of this app."""
    pipeline: Pipeline = request.app.state.parts.pipeline
    return pipeline


ThePipeline = Annotated[Pipeline, Depends(get_pipeline)]


async def get_storage(request: HTTPConnection) -> Storage:
    """Everything that this app keeps."""
    storage: Storage = request.app.state.parts.storage
    return storage


TheStorage = Annotated[Storage, Depends(get_storage)]


async def get_conversations(request: Request) -> Conversations:
    """The sessions of this app."""
    conversations: Conversations = request.app.state.parts.conversations
    return conversations


TheConversations = Annotated[Conversations, Depends(get_conversations)]


async def get_caller(connection: HTTPConnection) -> Caller:
    """Whoever sent this request or opened this socket. Raises as `Gate.admit`; a socket is closed instead."""
    gate: Gate = connection.app.state.parts.gate
    try:
        caller = await gate.admit(connection)
    except PlatformError as error:
        if connection.scope["type"] == "websocket":
            raise WebSocketException(WS_1008_POLICY_VIOLATION, error.code) from error
        raise
    bind_contextvars(user_id=caller.user_id)
    return caller


TheCaller = Annotated[Caller, Depends(get_caller)]


async def get_vectors(request: Request) -> VectorIndex:
    """The index of this app."""
    index: VectorIndex = request.app.state.parts.vectors
    return index


TheVectors = Annotated[VectorIndex, Depends(get_vectors)]


async def get_reusing(request: Request) -> Reusing:
    """Understanding in sessions, and what was answered before."""
    reusing: Reusing = request.app.state.parts.reusing
    return reusing


TheReusing = Annotated[Reusing, Depends(get_reusing)]


async def get_live(connection: HTTPConnection) -> Live:
    """What this app shares with other API servers."""
    live: Live = connection.app.state.parts.live
    return live


TheLive = Annotated[Live, Depends(get_live)]


def limited(endpoint: str) -> Any:
    """For routes that cost something: raises `TooManyRequests` when the caller asks too much."""

    async def demand(caller: TheCaller, live: TheLive) -> None:
        try:
            await live.rate_limits.demand(caller.user_id, endpoint)
        except TooManyRequests:
            live.metrics.count_limited(endpoint)
            raise

    return Depends(demand)


async def get_administrator(caller: TheCaller) -> Caller:
    """The caller, who must be an administrator. Raises `Forbidden`."""
    if not caller.is_administrator:
        raise Forbidden("only an administrator may do this", suggestions=("Ask an administrator.",))
    return caller


TheAdministrator = Annotated[Caller, Depends(get_administrator)]


async def get_origin(connection: HTTPConnection) -> Origin:
    """Where a request comes from."""
    return read_origin(connection)


TheOrigin = Annotated[Origin, Depends(get_origin)]


async def get_trust(request: Request) -> Trust:
    """Replays, re-runs, comparisons and sources of this app."""
    trust: Trust = request.app.state.parts.trust
    return trust


TheTrust = Annotated[Trust, Depends(get_trust)]


async def get_header_session_id(
    x_session_id: Annotated[str | None, Header(max_length=128, pattern=SESSION_ID_PATTERN)] = None,
) -> str | None:
    """The session that a request names outside its body. X-User-ID is not read: anybody could send it."""
    return x_session_id


HeaderSessionId = Annotated[str | None, Depends(get_header_session_id)]
