"""A vendor's HTTP side for tests: a real server on loopback that misbehaves when it is told to."""

import asyncio
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import uvicorn
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True)
class Fault:
    """One reply that is not what was asked for."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    stall_seconds: float = 0.0
    is_cut: bool = False
    """Whether the connection ends in the middle of the body."""


def rate_limited(**headers: str) -> Fault:
    """429 as both vendors send it; `headers` have underscores for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(429, b'{"code":42910000,"message":"rate limit exceeded"}', named)


SERVER_ERROR = Fault(500, b'{"message":"internal server error"}')
HTML_PAGE = Fault(200, b"<html><body>We will be back soon</body></html>", {"content-type": "text/html"})
TRUNCATED_JSON = Fault(200, b'{"bars":{"AAPL":[{"t":"2023-')
CUT_OFF = Fault(200, b'{"bars":{"AAPL":[]}}', is_cut=True)
WRONG_SHAPE = Fault(200, b'["nothing", "like", "it"]')


def stall(seconds: float) -> Fault:
    """A reply that takes its time."""
    return Fault(stall_seconds=seconds)


@dataclass(frozen=True)
class Seen:
    """A request that came in."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


class Faults:
    """Middleware: each queued fault is the answer to one request, in their order."""

    def __init__(self, app: ASGIApp, queue: deque[Fault], seen: list[Seen]) -> None:
        self._app, self._queue, self._seen = app, queue, seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        query = dict(request.query_params)
        self._seen.append(Seen(request.method, request.url.path, query, dict(request.headers)))
        if not self._queue:
            await self._app(scope, receive, send)
            return
        await self._misbehave(self._queue.popleft(), scope, receive, send)

    async def _misbehave(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.stall_seconds:
            await asyncio.sleep(fault.stall_seconds)
        headers = {"content-type": "application/json", **fault.headers}
        if fault.is_cut:
            headers["content-length"] = str(len(fault.body) + 100)
            await send({"type": "http.response.start", "status": fault.status, "headers": _encode(headers)})
            await send({"type": "http.response.body", "body": fault.body, "more_body": True})
            raise ConnectionAbortedError
        await Response(fault.body, fault.status, headers)(scope, receive, send)


class StandIn:
    """Serves `app` at `url`, in a thread of its own, until the end of the block."""

    def __init__(self, app: ASGIApp) -> None:
        self.faults: deque[Fault] = deque()
        self.seen: list[Seen] = []
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        config = uvicorn.Config(
            Faults(app, self.faults, self.seen),
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
            lifespan="off",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True
        )

    def forget(self) -> None:
        """No fault is left and nothing has been seen."""
        self.faults.clear()
        self.seen.clear()

    def __enter__(self) -> "StandIn":
        self._listener.listen()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.force_exit = self._server.should_exit = True
        self._thread.join(timeout=10)
        self._listener.close()


def with_allowance(app: ASGIApp, remaining: Callable[[], int]) -> ASGIApp:
    """Every reply says how much is left until the next minute, as vendors do."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                reset = str(int(time.time()) // 60 * 60 + 60)
                allowance = {
                    "x-ratelimit-limit": "200",
                    "x-ratelimit-remaining": str(remaining()),
                    "x-ratelimit-reset": reset,
                }
                message["headers"] = [*message.get("headers", []), *_encode(allowance)]
            await send(message)

        await app(scope, receive, send_with_headers)

    return wrapped


def refuse(status: int, message: str) -> JSONResponse:
    """An error as vendors word it when they word it in JSON."""
    return JSONResponse({"message": message}, status)


def not_found_page() -> HTMLResponse:
    """An error as vendors show it when they do not."""
    return HTMLResponse("<h1>404 Not Found</h1>", 404)


def _encode(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]
