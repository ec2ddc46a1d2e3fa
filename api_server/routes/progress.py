"""Progress as it happens: `GET /executions/{id}/events` as server-sent events, and `WS /ws/{session_id}`."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Header, Query, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse

from api_server.access.gate import SUBPROTOCOL_PREFIX
from api_server.errors import ExecutionNotFound
from api_server.routes.dependencies import TheCaller, TheLive, TheStorage
from api_server.settings import ApiSettings
from api_server.storage.opened import Storage
from schemas.progress import ProgressEvent
from service.errors import PlatformError

router = APIRouter()

APPEARANCE_SECONDS = 2.0
"""A client that chose the id may follow it before its request is accepted."""
LOOK_AGAIN_SECONDS = 0.05
CLOSE_POLICY, CLOSE_RESTART, CLOSE_TRY_AGAIN = 1008, 1012, 1013
NO_CACHE = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

After = Annotated[int, Query(ge=0)]


async def get_start(after: After = 0, last_event_id: Annotated[int | None, Header(ge=0)] = None) -> int:
    """The number that a reader has seen last; the header is what a browser sends when it connects again."""
    return after if last_event_id is None else last_event_id


@router.get("/executions/{execution_id}/events", response_class=StreamingResponse)
async def follow_execution(
    execution_id: str,
    caller: TheCaller,
    live: TheLive,
    storage: TheStorage,
    start: Annotated[int, Depends(get_start)],
) -> StreamingResponse:
    """Events after number `after`, or after `Last-Event-ID`; the stream ends with the execution.

    A comment comes every 15 seconds in which nothing happens.
    """
    await _wait_for_appearance(storage, caller.user_id, execution_id)
    events = live.events.follower.follow_execution(caller.user_id, execution_id, start)
    return StreamingResponse(_write_stream(events), media_type="text/event-stream", headers=NO_CACHE)


@router.websocket("/ws/{session_id}")
async def follow_session(
    socket: WebSocket, session_id: str, caller: TheCaller, live: TheLive, after: After = 0
) -> None:
    """Events of all executions of a session as JSON, after number `after` of `seq`, their number in it."""
    if not is_own_page(socket):
        await socket.close(CLOSE_POLICY, "FOREIGN_PAGE")
        return
    await socket.accept(choose_subprotocol(socket))
    events = live.events.follower.follow_session(caller.user_id, session_id, after)
    sending = asyncio.create_task(_send_all(socket, events))
    leaving = asyncio.create_task(_wait_for_end(socket))
    try:
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if sending.done() and not leaving.done():
            await socket.close(_close_code(sending))
    finally:
        for task in (sending, leaving):
            task.cancel()
        await asyncio.wait({sending, leaving})


def is_own_page(socket: WebSocket) -> bool:
    """Whether no browser, or a page of ours, opens the socket: browsers let any page open one."""
    origin = socket.headers.get("origin")
    settings: ApiSettings = socket.app.state.parts.settings
    if origin is None or origin.rstrip("/") in settings.allowed_origins:
        return True
    return urlsplit(origin).netloc == socket.headers.get("host", "")


def choose_subprotocol(socket: WebSocket) -> str | None:
    """One that the browser offers, or it hangs up; never the one that holds its token."""
    offered: list[str] = socket.scope.get("subprotocols", [])
    return next((each for each in offered if not each.startswith(SUBPROTOCOL_PREFIX)), None)


async def _wait_for_appearance(storage: Storage, user_id: str, execution_id: str) -> None:
    """Raises `ExecutionNotFound` when it does not appear."""
    deadline = time.monotonic() + APPEARANCE_SECONDS
    while True:
        try:
            await storage.executions.find(user_id, execution_id)
        except ExecutionNotFound:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        else:
            return


async def _write_stream(events: AsyncIterator[ProgressEvent | None]) -> AsyncIterator[str]:
    async for event in events:
        if event is None:
            yield ": nothing new\n\n"
        else:
            yield f"id: {event.sequence}\nevent: {event.type}\ndata: {event.model_dump_json()}\n\n"


async def _send_all(socket: WebSocket, events: AsyncIterator[ProgressEvent | None]) -> None:
    async for event in events:
        if event is None:
            await socket.send_json({"type": "heartbeat"})
        else:
            await socket.send_json({"seq": event.session_sequence, **event.model_dump(mode="json")})


async def _wait_for_end(socket: WebSocket) -> None:
    """What a client says is not listened to; only that it leaves."""
    try:
        while True:
            await socket.receive_text()
    except (WebSocketDisconnect, KeyError):
        return


def _close_code(sending: "asyncio.Task[None]") -> int:
    error = sending.exception()
    return CLOSE_TRY_AGAIN if isinstance(error, PlatformError) else CLOSE_RESTART
