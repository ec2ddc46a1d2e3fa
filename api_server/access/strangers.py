"""Without access control a browser's word is enough, so a stranger's web page must not be able to use it.

Refuses requests to a host name that is not this machine's own (DNS rebinding) and those sent by a page of
another origin (cross-site requests, also over WebSocket).
"""

from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from api_server.errors import ForeignPage
from api_server.settings.access import AccessSettings
from service.errors import error_response

OWN_NAMES = frozenset(["localhost", "127.0.0.1", "::1"])


def guard_browsers(app: FastAPI, settings: AccessSettings) -> None:
    """Decide which pages in a browser may use the API: ours, and those of CORS_ORIGINS."""
    if not settings.is_access_controlled:
        # Innermost, so that its refusals have a request id like every other reply.
        app.user_middleware.append(Middleware(StrangersKeptOut, allowed_origins=settings.allowed_origins))
    if settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=["GET", "POST", "PATCH", "DELETE"],
            allow_headers=["Authorization", "X-API-Key", "X-Session-ID", "Last-Event-ID"],
            expose_headers=["X-Request-ID", "Retry-After"],
        )


class StrangersKeptOut:
    """ASGI middleware for an API server that only this machine can reach."""

    def __init__(self, app: ASGIApp, allowed_origins: list[str]) -> None:
        self.app = app
        self._allowed_origins = frozenset(allowed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or self._is_own(HTTPConnection(scope)):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(code=1008, reason=ForeignPage.code)(scope, receive, send)
        else:
            error = ForeignPage(
                "this server answers pages of its own only",
                suggestions=(
                    "Open it as http://127.0.0.1 or http://localhost.",
                    "The operator names other pages in CORS_ORIGINS.",
                ),
            )
            await error_response(Request(scope), error)(scope, receive, send)

    def _is_own(self, connection: HTTPConnection) -> bool:
        host = connection.headers.get("host", "")
        if _read_name(host) not in OWN_NAMES:
            return False
        origin = connection.headers.get("origin")
        if origin is None:
            return connection.headers.get("sec-fetch-site") != "cross-site" or _is_visit(connection)
        return origin.rstrip("/") in self._allowed_origins or urlsplit(origin).netloc == host


def _is_visit(connection: HTTPConnection) -> bool:
    """Somebody follows a link to us from elsewhere: a page is opened, nothing is read by the other page."""
    mode = connection.headers.get("sec-fetch-mode")
    return connection.scope.get("method") == "GET" and mode == "navigate"


def _read_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
