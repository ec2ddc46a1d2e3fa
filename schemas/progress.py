"""What happens to a question, in order: the events of its execution."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from schemas.wire import Wire, utc_now


class ProgressType(StrEnum):
    """Every kind of event. A reader ignores kinds that it does not know."""

    ACCEPTED = "accepted"
    UNDERSTOOD = "understood"
    CONFIRMATION_NEEDED = "confirmation_needed"
    REUSED = "reused"
    WRITING = "writing"
    SCRIPT_GROWN = "script_grown"
    WRITTEN = "written"
    VALIDATING = "validating"
    VALIDATED = "validated"
    REPAIRING = "repairing"
    RUNNING = "running"
    TOOL_CALL_STARTED = "tool_call_started"
    TOOL_CALL_FINISHED = "tool_call_finished"
    PRINTED = "printed"
    STEP = "step"
    FINISHED = "finished"
    FAILED = "failed"


LAST_TYPES = frozenset([ProgressType.CONFIRMATION_NEEDED, ProgressType.FINISHED, ProgressType.FAILED])
"""After one of these an execution has no further events."""


class ProgressEvent(Wire):
    """One event. `sequence` counts from 1 within the execution, without gaps."""

    sequence: int
    execution_id: str
    session_id: str
    type: ProgressType
    data: dict[str, Any] = Field(default_factory=dict)
    created_at: datetime = Field(default_factory=utc_now)
