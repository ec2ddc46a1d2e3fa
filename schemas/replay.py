"""A replay and whether it was exact; a re-run with other parameters."""

from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from schemas.execution import ExecutionReport, Tape
from schemas.wire import Json, Wire


class TapedRun(Wire):
    """One run as it was recorded. `report` is as the jail gave it, without its tape."""

    tape: Tape
    report: ExecutionReport


class DivergenceKind(StrEnum):
    """Where a replay left its recording."""

    SCRIPT = "script"
    """The stored script is not the one that was recorded."""
    CALL_NOT_ON_TAPE = "call_not_on_tape"
    CALL_NOT_MADE = "call_not_made"
    OUTCOME = "outcome"
    RESULT = "result"
    PRINTED = "printed"
    STEPS = "steps"


class Divergence(Wire):
    """One difference between what was recorded and what came of the replay."""

    kind: DivergenceKind
    message: str
    tool: str | None = None
    arguments: dict[str, Any] | None = None
    occurrence: int | None = None
    path: str | None = None
    """The first place that differs, such as `body[2].value`; empty for the whole."""
    recorded: Any = None
    replayed: Any = None


class VersionChange(Wire):
    """Something that a replay depends on and that is not what it was on that day."""

    name: str
    """A package, `python`, or `policy`."""
    recorded: str | None
    now: str | None


class Replay(Wire):
    """What a replay showed. Identical: result, prints, steps and end are equal bytes as canonical JSON."""

    execution_id: str
    is_identical: bool
    divergences: list[Divergence] = Field(default_factory=list)
    changed_versions: list[VersionChange] = Field(default_factory=list)
    result_sha256: str
    """Of the recorded result as canonical JSON."""
    original_time_ms: float
    replay_time_ms: float
    report: ExecutionReport
    """Of the replay, as it is shown."""


class ReplayResponse(Wire):
    """The answer of `POST /executions/{id}/replay`."""

    success: Literal[True] = True
    data: Replay


class RerunRequest(Wire):
    """The body of `POST /executions/{id}/rerun`. Parameters that are not named keep their values."""

    parameters: dict[str, Json] = Field(default_factory=dict)
    data: Literal["live", "recorded"] = "live"
    request_id: UUID | None = None
    """Makes the address of the new execution known beforehand, and a repeated request the same request."""


class RerunResponse(Wire):
    """The answer of a re-run. `status` is `success` or the outcome of the run."""

    success: Literal[True] = True
    execution_id: str
    parent_id: str
    root_id: str
    parameters: dict[str, Any]
    execution: ExecutionReport
    status: str
