"""What the scripted API answers of an execution, made of the wire models that the real one uses."""

from typing import Any

from schemas.analysis import Analysis, Attempt, Parameters, StageTime
from schemas.history import AttemptView, ExecutionItem, ExecutionView
from tests.doubles.page_house import Execution

STAGES = [StageTime(stage="write", duration_ms=12.0), StageTime(stage="run", duration_ms=412.0)]


def describe_analysis(execution: Execution) -> dict[str, Any]:
    """As in the reply of `POST /analyze` and `POST /execute`."""
    course = execution.course
    attempts = [
        Attempt(number=place, python_code="old", model="offline", problem=text)
        for place, text in enumerate(course.repairs, 1)
    ]
    analysis = Analysis(
        python_code=execution.script,
        explanation=course.explanation,
        mcp_calls=[],
        execution_id=execution.id,
        session_id=execution.session_id,
        parameters=Parameters(json_schema=course.schema, values=execution.values),
        question=execution.question,
        expanded_question=course.expanded or execution.question,
        understanding=course.understanding,
        age_seconds=course.age_seconds,
        model="offline",
        attempts=attempts,
        parent_id=execution.parent_id,
        execution=execution.report,
        stages=STAGES,
    )
    return analysis.model_dump(mode="json", by_alias=True)


def describe_view(execution: Execution) -> dict[str, Any]:
    """As in the reply of `GET /executions/{id}`."""
    course, error = execution.course, execution.error
    attempts = [
        AttemptView(
            number=place,
            python_code="old",
            findings=[],
            outcome=None,
            problem=text,
            model="offline",
            usage=None,
            duration_ms=1.0,
            created_at=execution.created_at,
        )
        for place, text in enumerate(course.repairs, 1)
    ]
    view = ExecutionView(
        **_shared(execution),
        error=error.message if error else None,
        python_code=execution.script if error is None else "",
        script_sha256=None,
        explanation=course.explanation,
        parameters=Parameters(json_schema=course.schema, values=execution.values),
        mcp_calls=[],
        reused_from=None,
        attempts=attempts,
        execution=execution.report,
        warnings=[],
        usage=None,
        feedback=None,
        started_at=None,
        metadata={
            "stages": [stage.model_dump() for stage in STAGES],
            "understanding": course.understanding and course.understanding.model_dump(mode="json"),
            "age_seconds": course.age_seconds,
        },
    )
    return view.model_dump(mode="json", by_alias=True)


def describe_item(execution: Execution) -> dict[str, Any]:
    """As in lists."""
    return ExecutionItem(**_shared(execution), parameters=execution.values).model_dump(mode="json")


def _shared(execution: Execution) -> dict[str, Any]:
    report, error = execution.report, execution.error
    return {
        "execution_id": execution.id,
        "session_id": execution.session_id,
        "kind": execution.kind,
        "parent_id": execution.parent_id,
        "root_id": execution.root_id,
        "title": execution.title or execution.question,
        "is_pinned": execution.is_pinned,
        "question": execution.question,
        "expanded_question": execution.course.expanded or execution.question,
        "status": execution.status,
        "outcome": report.outcome if report else None,
        "error_code": error.code if error else None,
        "trust": execution.trust,
        "model": "offline",
        "cost_usd": None,
        "execution_time_ms": report.execution_time_ms if report else None,
        "fresh_until": None,
        "created_at": execution.created_at,
        "completed_at": None,
    }
