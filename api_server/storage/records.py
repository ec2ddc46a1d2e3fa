"""What the stores give back: rows as frozen values, named as in `tables`."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Literal, TypeVar
from uuid import uuid4

from schemas.execution import ExecutionReport
from schemas.usage import Usage

Kind = Literal["question", "rerun", "edited", "replay"]
Role = Literal["user", "assistant", "system"]
Item = TypeVar("Item")


class Status(StrEnum):
    """How far an execution is. What became of the script stands beside it, in `outcome`."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"


UNFINISHED = (Status.PENDING, Status.RUNNING)


class Trust(StrEnum):
    """Whether a script's answer may be reused: only `checked` and `confirmed` ones are."""

    RAN = "ran"
    CHECKED = "checked"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of a list. `next_cursor` asks for the following one; None at the end."""

    items: list[Item]
    next_cursor: str | None


@dataclass(frozen=True)
class User:
    """Somebody whose token, key or loopback address we have seen."""

    id: str
    email: str | None
    created_at: datetime
    updated_at: datetime
    metadata: dict[str, Any]


@dataclass(frozen=True)
class ChatSession:
    """One conversation. `updated_at` is the time of its last message."""

    id: str
    user_id: str
    title: str
    created_at: datetime
    updated_at: datetime
    metadata: dict[str, Any]
    is_pinned: bool


@dataclass(frozen=True)
class ChatMessage:
    """What was said in a session, by whom, and the execution it belongs to."""

    id: str
    session_id: str
    role: Role
    content: str
    metadata: dict[str, Any]
    created_at: datetime
    execution_id: str | None


@dataclass(frozen=True)
class Execution:
    """One run of one script for one question, from the moment it is accepted."""

    id: str
    user_id: str
    session_id: str
    kind: Kind
    parent_id: str | None
    """The execution that this one is another run of."""
    root_id: str
    """The question's first execution; its own id when it is that."""
    title: str
    is_pinned: bool
    question: str
    expanded_question: str
    expansion_confidence: float | None
    meaning: dict[str, Any] | None
    generated_script: str | None
    script_sha256: str | None
    explanation: str
    parameters: dict[str, Any]
    parameter_schema: dict[str, Any]
    mcp_calls: list[str]
    model: str
    reused_from: str | None
    server_id: str | None
    """Which API server works on it; None when it waits for a person."""
    status: Status
    outcome: str | None
    """A value of `schemas.execution.Outcome`; None unless a script ran, or its server died under it."""
    error: str | None
    error_code: str | None
    report: ExecutionReport | None
    warnings: list[str]
    usage: Usage | None
    cost_usd: float | None
    trust: Trust
    feedback: str | None
    metadata: dict[str, Any]
    """Further facts for people, such as `stages` and `assumptions`."""
    fresh_until: datetime | None
    execution_time_ms: float | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None


@dataclass(frozen=True)
class ExecutionSummary:
    """What a list shows of an execution."""

    id: str
    session_id: str
    kind: Kind
    parent_id: str | None
    root_id: str
    title: str
    is_pinned: bool
    question: str
    expanded_question: str
    parameters: dict[str, Any]
    status: Status
    outcome: str | None
    error_code: str | None
    trust: Trust
    model: str
    cost_usd: float | None
    execution_time_ms: float | None
    fresh_until: datetime | None
    created_at: datetime
    completed_at: datetime | None


@dataclass(frozen=True)
class AskedBefore:
    """What a follow-up leans on of an execution. `result` is what the person was shown, if anything."""

    id: str
    kind: Kind
    question: str
    expanded_question: str
    result: Any
    parameter_schema: dict[str, Any]
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Attempt:
    """One script that was written for an execution. `number` counts from 1."""

    execution_id: str
    number: int
    python_code: str
    created_at: datetime
    findings: list[dict[str, Any]]
    """What the check found, each a `schemas.validation.Finding`."""
    outcome: str | None = None
    """What became of its run; None when it was not run."""
    problem: str = ""
    """Why it did not do, as the model is told; empty for the one that did."""
    model: str = ""
    usage: Usage | None = None
    duration_ms: float = 0.0


@dataclass(frozen=True)
class AuditEntry:
    """Who did what to what, and from where. Never the content, never a secret."""

    id: str
    user_id: str | None
    action: str
    resource_type: str
    resource_id: str | None
    changes: dict[str, Any]
    ip_address: str
    user_agent: str
    created_at: datetime


@dataclass(frozen=True)
class ApiKey:
    """A key without its secret, of which only the SHA-256 is kept."""

    id: str
    user_id: str
    name: str
    is_administrator: bool
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def list_fields(kind: type) -> list[str]:
    """The names of the columns that a record of `kind` is made of."""
    return [each.name for each in fields(kind)]


def read_record(kind: type[Item], row: Mapping[Any, Any]) -> Item:
    """A record of `kind` out of a row that has at least its columns."""
    return kind(**{name: row[name] for name in list_fields(kind)})


def read_execution(row: Mapping[Any, Any]) -> Execution:
    """An execution, its report put together again from its two columns."""
    values = dict(row)
    report, usage = values["report"], values["usage"]
    values["report"] = ExecutionReport.model_validate({**report, "result": row["result"]}) if report else None
    values["usage"] = Usage.model_validate(usage) if usage else None
    values["status"], values["trust"] = Status(row["status"]), Trust(row["trust"])
    return read_record(Execution, values)


def read_summary(row: Mapping[Any, Any]) -> ExecutionSummary:
    """What a list shows of a row."""
    values = {**row, "status": Status(row["status"]), "trust": Trust(row["trust"])}
    return read_record(ExecutionSummary, values)


def read_attempt(row: Mapping[Any, Any]) -> Attempt:
    """An attempt with its usage."""
    usage = Usage.model_validate(row["usage"]) if row["usage"] else None
    return read_record(Attempt, {**row, "usage": usage})


def new_id(prefix: Literal["sess", "exec", "msg", "log", "key", "srv", "kept"]) -> str:
    """An id that nobody can guess."""
    return f"{prefix}_{uuid4().hex}"
