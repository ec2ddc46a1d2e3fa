"""What happens to a question, in order: the events of its execution."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from schemas.wire import Wire, utc_now


class ProgressType(StrEnum):
    """Every kind of event, and the facts it carries. A reader ignores kinds and facts it does not know."""

    ACCEPTED = "accepted"
    """`question`"""
    UNDERSTOOD = "understood"
    """`question`, `expanded_question`"""
    CONFIRMATION_NEEDED = "confirmation_needed"
    """`expanded_question` as it is proposed, `assumptions`, `alternatives`"""
    REUSED = "reused"
    WRITING = "writing"
    """`attempt` from 1"""
    SCRIPT_GROWN = "script_grown"
    """`attempt`, `lines` so far; a few times a second at most"""
    WRITTEN = "written"
    """`attempt`, `python_code`, `explanation`, `model`, `lines`"""
    VALIDATING = "validating"
    """`attempt`"""
    VALIDATED = "validated"
    """`attempt`, `valid`, `findings`, `type_findings`, `mcp_calls`"""
    REPAIRING = "repairing"
    """`attempt` that failed, `problem` as the model is told it"""
    RUNNING = "running"
    """`attempt`, 0 for a script that was not written now"""
    TOOL_CALL_STARTED = "tool_call_started"
    """`tool`, `arguments`"""
    TOOL_CALL_FINISHED = "tool_call_finished"
    """`call`: a `ToolCall`"""
    PRINTED = "printed"
    """`text`"""
    STEP = "step"
    """`text`"""
    FINISHED = "finished"
    """`outcome`; null when the script was not to be run"""
    FAILED = "failed"
    """`code`, `message`, `details`, `recovery_suggestions` of the error"""


LAST_TYPES = frozenset([ProgressType.CONFIRMATION_NEEDED, ProgressType.FINISHED, ProgressType.FAILED])
"""After one of these an execution has no further events."""


class ProgressEvent(Wire):
    """One event. `sequence` counts from 1 within the execution, without gaps."""

    sequence: int
    session_sequence: int = 0
    """Counts from 1 within the session, in the order written; 0 before it is written."""
    execution_id: str
    session_id: str
    type: ProgressType
    data: dict[str, Any] = Field(default_factory=dict)
    created_at: datetime = Field(default_factory=utc_now)


Tell = Callable[[ProgressType, dict[str, Any]], Awaitable[None]]
"""Hears what happens to one execution, in the order it happens."""


async def tell_nobody(_type: ProgressType, _facts: dict[str, Any]) -> None:
    """For callers who only want the end."""
