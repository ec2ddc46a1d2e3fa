"""One question to the API server and its answer."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from schemas.execution import SCRIPT_LENGTH_MAX, ExecutionReport, Outcome
from schemas.understanding import Understanding
from schemas.usage import Usage
from schemas.validation import Finding
from schemas.wire import Json, Wire, utc_now

QUESTION_LENGTH_MAX = 1000
SESSION_ID_PATTERN = r"^[A-Za-z0-9_.:-]+$"


class AnalyzeRequest(Wire):
    """The body of `POST /analyze`."""

    question: str = Field(max_length=QUESTION_LENGTH_MAX)
    session_id: str | None = Field(default=None, max_length=128, pattern=SESSION_ID_PATTERN)
    auto_expand: bool = True
    execute: bool = True
    refresh: bool = False
    """Run it again, though an equal question has an answer that is still fresh."""
    model: str | None = None
    request_id: UUID | None = None
    """Chosen by a client that will come back for the answer; it is the execution's id too."""


class EditedScript(Wire):
    """The body of `POST /execute`: a script that a person has changed."""

    script: str = Field(min_length=1, max_length=SCRIPT_LENGTH_MAX)
    parameters: dict[str, Json] = Field(default_factory=dict)
    """They override the script's own defaults."""
    execution_id: str | None = Field(default=None, max_length=128)
    """The execution whose script it was."""
    session_id: str | None = Field(default=None, max_length=128, pattern=r"^[A-Za-z0-9_.:-]+$")
    request_id: UUID | None = None


class Parameters(Wire):
    """The typed parameters of a script: their JSON Schema and the values in use."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    json_schema: dict[str, Any] = Field(alias="schema")
    values: dict[str, Any]


class StageTime(Wire):
    """How long one stage of the pipeline took."""

    stage: str
    duration_ms: float


class Attempt(Wire):
    """One script that was written for a question, and what became of it."""

    number: int
    python_code: str
    model: str
    findings: list[Finding] = Field(default_factory=list)
    """What kept it from running, found in its text."""
    type_findings: list[Finding] = Field(default_factory=list)
    """What the type check doubts; this alone does not keep it from running."""
    outcome: Outcome | None = None
    """Of its run; None when it did not run."""
    problem: str = ""
    """What the model was told of it when a repair was asked for; empty for the last attempt."""
    usage: Usage = Field(default_factory=Usage)
    duration_ms: float = 0.0
    """Writing and checking it."""


class Analysis(Wire):
    """What `POST /analyze` or `POST /execute` found out."""

    python_code: str
    explanation: str
    mcp_calls: list[str]
    execution_id: str
    session_id: str
    parameters: Parameters
    question: str
    expanded_question: str
    understanding: Understanding | None = None
    """How the question was taken: assumptions, alternatives, what it follows up."""
    reused_from: str | None = None
    """The execution, or `recipe:<name>`, whose script or result this is."""
    age_seconds: float | None = None
    """How old the result is, when it is one from before; `refresh` asks for a new one."""
    fresh_until: datetime | None = None
    trust: Literal["ran", "checked", "confirmed", "withdrawn"] = "ran"
    """Of the script: only checked and confirmed ones are used for other questions."""
    model: str
    attempts: list[Attempt] = Field(default_factory=list)
    """Every script that was written, the last one being `python_code`; none when it was not written now."""
    usage: Usage = Field(default_factory=Usage)
    """Of all attempts together."""
    parent_id: str | None = None
    """The execution whose script was edited."""
    warnings: list[str] = Field(default_factory=list)
    execution: ExecutionReport | None = None
    stages: list[StageTime] = Field(default_factory=list)


class AnalyzeResponse(Wire):
    """The reply to a question that got a script.

    `status` is `success`, the outcome of the run, or `confirmation_needed` when there is no script yet.
    """

    success: Literal[True] = True
    data: Analysis
    timestamp: datetime = Field(default_factory=utc_now)
    status: str


class Model(Wire):
    """One model that can write scripts now."""

    id: str
    provider: str
    default: bool = False
    description: str = ""


class ModelsResponse(Wire):
    """The answer of `GET /models`."""

    success: Literal[True] = True
    models: list[Model]
