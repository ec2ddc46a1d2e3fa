"""The tool calls of one execution: bounded, checked, answered live or from a tape, and recorded."""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from executor.broker.broker import Broker
from executor.broker.bursts import ASKED_TOGETHER
from executor.broker.failure import ToolFailure
from executor.frames import CallRequest, encode_frame
from executor.taped_calls import TapedCalls
from sandbox_policies.policy import Limits
from schemas.errors import ErrorDetail
from schemas.execution import OffTape, RecordedCall, TapedTool, ToolCall

STALE = "stale"
"""The label of an answer that is no longer true, given because nobody answers now."""


class TooManyCalls(Exception):
    """The script made more calls, or received more bytes, than the policy allows."""


class Divergence(Exception):
    """A replayed script made a call that is not on its tape."""

    def __init__(self, tool: str, arguments: dict[str, Any], occurrence: int) -> None:
        super().__init__(f"the recording holds no call of {tool} with these arguments")
        self.details = {"tool": tool, "arguments": arguments, "occurrence": occurrence}


@dataclass
class Call:
    """One tool call of a run, under way or answered. `problem` is known before it is made, or its end."""

    tool: str
    arguments: dict[str, Any]
    occurrence: int
    started_ms: float
    problem: ErrorDetail | None
    number: int = 0
    """How many calls of the same tool came before this one."""
    duration_ms: float = 0.0
    cache_hit: bool = False
    stale_label: dict[str, Any] = field(default_factory=dict)
    response: Any = None
    body: bytes = b""
    """The response as JSON, in the order of keys that the script sees; gone once it is sent."""
    size: int = 0
    digest: str = ""

    def take(self, response: Any, body: bytes) -> None:
        """The tool answered."""
        self.response, self.body, self.size = response, body, len(body)
        self.digest = hashlib.sha256(body).hexdigest()

    def recorded(self) -> RecordedCall:
        """For the tape. The parts are JSON already, which is not checked once more."""
        return RecordedCall.model_construct(**self._facts(), response=self.response, size=self.size)

    def shown(self) -> ToolCall:
        """For whoever follows the run."""
        return ToolCall.model_construct(**self._facts())

    def _facts(self) -> dict[str, Any]:
        return {
            "tool": self.tool,
            "arguments": self.arguments,
            "occurrence": self.occurrence,
            "started_ms": self.started_ms,
            "duration_ms": self.duration_ms,
            "cache_hit": self.cache_hit,
            "success": self.problem is None,
            "error": self.problem,
            "digest": self.digest,
            "metadata": {**_label(self.response), **self.stale_label},
            "row_count": _row_count(self.response),
        }


