"""What was asked before: executions in lists and in full, and what a person says of them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from schemas.analysis import Parameters
from schemas.execution import ExecutionReport
from schemas.usage import Usage
from schemas.validation import Finding
from schemas.wire import Wire, utc_now

TITLE_LENGTH_MAX = 200
FEEDBACK_LENGTH_MAX = 2000


class ExecutionItem(Wire):
    """One line of a list of executions."""

    execution_id: str
    session_id: str
    kind: Literal["question", "rerun", "edited", "replay"]
    parent_id: str | None
    root_id: str
    """The question's first execution: its address is /q/{root_id}."""
    title: str
    is_pinned: bool
    question: str
    expanded_question: str
    parameters: dict[str, Any]
    """The values that the script ran with."""
    status: Literal["pending", "running", "success", "failed"]
    outcome: str | None
    """Of the script, as in an execution's report; null when none ran."""
    error_code: str | None
    trust: Literal["ran", "checked", "confirmed", "withdrawn"]
    model: str
    cost_usd: float | None
    execution_time_ms: float | None
    fresh_until: datetime | None
    created_at: datetime
    completed_at: datetime | None


class ExecutionList(Wire):
    """A page of 50, latest first. `next_cursor` goes into `cursor` to get the following one."""

    executions: list[ExecutionItem]
    next_cursor: str | None


class ExecutionListResponse(Wire):
    """The answer of `GET /executions`."""

    success: Literal[True] = True
    data: ExecutionList
    timestamp: datetime = Field(default_factory=utc_now)


class AttemptView(Wire):
    """One script that was written on the way to the one that answered."""

    number: int
    python_code: str
    findings: list[Finding]
    outcome: str | None
    problem: str
    """Why it did not do, as the model was told."""
    model: str
    usage: Usage | None
    duration_ms: float
    created_at: datetime


class ExecutionView(Wire):
    """Everything that is known of one execution, also while it is under way; named as in `Analysis`."""

    execution_id: str
    session_id: str
    kind: Literal["question", "rerun", "edited", "replay"]
    parent_id: str | None
    root_id: str
    title: str
    is_pinned: bool
    question: str
    expanded_question: str
    status: Literal["pending", "running", "success", "failed"]
    outcome: str | None
    error: str | None
    error_code: str | None
    error_details: dict[str, Any]
    """Of an error that kept it from an answer: what is missing, what was found in the script, …"""
    recovery_suggestions: list[str]
    """What to do about that error, best first."""
    python_code: str
    """Empty until there is a script."""
    script_sha256: str | None
    explanation: str
    parameters: Parameters
    mcp_calls: list[str]
    model: str
    reused_from: str | None
    attempts: list[AttemptView]
    execution: ExecutionReport | None
    warnings: list[str]
    usage: Usage | None
    cost_usd: float | None
    trust: Literal["ran", "checked", "confirmed", "withdrawn"]
    feedback: str | None
    fresh_until: datetime | None
    execution_time_ms: float | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    metadata: dict[str, Any]
    """Further facts for people, such as `stages` and `assumptions`."""


class ExecutionResponse(Wire):
    """The answer of the addresses of one execution."""

    success: Literal[True] = True
    data: ExecutionView
    timestamp: datetime = Field(default_factory=utc_now)


class FeedbackRequest(Wire):
    """The body of `POST /executions/{id}/feedback`: whether the answer is right, and why not."""

    correct: bool
    text: str | None = Field(default=None, max_length=FEEDBACK_LENGTH_MAX)


class ChangeRequest(Wire):
    """Rename it, pin it, or both; what is not named stays."""

    title: str | None = Field(default=None, min_length=1, max_length=TITLE_LENGTH_MAX)
    is_pinned: bool | None = None


class Deletion(Wire):
    """It is hidden now, and gone for good after `undo_seconds` unless it is restored."""

    id: str
    undo_seconds: float


class DeletionResponse(Wire):
    """The answer of a DELETE that can be undone."""

    success: Literal[True] = True
    data: Deletion
    timestamp: datetime = Field(default_factory=utc_now)
