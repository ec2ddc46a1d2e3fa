"""One reply held against what was expected."""

import math
from collections.abc import Sequence
from typing import Any

from pydantic import Field, ValidationError

from qna.ask import Reply
from qna.evaluation.questions import EvaluationQuestion, Expected
from schemas.analysis import AnalyzeResponse, Attempt
from schemas.errors import ErrorResponse
from schemas.execution import Outcome
from schemas.result import Result, Row
from schemas.usage import Usage
from schemas.wire import Wire

REFUSED = "CANNOT_ANSWER"
NO_CODE = "none"


class Score(Wire):
    """What became of one question. `problem` says why it did not pass; it is empty when it did."""

    id: str
    kind: str
    question: str
    passed: bool
    problem: str = ""
    code: str
    """The outcome of the run, or the code of the error that took its place."""
    parsed: bool
    """There was an answer that could be read: a script, or a refusal."""
    validated_first_time: bool | None
    """None when no script was written."""
    repairs: int
    ran: bool
    refused: bool
    should_refuse: bool
    numbers_expected: int
    numbers_equal: int
    latency_ms: float
    model: str = ""
    usage: Usage = Field(default_factory=Usage)


def score(question: EvaluationQuestion, reply: Reply, latency_ms: float) -> Score:
    """How good `reply` is."""
    if isinstance(reply.body, AnalyzeResponse):
        return _score_answer(question, reply.body, latency_ms)
    return _score_refusal(question, reply.body, latency_ms)


def _score_answer(question: EvaluationQuestion, answer: AnalyzeResponse, latency_ms: float) -> Score:
    data, expect = answer.data, question.expect
    outcome = data.execution.outcome if data.execution else None
    wrong = find_wrong_numbers(expect.numbers, _rows_of(answer), expect.tolerance)
    repairs = max(len(data.attempts) - 1, 0)
    problem = ""
    if expect.refused:
        problem = "it was answered and should have been refused"
    elif outcome is not expect.outcome:
        problem = f"it ended as {outcome or NO_CODE}, expected {expect.outcome}"
    elif wrong:
        problem = "; ".join(wrong)
    elif expect.repairs not in (None, repairs):
        problem = f"it took {repairs} repairs, expected {expect.repairs}"
    return Score(
        id=question.id,
        kind=question.kind,
        question=question.question,
        passed=not problem,
        problem=problem,
        code=outcome or NO_CODE,
        parsed=True,
        validated_first_time=_is_valid(data.attempts),
        repairs=repairs,
        ran=outcome is Outcome.COMPLETED,
        refused=False,
        should_refuse=expect.refused,
        numbers_expected=len(expect.numbers),
        numbers_equal=len(expect.numbers) - len(wrong),
        latency_ms=latency_ms,
        model=data.model,
        usage=data.usage,
    )


def _score_refusal(question: EvaluationQuestion, refusal: ErrorResponse, latency_ms: float) -> Score:
    error, expect = refusal.error, question.expect
    is_refused = error.code == REFUSED
    attempts = [Attempt.model_validate(each) for each in error.details.get("attempts", [])]
    problem = "" if is_refused and expect.refused else f"{error.code}: {error.message}"
    return Score(
        id=question.id,
        kind=question.kind,
        question=question.question,
        passed=not problem,
        problem=problem,
        code=error.code,
        parsed=is_refused or bool(attempts),
        validated_first_time=_is_valid(attempts),
        repairs=max(len(attempts) - 1, 0),
        ran=False,
        refused=is_refused,
        should_refuse=expect.refused,
        numbers_expected=len(expect.numbers),
        numbers_equal=0,
        latency_ms=latency_ms,
        usage=Usage.model_validate(error.details.get("usage", {})),
    )


def _is_valid(attempts: Sequence[Attempt]) -> bool | None:
    """Whether the first script could run as it was; doubts about types do not count."""
    return not attempts[0].findings if attempts else None


def _rows_of(answer: AnalyzeResponse) -> list[Row]:
    try:
        return Result.model_validate(answer.data.execution.result).body if answer.data.execution else []
    except ValidationError:
        return []


def find_wrong_numbers(expected: dict[str, Expected], rows: Sequence[Row], tolerance: float) -> list[str]:
    """What is wrong with each expected value that is not there.

    A value is looked for in the row of that id or key; when there is no such row, in all of them, since a
    model may name its rows as it likes.
    """
    wrong = []
    for name, value in expected.items():
        named = [row for row in rows if name.lower() in ((row.id or "").lower(), row.key.lower())]
        found = [row.value for row in named or rows]
        if not any(is_equal(value, other, tolerance) for other in found):
            shown = found[0] if named else "no row of this name or value"
            wrong.append(f"{name}: expected {value}, found {shown}")
    return wrong


def is_equal(expected: Expected, found: Any, tolerance: float) -> bool:
    """Numbers within the relative tolerance; anything else as it is."""
    if _is_number(expected) and _is_number(found):
        return math.isclose(expected, found, rel_tol=tolerance, abs_tol=1e-12)  # type: ignore[arg-type]
    return type(expected) is type(found) and bool(expected == found)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
