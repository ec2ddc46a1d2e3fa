"""The tool calls of one execution: bounded, checked, answered live or from a tape, and recorded."""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import orjson

from executor.broker.broker import Broker
from executor.broker.failure import ToolFailure
from sandbox_policies.policy import Limits
from schemas.errors import ErrorDetail
from schemas.execution import RecordedCall, Tape, ToolCall


class TooManyCalls(Exception):
    """The script made more calls, or received more bytes, than the policy allows."""


class Divergence(Exception):
    """A replayed script made a call that is not on its tape."""

    def __init__(self, tool: str, arguments: dict[str, Any], occurrence: int) -> None:
        super().__init__(f"the recording holds no call of {tool} with these arguments")
        self.details = {"tool": tool, "arguments": arguments, "occurrence": occurrence}


class Relay:
    """Answers the `calls` frames of one child. `calls` is the recording so far."""

    def __init__(
        self, broker: Broker, limits: Limits, tape: Tape | None, notify: Callable[..., None]
    ) -> None:
        self.calls: list[RecordedCall] = []
        self._broker = broker
        self._limits = limits
        self._taped = (
            None
            if tape is None
            else {_key(call.tool, call.arguments, call.occurrence): call for call in tape.calls}
        )
        self._notify = notify
        self._started = time.perf_counter()
        self._occurrences: Counter[tuple[str, bytes]] = Counter()
        self._bytes = 0
        self._gate = asyncio.Semaphore(limits.calls_at_once_max)

    async def answer(self, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """One answer for each request, in their order. Raises `TooManyCalls` or `Divergence`."""
        if len(self.calls) + len(requests) > self._limits.calls_max:
            raise TooManyCalls(f"more than {self._limits.calls_max} tool calls")
        plans = [self._plan(request) for request in requests]
        return list(
            await asyncio.gather(
                *(self._answer_one(request, plan) for request, plan in zip(requests, plans, strict=True))
            )
        )

    def _plan(self, request: dict[str, Any]) -> tuple[int, RecordedCall]:
        """Where the call stands on the recording; occurrences are counted in the order asked."""
        tool, arguments = self._broker.name_of(request["tool"]), {**request["named"]}
        problem = None
        try:
            arguments = self._broker.bind_arguments(tool, request["positional"], request["named"])
        except ToolFailure as failure:
            problem = failure.detail
        body = orjson.dumps(arguments, option=orjson.OPT_SORT_KEYS)
        if len(body) > self._limits.call_bytes_max:
            message = (
                f"{tool} was given {len(body)} bytes of arguments, at most {self._limits.call_bytes_max}"
            )
            problem = ErrorDetail(code="bad_argument", message=message)
        key = (tool, body)
        call = RecordedCall(
            tool=tool,
            arguments=arguments,
            occurrence=self._occurrences[key],
            started_ms=self._elapsed_ms(),
            duration_ms=0,
            success=problem is None,
            error=problem,
        )
        self._occurrences[key] += 1
        self.calls.append(call)
        return len(self.calls) - 1, call

    async def _answer_one(self, request: dict[str, Any], plan: tuple[int, RecordedCall]) -> dict[str, Any]:
        place, call = plan
        self._notify("tool_call_started", tool=call.tool, arguments=call.arguments)
        async with self._gate:
            finished = self._from_tape(call) if self._taped is not None else await self._live(call)
        self.calls[place] = finished
        self._bytes += finished.size
        if self._bytes > self._limits.response_total_bytes_max:
            raise TooManyCalls("the tools' answers are larger than one execution may receive")
        self._notify(
            "tool_call_finished",
            tool=call.tool,
            call=ToolCall(**finished.model_dump(exclude={"response", "size"})),
        )
        if finished.error is not None:
            return {"id": request["id"], "error": finished.error.model_dump()}
        return {"id": request["id"], "value": finished.response}

    async def _live(self, call: RecordedCall) -> RecordedCall:
        started = time.perf_counter()
        error, response, body, is_hit = call.error, None, b"", False
        if error is None:
            try:
                answer = await self._broker.answer(call.tool, call.arguments)
                response, is_hit = answer.value, answer.cache_hit
                body = self._encode(call.tool, response)
            except ToolFailure as failure:
                error, response, body = failure.detail, None, b""
        return call.model_copy(
            update={
                "duration_ms": (time.perf_counter() - started) * 1000,
                "started_ms": call.started_ms,
                "cache_hit": is_hit,
                "success": error is None,
                "error": error,
                "response": response,
                "digest": hashlib.sha256(body).hexdigest() if error is None else "",
                "size": len(body),
                "metadata": _label(response),
                "row_count": _row_count(response),
            }
        )

    def _encode(self, tool: str, response: Any) -> bytes:
        """The canonical JSON of an answer. Raises `ToolFailure` when it has none or is too large."""
        try:
            body = orjson.dumps(response, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError as error:
            raise ToolFailure(
                "bad_response", f"{tool} answered with what is not plain JSON: {error}"
            ) from error
        if len(body) > self._limits.response_bytes_max:
            raise ToolFailure("response_too_large", f"{tool} answered with {len(body)} bytes; ask for less")
        return body

    def _from_tape(self, call: RecordedCall) -> RecordedCall:
        taped = (self._taped or {}).get(_key(call.tool, call.arguments, call.occurrence))
        if taped is None:
            raise Divergence(call.tool, call.arguments, call.occurrence)
        return taped

    def _elapsed_ms(self) -> float:
        return (time.perf_counter() - self._started) * 1000


def _key(tool: str, arguments: dict[str, Any], occurrence: int) -> tuple[str, bytes, int]:
    return tool, orjson.dumps(arguments, option=orjson.OPT_SORT_KEYS), occurrence


def _label(response: Any) -> dict[str, Any]:
    """The label a tool put on its answer, when it is one of those that do."""
    label = response.get("metadata") if isinstance(response, dict) else None
    return label if isinstance(label, dict) else {}


def _row_count(response: Any) -> int | None:
    """How many rows a columnar or listed answer has."""
    data = response.get("data") if isinstance(response, dict) else None
    lists = [len(part) for part in data.values() if isinstance(part, list)] if isinstance(data, dict) else []
    return max(lists) if lists else None
