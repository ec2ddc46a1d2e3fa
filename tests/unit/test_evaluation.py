"""`qna eval`: reading questions, scoring replies, and the numbers of the set that ships."""

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from qna.ask import Reply
from qna.evaluation.questions import EvaluationQuestion, Expectation, load_questions
from qna.evaluation.recording import make_recording
from qna.evaluation.report import render_markdown, show_evaluation, write_report
from qna.evaluation.run import EvaluationOptions
from qna.evaluation.scoring import Score, is_equal, score
from qna.evaluation.summary import (
    Evaluation,
    find_unmet,
    pass_by_kind,
    percentile,
    read_requirements,
    summarise,
)
from qna.failures import ExitCode, Misuse
from schemas.analysis import Analysis, AnalyzeResponse, Attempt, Parameters
from schemas.errors import ErrorDetail, ErrorResponse
from schemas.execution import ExecutionReport, Outcome
from schemas.usage import Usage
from schemas.validation import Finding
from tests.evaluation_oracles import ORACLES

FOLDER = Path(__file__).parents[2] / "evaluation"
QUESTIONS = load_questions(FOLDER / "questions.jsonl")
NUMBERED = [each for each in QUESTIONS if each.expect.numbers]
FINDING = Finding(code="UNKNOWN_TOOL", message="there is no tool", line=1, column=1)


def attempt(number: int = 1, **facts: Any) -> Attempt:
    return Attempt(number=number, python_code="result = 1", model="m", **facts)


def answered(body: list[dict[str, Any]], outcome: Outcome = Outcome.COMPLETED, *attempts: Attempt) -> Reply:
    is_done = outcome is Outcome.COMPLETED
    run = ExecutionReport(
        success=is_done,
        execution_id="e",
        outcome=outcome,
        execution_time_ms=1,
        result={"description": "x", "body": body} if is_done else None,
    )
    data = Analysis(
        python_code="result = 1",
        explanation="x",
        mcp_calls=[],
        execution_id="e",
        session_id="s",
        parameters=Parameters.model_validate({"schema": {}, "values": {}}),
        question="q",
        expanded_question="q",
        model="m",
        attempts=list(attempts or [attempt()]),
        usage=Usage(input_tokens=10, output_tokens=5, cost_usd=0.25),
        execution=run,
    )
    return Reply({}, AnalyzeResponse(data=data, status="success"), ExitCode.DONE)


def refused(code: str = "CANNOT_ANSWER", **details: Any) -> Reply:
    error = ErrorDetail(code=code, message="it cannot be answered", details=details)
    return Reply({}, ErrorResponse(error=error, request_id="r"), ExitCode.CANNOT_ANSWER)


def ask(reply: Reply, **expect: Any) -> Score:
    question = EvaluationQuestion(id="q1", question="q", kind="new", expect=Expectation(**expect))
    return score(question, reply, 12.0)


ROWS: list[dict[str, Any]] = [{"key": "KO", "id": "ko", "value": 0.25}, {"key": "Best", "value": "KO"}]


def test_a_right_answer_passes() -> None:
    found = ask(answered(ROWS), numbers={"KO": 0.25, "best": "KO"})
    assert (found.passed, found.numbers_equal, found.validated_first_time, found.ran) == (True, 2, True, True)


@pytest.mark.parametrize(
    ("expect", "problem"),
    [
        ({"numbers": {"KO": 0.26}}, "KO: expected 0.26, found 0.25"),
        ({"numbers": {"PEP": 0.26}}, "no row of this name or value"),
        ({"refused": True}, "should have been refused"),
        ({"outcome": "raised"}, "expected raised"),
        ({"repairs": 1}, "took 0 repairs"),
    ],
)
def test_a_wrong_answer_says_what_is_wrong(expect: dict[str, Any], problem: str) -> None:
    found = ask(answered(ROWS), **expect)
    assert not found.passed
    assert problem in found.problem


def test_a_value_under_another_name_counts_unless_there_is_a_row_of_the_name() -> None:
    assert ask(answered(ROWS), numbers={"volatility": 0.25}).passed
    named = [*ROWS, {"key": "volatility", "value": 0.5}]
    assert not ask(answered(named), numbers={"volatility": 0.25}).passed


def test_a_refusal_is_right_only_where_it_is_expected() -> None:
    assert ask(refused(), refused=True).passed
    assert not ask(refused()).passed
    assert not ask(refused("LLM_TIMEOUT"), refused=True).passed
    assert not ask(refused("LLM_ANSWER_UNUSABLE")).parsed


def test_a_repaired_script_was_not_valid_the_first_time() -> None:
    found = ask(answered(ROWS, Outcome.COMPLETED, attempt(findings=[FINDING]), attempt(2)))
    assert (found.repairs, found.validated_first_time, found.ran) == (1, False, True)


@pytest.mark.parametrize(
    ("expected", "found", "is_same"),
    [
        (1.0, 1, True),
        (1.0, 1.0000001, True),
        (1.0, 1.001, False),
        (0.0, 1e-15, True),
        (True, 1, False),
        (None, None, True),
        (None, 0, False),
        ("KO", "KO", True),
    ],
)
def test_numbers_are_equal_within_the_tolerance_and_all_else_exactly(
    expected: Any, found: Any, is_same: bool
) -> None:
    assert is_equal(expected, found, 1e-6) is is_same


