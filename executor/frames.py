"""Frames from a child, read as from an enemy: bounded, typed, or the child has crashed."""

from typing import Annotated, Any, Literal

import orjson
from pydantic import Field, TypeAdapter, ValidationError

from executor.jail.server_channel import ServerChannel
from schemas.execution import Resources
from schemas.validation import Finding, ValidationReport
from schemas.wire import Wire


class BrokenFrame(Exception):
    """The child sent something that no honest child sends."""


class Last(Wire):
    """A frame after which the child ends, with what the job used, as the child counted it."""

    used: Resources


class Ready(Wire):
    """The child has rehearsed and waits for its job."""

    type: Literal["ready"]


class Compiled(Wire):
    """The script passed its check; this is its code, for other children."""

    type: Literal["compiled"]
    code: str
    parameters: dict[str, Any]


class Begun(Wire):
    """The script passed its check and starts with these parameters."""

    type: Literal["begun"]
    parameters: dict[str, Any]


class Refused(Last):
    """The script did not pass its check."""

    type: Literal["refused"]
    findings: list[Finding] = Field(min_length=1)


class Report(Wire):
    """The answer to a job that only checks."""

    type: Literal["report"]
    report: ValidationReport


class FieldProblem(Wire):
    """One parameter and what is wrong with it."""

    field: str
    message: str


class BadParameters(Last):
    """The parameters do not fit the script's own schema."""

    type: Literal["bad_parameters"]
    problems: list[FieldProblem] = Field(min_length=1)


class CallRequest(Wire):
    """One tool call asked for."""

    id: int
    tool: str = Field(max_length=200)
    positional: list[Any]
    named: dict[str, Any]


class Calls(Wire):
    """Tool calls to be made at once."""

    type: Literal["calls"]
    calls: list[CallRequest] = Field(min_length=1)


class Step(Wire):
    """Progress that the script reports."""

    type: Literal["step"]
    text: str = Field(max_length=200)


class Printed(Wire):
    """What the script printed."""

    type: Literal["printed"]
    text: str


class Flood(Last):
    """The script printed or returned too much; the child ended itself."""

    type: Literal["flood"]
    what: Literal["printed", "result"]


class ToolErrorFacts(Wire):
    """The tool error that ended the script."""

    tool: str
    code: str
    details: dict[str, Any]


class Raised(Last):
    """The script ended with an exception."""

    type: Literal["raised"]
    exception: str
    message: str
    line: int | None
    source: str
    tool_error: ToolErrorFacts | None = None


class OutOfMemory(Last):
    """The script needed more memory than it may have."""

    type: Literal["out_of_memory"]


class Finished(Last):
    """The script's result."""

    type: Literal["finished"]
    warnings: list[str]
    result: Any


Frame = Annotated[
    Ready
    | Compiled
    | Begun
    | Refused
    | Report
    | BadParameters
    | Calls
    | Step
    | Printed
    | Flood
    | Raised
    | OutOfMemory
    | Finished,
    Field(discriminator="type"),
]
_frames: TypeAdapter[Any] = TypeAdapter(Frame)
NESTING_MAX = 128
"""Deeper than any honest frame, and less than what our own JSON writers and readers give up at."""


async def read_frame(channel: ServerChannel, size_max: int) -> Any:
    """The next frame; None when the child hung up.

    Raises `FrameTooLarge` before reading such a frame, `BrokenFrame` for anything malformed.
    """
    body = await channel.receive(size_max)
    if body is None:
        return None
    try:
        frame: Any = orjson.loads(body)
        if _is_deeper(frame, NESTING_MAX):
            raise BrokenFrame(f"a frame is nested deeper than {NESTING_MAX} levels")
        return _frames.validate_python(frame)
    except (orjson.JSONDecodeError, ValidationError) as error:
        raise BrokenFrame(str(error)[:200]) from error


def _is_deeper(value: Any, levels: int) -> bool:
    inner = [value] if isinstance(value, dict | list) else []
    for _ in range(levels):
        inner = [
            part
            for outer in inner
            for part in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(part, dict | list)
        ]
        if not inner:
            return False
    return True


def encode_frame(frame: dict[str, Any]) -> bytes:
    """A frame for a child."""
    body = orjson.dumps(frame)
    return len(body).to_bytes(4, "big") + body
