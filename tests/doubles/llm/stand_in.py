"""A vendor of models for tests: a real HTTP server that speaks its wire format and misbehaves when told."""

import json
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from tests.doubles.vendors.stand_in import StandIn

KEY = "test-key-0123456789"
STREAM_HEAD = {"type": "http.response.start", "status": 200}


@dataclass(frozen=True)
class Fail:
    """An error reply. `kind` is the vendor's own word for it, where it has one."""

    status: int
    kind: str = ""
    message: str = "something is wrong"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Say:
    """An answer of the model, and how it goes wrong half-way, if it does."""

    text: str
    stop: Literal["complete", "truncated", "refused"] = "complete"
    piece_length: int = 40
    breaks_by: Literal["", "reset", "silence", "error"] = ""
    error: Fail = field(default_factory=lambda: Fail(500))

    @property
    def pieces(self) -> list[str]:
        """The text as it is streamed."""
        return [self.text[at : at + self.piece_length] for at in range(0, len(self.text), self.piece_length)]


class Wire(Protocol):
    """How one vendor writes what happens."""

    answer_path: str
    models_path: str
    stream_type: str

    def check(self, headers: Mapping[str, str], body: Mapping[str, Any]) -> Fail | None:
        """What the vendor would not accept of a request."""
        ...

    def models(self, names: Sequence[str]) -> dict[str, Any]:
        """The list of models."""
        ...

    def failure(self, fail: Fail) -> dict[str, Any]:
        """The body of an error reply."""
        ...

    def failure_event(self, fail: Fail) -> bytes:
        """An error in the middle of a stream."""
        ...

    def whole(self, body: Mapping[str, Any], say: Say) -> dict[str, Any]:
        """An answer that is not streamed."""
        ...

    def events(self, body: Mapping[str, Any], say: Say) -> Iterator[bytes]:
        """An answer that is."""
        ...


class ModelApi:
    """ASGI app over a `Wire`: gives `answers` in their order, then `answers_else` for ever."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.answers: deque[Say | Fail] = deque()
        self.answers_else: Say | Fail = Fail(500)
        self.bodies: list[dict[str, Any]] = []
        self.models: list[str] = []
        self.models_fail: Fail | None = None
        self.hung_up = threading.Event()

    def forget(self) -> None:
        """As new, for the next test."""
        self.__init__(self.wire)  # type: ignore[misc]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        request = Request(scope, receive)
        answer = await self._answer_to(request)
        if isinstance(answer, dict):
            await JSONResponse(answer)(scope, receive, send)
        elif isinstance(answer, Fail):
            reply = JSONResponse(self.wire.failure(answer), answer.status, dict(answer.headers))
            await reply(scope, receive, send)
        else:
            await self._stream(answer, receive, send)

    async def _answer_to(self, request: Request) -> dict[str, Any] | Fail | Say:
        if request.url.path == self.wire.models_path:
            unkeyed = self.wire.check(request.headers, {})
            return self.models_fail or unkeyed or self.wire.models(self.models)
        if request.url.path != self.wire.answer_path:
            return Fail(404, "not_found_error", request.url.path)
        body = await request.json()
        self.bodies.append(body)
        refused = self.wire.check(request.headers, body)
        answer = refused or (self.answers.popleft() if self.answers else self.answers_else)
        if isinstance(answer, Say) and not body.get("stream") and not answer.breaks_by:
            return self.wire.whole(body, answer)
        return answer

    async def _stream(self, say: Say, receive: Receive, send: Send) -> None:
        content_type = (b"content-type", self.wire.stream_type.encode())
        await send({**STREAM_HEAD, "headers": [content_type]})
        events = list(self.wire.events(self.bodies[-1], say))
        half = len(events) // 2 if say.breaks_by else len(events)
        for event in events[:half]:
            await send({"type": "http.response.body", "body": event, "more_body": True})
        if say.breaks_by == "reset":
            raise ConnectionAbortedError
        if say.breaks_by == "silence":
            while (await receive())["type"] != "http.disconnect":
                pass
            self.hung_up.set()
            return
        if say.breaks_by == "error":
            event = self.wire.failure_event(say.error)
            await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


class RunningApi:
    """A `ModelApi` that listens until the end of the block."""

    def __init__(self, wire: Wire) -> None:
        self.api = ModelApi(wire)
        self._server = StandIn(self.api)
        self.url = self._server.url

    def __enter__(self) -> "RunningApi":
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__()


def count_tokens(text: str) -> int:
    """About as many as a vendor counts."""
    return len(text) // 4 + 1


def as_json(value: object) -> bytes:
    """As vendors write it."""
    return json.dumps(value, ensure_ascii=False).encode()


def check_schema(schema: Any) -> str:
    """What strict structured output of Anthropic and OpenAI does not accept; "" when it does."""
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return "the root must be an object"
    if schema.get("additionalProperties") is not False:
        return "additionalProperties must be false"
    if set(schema.get("required", [])) != set(schema["properties"]):
        return "every property must be required"
    return ""
