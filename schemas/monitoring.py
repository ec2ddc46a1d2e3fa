"""What an operator sees of the last hour, day or week: `GET /monitoring`."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from schemas.wire import Wire, utc_now


class Span(StrEnum):
    """How far back figures go."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


class QuestionFigures(Wire):
    """Questions that were asked. Rates are parts of those that ended; null when none did."""

    asked: int
    open: int
    """Under way, or waiting for a person."""
    succeeded: int
    partial: int
    """Answered although a data call failed."""
    failed: int
    stopped: int
    success_rate: float | None
    partial_rate: float | None
    error_rate: float | None
    other_runs: dict[str, int]
    """Re-runs, replays and edited scripts, by kind."""


class StageFigures(Wire):
    """How long questions spent in a stage; `all` is every stage of a question together."""

    stage: str
    questions: int
    median_ms: float
    p95_ms: float


class CacheFigures(Wire):
    """What did not have to be done again. Rates are null when nothing was asked for."""

    answers: int
    answers_from_cache: int
    answer_hit_rate: float | None
    calls: int
    calls_from_cache: int
    call_hit_rate: float | None
    scripts_reused: int
    """Answers for which no model was asked."""


class ToolFigures(Wire):
    """Data calls to one tool."""

    tool: str
    calls: int
    from_cache: int
    failed: int
    errors: dict[str, int]
    """By code."""
    median_ms: float
    p95_ms: float


class ModelFigures(Wire):
    """What was used of one model."""

    model: str
    questions: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost_usd: float
    """Of the questions whose price is known."""
    unpriced: int
    """Questions whose price is not known."""


class RuleFigure(Wire):
    """How often the check found one thing in a script."""

    code: str
    findings: int


class ExecutionServerFigures(Wire):
    """The execution server at this moment; its counters are since its start."""

    is_up: bool
    detail: str = ""
    running: int = 0
    waiting: int = 0
    ready: dict[str, int] = Field(default_factory=dict)
    """Children that wait for a script, by kind."""
    executions: dict[str, int] = Field(default_factory=dict)
    """By outcome."""
    tool_calls: int = 0
    tool_calls_failed: int = 0


class NotedRun(Wire):
    """One execution of a list. The question and the address are null for another user's."""

    execution_id: str
    kind: str
    question: str | None
    address: str | None
    outcome: str | None
    error_code: str | None
    duration_ms: float | None
    created_at: datetime


class Series(Wire):
    """One line of a chart; null where there is no figure."""

    name: str
    values: list[float | None]


class LineChart(Wire):
    """Lines over the same moments, each the start of a stretch of time."""

    title: str
    unit: str
    times: list[datetime]
    series: list[Series]


class Monitoring(Wire):
    """All figures of one span, from the database and the execution server's own counters."""

    span: Span
    since: datetime
    until: datetime
    is_complete: bool
    """False when there were more executions than are read; then the figures are of the latest ones."""
    questions: QuestionFigures
    stages: list[StageFigures]
    caches: CacheFigures
    tools: list[ToolFigures]
    models: list[ModelFigures]
    rejections: list[RuleFigure]
    execution_server: ExecutionServerFigures
    slowest: list[NotedRun]
    failed: list[NotedRun]
    charts: list[LineChart]


class MonitoringResponse(Wire):
    """The answer of `GET /monitoring`."""

    success: Literal[True] = True
    data: Monitoring
    timestamp: datetime = Field(default_factory=utc_now)
