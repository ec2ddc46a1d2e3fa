"""One run of one script: the request, its outcome, its recording."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from schemas.errors import ErrorDetail
from schemas.label import DataLabel
from schemas.validation import Finding
from schemas.wire import Json, Wire, utc_now

SCRIPT_LENGTH_MAX = 200_000
"""Characters."""

VARIANTS_MAX = 32
"""In one request."""

DEFAULT_SEED = 1
"""Of every execution that replays no tape: the same script on the same data gives the same bytes."""


class Outcome(StrEnum):
    """The closed list of fates of a script. The jail being unable to work is not among them."""

    COMPLETED = "completed"
    RAISED = "raised"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    TOO_MUCH_OUTPUT = "too_much_output"
    TOO_MANY_CALLS = "too_many_calls"
    CANCELLED = "cancelled"
    CRASHED = "crashed"


class ToolCall(Wire):
    """One tool call of an execution, without its response."""

    tool: str
    arguments: dict[str, Json]
    occurrence: int = 0
    """How many calls with the same tool and arguments came before this one."""
    started_ms: float
    """Milliseconds since the execution started."""
    duration_ms: float
    cache_hit: bool = False
    success: bool = True
    error: ErrorDetail | None = None
    digest: str = ""
    """SHA-256 of the response as JSON, as the script got it."""
    metadata: dict[str, Any] = Field(default_factory=dict)
    """The label the tool put on its data: source, endpoint, as_of, feed, …"""
    row_count: int | None = None


class RecordedCall(ToolCall):
    """A tool call with what came back."""

    response: Json = None
    size: int = 0
    """Bytes of the response as JSON."""


class TapedTool(Wire):
    """What a replay must know of a tool, so that it needs no tool server."""

    name: str
    """Its one name, under which calls are recorded; the tape lists it under the name that the script used."""
    arguments: dict[str, str] = Field(default_factory=dict)
    """Each argument and its Python name, in the order of positions; none of a tool that did not exist."""


class Tape(Wire):
    """The recording of an execution: with it the script runs again to the same bytes."""

    execution_id: str
    script: str
    script_sha256: str
    parameters: dict[str, Any]
    policy_version: str
    catalogue_digest: str
    packages: dict[str, str]
    clock: datetime
    seed: int
    tools: dict[str, TapedTool] = Field(default_factory=dict)
    """By the names in the script: the tools that it calls, or names at all."""
    calls: list[RecordedCall] = Field(default_factory=list)


class OffTape(StrEnum):
    """What becomes of a call that is not on the tape."""

    STOP = "stop"
    """The replay ends: it diverged."""
    APPROXIMATE = "approximate"
    """A pure calculation is made anew; any other call gets the answer of the call in its place."""


class ExecuteRequest(Wire):
    """The body of `POST /execute`."""

    script: str = Field(min_length=1, max_length=SCRIPT_LENGTH_MAX)
    execution_id: str = Field(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9_.:-]+$")
    parameters: dict[str, Json] = Field(default_factory=dict)
    timeout_seconds: float = Field(default=30, gt=0, le=120)
    max_memory_mb: int = Field(default=512, ge=64, le=2048)
    tape: Tape | None = None
    off_tape: OffTape = OffTape.STOP
    keeps_responses: bool = True
    """False: the tape in the report lists no calls, which saves sending back what was sent."""


class Variants(Wire):
    """The body of `POST /execute/variants`: one taped run made several times, each with other answers.

    All of them use one child, one after the other, and together at most `request.timeout_seconds`.
    """

    request: ExecuteRequest
    """With the tape."""
    answers: list[dict[int, Json]] = Field(min_length=1, max_length=VARIANTS_MAX)
    """For each variant the answers that are not those of the tape, by the place of their call on it."""

    @model_validator(mode="after")
    def demand_calls(self) -> Self:
        """An answer needs a call."""
        calls = self.request.tape.calls if self.request.tape else []
        places = {place for each in self.answers for place in each}
        if self.request.tape is None or not places.issubset(range(len(calls))):
            raise ValueError("each answer must be of a call on the tape")
        return self


class ValidateRequest(Wire):
    """The body of `POST /validate`."""

    script: str = Field(max_length=SCRIPT_LENGTH_MAX)


class Resources(Wire):
    """What one run used, as the kernel counted it."""

    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0


class ExecutionMetadata(Wire):
    """Facts about a run that are not its result."""

    data_sources: list[str] = Field(default_factory=list)
    mcp_calls_made: list[str] = Field(default_factory=list)
    cache_hit: bool = False
    tool_calls: list[ToolCall] = Field(default_factory=list)
    printed: str = ""
    steps: list[str] = Field(default_factory=list)
    warnings: list[str] = Field(default_factory=list)
    label: DataLabel | None = None
    """Of all data in the answer; None when no tool labelled any."""
    parameters: dict[str, Any] = Field(default_factory=dict)
    """The values that the script ran with, defaults included."""
    resources: Resources = Field(default_factory=Resources)


class ExecutionReport(Wire):
    """The answer of `POST /execute`, whatever became of the script."""

    success: bool
    execution_id: str
    outcome: Outcome
    timestamp: datetime = Field(default_factory=utc_now)
    execution_time_ms: float
    result: Any = None
    error: ErrorDetail | None = None
    findings: list[Finding] = Field(default_factory=list)
    recovery_suggestions: list[str] = Field(default_factory=list)
    metadata: ExecutionMetadata = Field(default_factory=ExecutionMetadata)
    tape: Tape | None = None


class VariantReports(Wire):
    """The answer of `POST /execute/variants`: in the order asked, without those that came too late."""

    reports: list[ExecutionReport]


class ExecutionEvent(Wire):
    """One line of the stream that `/execute` sends for `Accept: application/x-ndjson`."""

    type: Literal["started", "tool_call_started", "tool_call_finished", "printed", "step", "finished"]
    execution_id: str
    at_ms: float
    """Milliseconds since the execution started."""
    tool: str | None = None
    arguments: dict[str, Any] | None = None
    text: str | None = None
    call: ToolCall | None = None
    report: ExecutionReport | None = None