def evaluation() -> Evaluation:
    """Two right answers of which one was repaired, one wrong refusal, one right one."""
    scores = [
        ask(answered(ROWS), numbers={"KO": 0.25}),
        ask(answered(ROWS, Outcome.COMPLETED, attempt(findings=[FINDING]), attempt(2)), numbers={"KO": 0.25}),
        ask(refused(), numbers={"KO": 0.25}),
        ask(refused(), refused=True),
    ]
    return Evaluation(
        file="f",
        asked_for="",
        models=["m"],
        totals=summarise(scores),
        kinds=pass_by_kind(scores),
        scores=scores,
    )


def test_the_totals_count_each_thing_among_those_it_concerns() -> None:
    totals = evaluation().totals
    assert totals.passed == 0.75
    assert totals.validated_first_time == 0.5
    assert totals.ran == pytest.approx(2 / 3)
    assert totals.repaired == 1
    assert totals.refused_rightly == 1
    assert totals.refused_wrongly == pytest.approx(1 / 3)
    assert totals.numbers_equal == pytest.approx(2 / 3)
    assert totals.usage.input_tokens == 20


def test_percentiles_are_values_that_occurred() -> None:
    assert [percentile([1, 2, 3, 4], percent) for percent in (50, 95, 100)] == [2, 4, 4]


def test_requirements_are_met_or_named() -> None:
    totals = evaluation().totals
    assert find_unmet(totals, read_requirements(["passed=0.75", "refused_wrongly=0.5"])) == []
    assert find_unmet(totals, read_requirements(["passed=0.8"])) == ["passed is 0.750, required 0.8"]
    assert find_unmet(totals, read_requirements(["refused_wrongly=0"]))
    with pytest.raises(Misuse, match="no rate"):
        read_requirements(["speed=1"])


def test_a_rate_that_counts_nothing_meets_no_requirement_but_that_of_repairs() -> None:
    totals = evaluation().totals.model_copy(update={"numbers_equal": None, "repaired": None})
    required = read_requirements(["numbers_equal=0.9", "repaired=0.9"])
    assert find_unmet(totals, required) == ["numbers_equal counts nothing in these questions, required 0.9"]


def test_the_report_is_json_and_markdown(tmp_path: Path) -> None:
    write_report(tmp_path / "report.json", evaluation())
    assert json.loads((tmp_path / "report.json").read_text())["totals"]["passed"] == 0.75
    text = (tmp_path / "report.md").read_text()
    assert "| passed | 75.0 % |" in text
    assert "CANNOT_ANSWER: it cannot be answered" in text


def test_the_terminal_shows_the_rates_and_what_did_not_pass(capsys: pytest.CaptureFixture[str]) -> None:
    show_evaluation(Console(width=100), evaluation())
    shown = capsys.readouterr().out
    assert "75.0 %" in shown
    assert "q1: CANNOT_ANSWER" in shown
    assert "written | " not in render_markdown(evaluation())


LINE = '{"id": "a", "question": "q", "kind": "k", "expect": {}}\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [("", "no questions"), ("{}", "line 1"), (LINE * 2, "taken")],
    ids=["empty", "no", "twice"],
)
def test_a_file_that_is_no_set_of_questions_is_refused_by_its_line(
    tmp_path: Path, text: str, problem: str
) -> None:
    (tmp_path / "questions.jsonl").write_text(text)
    with pytest.raises(Misuse, match=problem):
        load_questions(tmp_path / "questions.jsonl")


def test_questions_are_chosen_by_kind_and_number() -> None:
    chosen = EvaluationOptions(Path("f"), kinds=("trap", "new"), limit=3).choose(QUESTIONS)
    assert [each.kind for each in chosen] == ["new"] * 3
    with pytest.raises(Misuse, match="no question is of kind"):
        EvaluationOptions(Path("f"), kinds=("nothing",)).choose(QUESTIONS)


@pytest.mark.parametrize(
    "question", [each for each in QUESTIONS if each.expect.numbers], ids=lambda each: each.id
)
def test_every_expected_number_is_what_pandas_finds_in_the_closes(question: EvaluationQuestion) -> None:
    right = ORACLES[question.id]()
    assert question.expect.numbers.keys() == right.keys()
    for name, value in question.expect.numbers.items():
        assert is_equal(value, right[name], 1e-9), name


def test_every_question_with_an_answer_has_expected_numbers() -> None:
    assert len(QUESTIONS) >= 40
    assert {each.id for each in QUESTIONS if not each.expect.refused} == ORACLES.keys()


def test_the_recording_is_what_the_written_answers_make() -> None:
    anew = "write it anew: python -m qna.evaluation.recording evaluation"
    assert make_recording(FOLDER) == (FOLDER / "recordings.jsonl").read_text("utf-8"), anew
    answers = {path.stem for path in (FOLDER / "answers").glob("*.md")}
    assert answers <= {each.id for each in QUESTIONS}