class Relay:
    """Answers the `calls` frames of one child, and records them."""

    def __init__(
        self,
        broker: Broker,
        limits: Limits,
        taped: TapedCalls | None,
        notify: Callable[..., None] | None,
        off_tape: OffTape = OffTape.STOP,
    ) -> None:
        self._broker = broker
        self._limits = limits
        self._taped = taped
        self._off_tape = off_tape
        self._notify = notify
        self._started = time.perf_counter()
        self.tools: dict[str, TapedTool] = dict(taped.tools) if taped else {}
        """What the calls were called by, for the tape."""
        self._calls: list[Call] = []
        self._numbers: Counter[str] = Counter()
        self._occurrences: dict[tuple[str, bytes], int] = {}
        self._bytes = 0

    def recording(self) -> list[RecordedCall]:
        """Every call so far, in the order asked."""
        return [call.recorded() for call in self._calls]

    def shown(self) -> list[ToolCall]:
        """The same without their responses."""
        return [call.shown() for call in self._calls]

    async def answer(self, requests: list[CallRequest]) -> bytes:
        """The frames that answer `requests`, in their order. Raises `TooManyCalls` or `Divergence`."""
        if len(self._calls) + len(requests) > self._limits.calls_max:
            raise TooManyCalls(f"more than {self._limits.calls_max} tool calls")
        calls = [self._plan(request) for request in requests]
        if len(calls) == 1:
            await self._make(calls[0])
        else:
            await self._make_together(calls)
        return b"".join(
            encode_answer(request.id, call) for request, call in zip(requests, calls, strict=True)
        )

    async def _make_together(self, calls: list[Call]) -> None:
        gate = asyncio.Semaphore(self._limits.calls_at_once_max)

        async def make(call: Call) -> None:
            async with gate:
                await self._make(call)

        together = ASKED_TOGETHER.set(object())
        try:
            await asyncio.gather(*map(make, calls))
        finally:
            ASKED_TOGETHER.reset(together)

    def _plan(self, request: CallRequest) -> Call:
        """What to call; occurrences are counted in the order asked."""
        tool, arguments, problem = self._read(request)
        body = orjson.dumps(arguments, option=orjson.OPT_SORT_KEYS)
        if len(body) > self._limits.call_bytes_max:
            message = (
                f"{tool} was given {len(body)} bytes of arguments, at most {self._limits.call_bytes_max}"
            )
            problem = ErrorDetail(code="bad_argument", message=message)
        occurrence = self._occurrences.get((tool, body), 0)
        self._occurrences[tool, body] = occurrence + 1
        call = Call(tool, arguments, occurrence, self._elapsed_ms(), problem, number=self._numbers[tool])
        self._numbers[tool] += 1
        self._calls.append(call)
        return call

    def _read(self, request: CallRequest) -> tuple[str, dict[str, Any], ErrorDetail | None]:
        """The tool and its arguments by name, and what is wrong with them; on a replay as on the tape."""
        if self._taped is not None:
            known = self._taped.read(request.tool, request.positional, request.named)
            if known is not None:
                return *known, None
        tool = self._broker.name_of(request.tool)
        if request.tool not in self.tools:
            self.tools[request.tool] = self._broker.describe(tool)
        try:
            return tool, self._broker.bind_arguments(tool, request.positional, request.named), None
        except ToolFailure as failure:
            return tool, request.named, failure.detail

    async def _make(self, call: Call) -> None:
        if self._notify is not None:
            self._notify("tool_call_started", tool=call.tool, arguments=call.arguments)
        if self._taped is not None:
            await self._replay(call, self._taped)
        elif call.problem is None:
            await self._ask(call)
        self._bytes += call.size
        if self._bytes > self._limits.response_total_bytes_max:
            raise TooManyCalls("the tools' answers are larger than one execution may receive")
        if self._notify is not None:
            self._notify("tool_call_finished", tool=call.tool, call=call.shown())

    async def _ask(self, call: Call) -> None:
        started = time.perf_counter()
        try:
            answer = await self._broker.answer(call.tool, call.arguments)
            call.take(answer.value, self._encode(call.tool, answer.value))
            call.cache_hit = answer.cache_hit
            if answer.stale_seconds is not None:
                call.stale_label = {"cache": STALE, "age_seconds": round(answer.stale_seconds, 1)}
        except ToolFailure as failure:
            call.problem = failure.detail
        finally:
            # Also of a call that the run's end cuts off: who was slow is seen from it.
            call.duration_ms = (time.perf_counter() - started) * 1000

    def _encode(self, tool: str, response: Any) -> bytes:
        """The JSON of an answer. Raises `ToolFailure` when it has none or is too large."""
        try:
            body = orjson.dumps(response)
        except orjson.JSONEncodeError as error:
            raise ToolFailure(
                "bad_response", f"{tool} answered with what is not plain JSON: {error}"
            ) from error
        if len(body) > self._limits.response_bytes_max:
            raise ToolFailure("response_too_large", f"{tool} answered with {len(body)} bytes; ask for less")
        return body

    async def _replay(self, call: Call, taped: TapedCalls) -> None:
        known = taped.find(call.tool, call.arguments, call.occurrence)
        if known is None and self._off_tape is OffTape.APPROXIMATE:
            if self._broker.is_calculation(call.tool):
                await self._ask(call)
                return
            known = taped.in_place_of(call.tool, call.number)
        if known is None:
            raise Divergence(call.tool, call.arguments, call.occurrence)
        call.started_ms, call.duration_ms, call.problem = known.started_ms, known.duration_ms, known.error
        call.cache_hit = known.cache_hit
        if known.metadata.get("cache") == STALE:
            call.stale_label = {name: known.metadata.get(name) for name in ("cache", "age_seconds")}
        if known.success:
            call.take(known.response, orjson.dumps(known.response))

    def _elapsed_ms(self) -> float:
        return (time.perf_counter() - self._started) * 1000


def encode_answer(request_id: int, call: Call) -> bytes:
    """The frame that answers one request."""
    if call.problem is not None:
        return encode_frame({"id": request_id, "error": call.problem.model_dump()})
    body, call.body = call.body, b""
    return encode_frame({"id": request_id, "value": orjson.Fragment(body)})


def _label(response: Any) -> dict[str, Any]:
    """The label a tool put on its answer, when it is one of those that do."""
    label = response.get("metadata") if isinstance(response, dict) else None
    return label if isinstance(label, dict) else {}


def _row_count(response: Any) -> int | None:
    """How many rows a columnar or listed answer has."""
    data = response.get("data") if isinstance(response, dict) else None
    lists = [len(part) for part in data.values() if isinstance(part, list)] if isinstance(data, dict) else []
    return max(lists) if lists else None
