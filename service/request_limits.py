"""What one request's body may cost: its size, and the time that it takes to arrive."""

import asyncio

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import NEXT_STEPS, BadRequest, error_response

LAST_REPLY = {"Connection": "close"}
"""What is left of the body is not read, so nothing more can come over this connection."""


class RequestTooLarge(BadRequest):
    """Its body has more bytes than one may have."""

    code = "REQUEST_TOO_LARGE"
    status = 413
    reply_headers = LAST_REPLY


def limit_requests(app: FastAPI, body_bytes_max: int, arrival_seconds_max: float) -> None:
    """Refuse larger bodies (413 `REQUEST_TOO_LARGE`) and slower ones (408 `REQUEST_TIMEOUT`)."""
    # Innermost, so that its refusals have a request id like every other reply.
    app.user_middleware.append(
        Middleware(RequestLimits, body_bytes_max=body_bytes_max, arrival_seconds_max=arrival_seconds_max)
    )


class RequestLimits:
    """ASGI middleware; what a client announces is refused before any of it is read."""

    def __init__(self, app: ASGIApp, body_bytes_max: int, arrival_seconds_max: float) -> None:
        self.app = app
        self._body_bytes_max = body_bytes_max
        self._arrival_seconds_max = arrival_seconds_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif _announced_bytes(scope) > self._body_bytes_max:
            error = RequestTooLarge(self._too_large(), suggestions=(NEXT_STEPS[RequestTooLarge.status],))
            await error_response(Request(scope), error)(scope, receive, send)
        else:
            await self.app(scope, self._limit(receive), send)

    def _limit(self, receive: Receive) -> Receive:
        read_bytes, is_complete = 0, False
        deadline = float("inf")

        async def receive_limited() -> Message:
            nonlocal read_bytes, is_complete, deadline
            if is_complete:
                return await receive()
            deadline = min(deadline, asyncio.get_running_loop().time() + self._arrival_seconds_max)
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError as error:
                raise HTTPException(408, "the body took too long to arrive", LAST_REPLY) from error
            read_bytes += len(message.get("body", b""))
            is_complete = not message.get("more_body", False)
            if read_bytes > self._body_bytes_max:
                # FastAPI passes on only this kind of exception from the reading of a body.
                raise HTTPException(413, self._too_large(), LAST_REPLY)
            return message

        return receive_limited

    def _too_large(self) -> str:
        return f"the body has more than {self._body_bytes_max} bytes"


def _announced_bytes(scope: Scope) -> int:
    length: bytes = dict(scope["headers"]).get(b"content-length", b"")
    return int(length) if length.isdigit() else 0
