"""Replies in the mission's form: of an answer that was just found, and of one from the record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from api_server.llm.provider import Draft
from api_server.storage.recorder import Write, WrittenScript
from api_server.storage.records import Attempt as StoredAttempt
from api_server.storage.records import Execution, Trust
from api_server.storage.results import StoredResult
from api_server.way import Way
from api_server.writing.writer import Written
from schemas.analysis import Analysis, AnalyzeResponse, Attempt, Parameters, StageTime
from schemas.execution import ExecutionReport, Outcome
from schemas.signature import default_values
from schemas.understanding import Understanding
from schemas.usage import Usage

CONFIRMATION_NEEDED = "confirmation_needed"


@dataclass(frozen=True)
class Answer:
    """All that was found out about one request. `run` is as it will be shown."""

    understood: Understanding | None
    written: Written
    run: ExecutionReport | None = None
    attempts: Sequence[Attempt] = ()
    usage: Usage = field(default_factory=Usage)
    warnings: tuple[str, ...] = ()
    trust: Trust = Trust.RAN
    reused_from: str | None = None
    age_seconds: float | None = None
    """Of the result, when it is from before."""
    fresh_until: datetime | None = None
    tape: Write | None = None
    """Writes the recording of `run`, in the transaction in which the execution ends."""
    kept: StoredResult | None = None
    """What of `run` can be given again, once the execution is on record."""

    @property
    def draft(self) -> Draft:
        """The script and who wrote it."""
        return self.written.draft

    @property
    def is_new(self) -> bool:
        """Whether it tells more than the record of an answer before."""
        return self.understood is None or self.understood.asks_about == "question"

    @property
    def all_warnings(self) -> list[str]:
        """Of the checks, the writing and the repairs, each once."""
        return list(dict.fromkeys([*self.written.report.warnings, *self.written.warnings, *self.warnings]))


def write_down(
    written: Written, reused_from: str | None = None, warnings: Sequence[str] = ()
) -> WrittenScript:
    """A script as the record has it."""
    draft, report = written.draft, written.report
    return WrittenScript(
        python_code=draft.python_code,
        explanation=draft.explanation,
        model=draft.model,
        parameters={**default_values(report.parameters), **draft.parameters},
        parameter_schema=report.parameters,
        mcp_calls=report.mcp_calls,
        warnings=list(dict.fromkeys([*report.warnings, *written.warnings, *warnings])),
        reused_from=reused_from,
    )


def compose(answer: Answer, way: Way) -> AnalyzeResponse:
    """The reply to a request that was just answered."""
    script, execution = write_down(answer.written), way.recording.execution
    understood, run = answer.understood, answer.run
    return AnalyzeResponse(
        data=Analysis(
            python_code=script.python_code,
            explanation=script.explanation,
            mcp_calls=script.mcp_calls,
            execution_id=execution.id,
            session_id=execution.session_id,
            parent_id=execution.parent_id,
            parameters=Parameters(json_schema=script.parameter_schema, values=script.parameters),
            question=execution.question,
            expanded_question=understood.expanded_question if understood else execution.question,
            understanding=understood,
            reused_from=answer.reused_from,
            age_seconds=answer.age_seconds,
            fresh_until=answer.fresh_until,
            trust=answer.trust.value,
            model=script.model,
            attempts=list(answer.attempts),
            usage=answer.usage,
            warnings=answer.all_warnings,
            execution=run,
            stages=way.course.stages,
        ),
        status="success" if run is None or run.outcome is Outcome.COMPLETED else run.outcome,
    )


def compose_held_back(proposed: Understanding, way: Way) -> AnalyzeResponse:
    """The reply to a question that a person must confirm first, as `proposed`: there is no script yet."""
    execution = way.recording.execution
    return AnalyzeResponse(
        data=Analysis(
            python_code="",
            explanation="",
            mcp_calls=[],
            execution_id=execution.id,
            session_id=execution.session_id,
            parameters=Parameters(json_schema={}, values={}),
            question=execution.question,
            expanded_question=proposed.expanded_question,
            understanding=proposed,
            model="",
            stages=way.course.stages,
        ),
        status=CONFIRMATION_NEEDED,
    )


def read_reply(execution: Execution, attempts: Sequence[StoredAttempt]) -> AnalyzeResponse:
    """The reply to a request that was answered before: the same facts, from the record."""
    told = execution.metadata
    understanding = told.get("understanding")
    run = execution.report
    waits = execution.generated_script is None
    succeeded = run is None or run.outcome is Outcome.COMPLETED
    return AnalyzeResponse(
        data=Analysis(
            python_code=execution.generated_script or "",
            explanation=execution.explanation,
            mcp_calls=execution.mcp_calls,
            execution_id=execution.id,
            session_id=execution.session_id,
            parent_id=execution.parent_id,
            parameters=Parameters(json_schema=execution.parameter_schema, values=execution.parameters),
            question=execution.question,
            expanded_question=execution.expanded_question or execution.question,
            understanding=Understanding.model_validate(understanding) if understanding else None,
            reused_from=execution.reused_from,
            age_seconds=told.get("age_seconds"),
            fresh_until=execution.fresh_until,
            trust=execution.trust.value,
            model=execution.model,
            attempts=[_read_attempt(attempt) for attempt in attempts],
            usage=execution.usage or Usage(),
            warnings=execution.warnings,
            execution=run,
            stages=[StageTime.model_validate(stage) for stage in told.get("stages", [])],
        ),
        status=CONFIRMATION_NEEDED if waits else "success" if succeeded else str(execution.outcome),
    )


def _read_attempt(stored: StoredAttempt) -> Attempt:
    types = [each for each in stored.findings if str(each.get("code", "")).startswith("TYPE")]
    return Attempt.model_validate(
        {
            "number": stored.number,
            "python_code": stored.python_code,
            "model": stored.model,
            "findings": [each for each in stored.findings if each not in types],
            "type_findings": types,
            "outcome": stored.outcome,
            "problem": stored.problem,
            "usage": stored.usage or Usage(),
            "duration_ms": stored.duration_ms,
        }
    )
