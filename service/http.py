"""The HTTP app that every server of ours starts from, and how it listens."""

import ipaddress
import socket
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import uuid4

import structlog
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from service.errors import install_error_handlers
from service.lifeline import follow_starter

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[Any]]


class UnsafeAddress(Exception):
    """The address would be reachable from other machines, and nobody would be asked who they are."""


class RequestIds:
    """Gives each request an id, puts it into every log line and into the reply's `X-Request-ID`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = f"req_{uuid4().hex[:20]}"
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_id(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self.app(scope, receive, send_with_id)


class ReplyHeaders:
    """Gives every reply the same headers, unless it has its own of that name."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self.app = app
        self.headers = {name.lower().encode(): value.encode() for name, value in headers.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                own = dict(message.get("headers", []))
                added = [pair for pair in self.headers.items() if pair[0] not in own]
                message["headers"] = [*message.get("headers", []), *added]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def create_http_app(
    title: str, version: str, lifespan: Lifespan, reply_headers: Mapping[str, str] | None = None
) -> FastAPI:
    """A FastAPI app with request ids and the one error shape; `reply_headers` are on crashes' replies too."""
    app = FastAPI(title=title, version=version, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.add_middleware(RequestIds)
    if reply_headers:
        app.add_middleware(ReplyHeaders, headers=reply_headers)
    app.state.reply_headers = dict(reply_headers or {})
    install_error_handlers(app)
    return app


def check_loopback(host: str) -> None:
    """Raises `UnsafeAddress` unless every address of `host` is a loopback one."""
    addresses = {info[4][0] for info in socket.getaddrinfo(host, None)}
    if not all(ipaddress.ip_address(address).is_loopback for address in addresses):
        raise UnsafeAddress(f"will not listen on {host!r}: there is no access control; use 127.0.0.1")


def serve(app: ASGIApp, host: str, port: int, *, is_guarded: bool = False) -> None:
    """Serve `app` until SIGINT or SIGTERM or the end of who started it.

    Raises `UnsafeAddress` for an address that other machines reach, unless `is_guarded`: then the app itself
    demands to know who asks.
    """
    if not is_guarded:
        check_loopback(host)
    follow_starter()
    uvicorn.run(app, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=5)
