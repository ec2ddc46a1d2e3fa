"""One question to the API server and its answer."""

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from schemas.execution import ExecutionReport
from schemas.wire import Wire, utc_now

QUESTION_LENGTH_MAX = 1000
SESSION_ID_PATTERN = r"^[A-Za-z0-9_.:-]+$"


class AnalyzeRequest(Wire):
    """The body of `POST /analyze`."""

    question: str = Field(max_length=QUESTION_LENGTH_MAX)
    session_id: str | None = Field(default=None, max_length=128, pattern=SESSION_ID_PATTERN)
    auto_expand: bool = True
    execute: bool = True
    model: str | None = None


class Parameters(Wire):
    """The typed parameters of a script: their JSON Schema and the values in use."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    json_schema: dict[str, Any] = Field(alias="schema")
    values: dict[str, Any]


class StageTime(Wire):
    """How long one stage of the pipeline took."""

    stage: str
    duration_ms: float


class Analysis(Wire):
    """What `POST /analyze` found out."""

    python_code: str
    explanation: str
    mcp_calls: list[str]
    execution_id: str
    session_id: str
    parameters: Parameters
    question: str
    expanded_question: str
    reused_from: str | None = None
    model: str
    attempts: int = 1
    warnings: list[str] = Field(default_factory=list)
    execution: ExecutionReport | None = None
    stages: list[StageTime] = Field(default_factory=list)


class AnalyzeResponse(Wire):
    """The reply to a question that got a script. `status` is `success` or the outcome of the run."""

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
