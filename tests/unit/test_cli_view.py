"""What a terminal shows of answers, failures and refusals."""

import io
from typing import Any

import pytest
from rich.console import Console

from executor.label import make_label
from qna.answer_view import OUTCOMES, AnswerView, tell_age
from schemas.analysis import Analysis, AnalyzeResponse, Attempt, Parameters, StageTime
from schemas.errors import ErrorDetail, ErrorResponse
from schemas.execution import ExecutionMetadata, ExecutionReport, Outcome, ToolCall
from schemas.understanding import Alternative, Meaning, Understanding
from schemas.usage import Usage
from schemas.validation import Finding

BARS = ToolCall(
    tool="alpaca_market_stocks_bars",
    arguments={"symbols": ["AAPL"], "limit": 60},
    started_ms=1,
    duration_ms=12.4,
    metadata={"source": "Sample", "as_of": "2022-12-28"},
)
RESULT = {
    "description": "AAPL moved most.",
    "body": [{"key": "AAPL", "value": 0.3, "format": "percent", "description": "volatility"}],
    "charts": [{"type": "bar", "title": "Volatility"}],
}


def report(
    result: Any = None,
    outcome: Outcome = Outcome.COMPLETED,
    calls: tuple[ToolCall, ...] = (BARS,),
    **more: Any,
) -> ExecutionReport:
    return ExecutionReport(
        success=outcome is Outcome.COMPLETED,
        execution_id="e",
        outcome=outcome,
        execution_time_ms=20,
        result=result,
        metadata=ExecutionMetadata(tool_calls=list(calls), label=make_label(calls)),
        **more,
    )


def answer(execution: ExecutionReport | None, **more: Any) -> AnalyzeResponse:
    analysis = Analysis(
        python_code="def analyze():\n    return {}",
        explanation="It ranks.",
        mcp_calls=[],
        execution_id="e",
        session_id="s",
        parameters=Parameters.model_validate({"schema": {}, "values": {}}),
        question="Which moved most?",
        expanded_question=more.pop("expanded_question", "Which moved most?"),
        model="offline",
        execution=execution,
        stages=[StageTime(stage="write", duration_ms=3), StageTime(stage="run", duration_ms=1200)],
        **more,
    )
    return AnalyzeResponse(data=analysis, status="success")


def shown(execution: ExecutionReport | None, *, shows_script: bool = False, **more: Any) -> str:
    out = io.StringIO()
    view = AnswerView(Console(file=out, width=110, markup=False, highlight=False), shows_script=shows_script)
    view.show_answer("Which moved most?", answer(execution, **more))
    return out.getvalue()


def refused(message: str, **details: Any) -> str:
    out = io.StringIO()
    refusal = ErrorResponse(
        error=ErrorDetail(code="CANNOT_ANSWER", message=message, details=details),
        recovery_suggestions=["Ask about prices."],
        request_id="r",
    )
    AnswerView(Console(file=out, width=110)).show_refusal("What is the weather?", refusal)
    return out.getvalue()


def test_the_sentence_comes_before_figures_and_figures_before_their_sources() -> None:
    text = shown(report(RESULT))
    places = [
        text.index(part)
        for part in (
            "Which moved most?",
            "AAPL moved most.",
            "30.00 %",
            'alpaca_market_stocks_bars(symbols=["AAPL"], limit=60)',
            "Computed from Sample data as of 2022-12-28. Not investment advice.",
            "Time: write 3 ms · run 1,200 ms · together 1,203 ms",
            "--script shows it",
        )
    ]
    assert places == sorted(places)


def test_the_script_is_shown_when_asked_for() -> None:
    assert "def analyze():\n    return {}" in shown(report(RESULT), shows_script=True)
    assert "def analyze()" not in shown(report(RESULT))


def test_a_script_that_was_not_run_is_the_answer() -> None:
    text = shown(None)
    assert "It ranks." in text
    assert "def analyze():" in text


def test_the_question_that_was_understood_is_shown_when_it_differs() -> None:
    assert "Asked as: Which of AAPL and KO moved most?" in shown(
        report(RESULT), expanded_question="Which of AAPL and KO moved most?"
    )


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - {Outcome.COMPLETED}))
def test_every_other_outcome_is_told_in_words_with_the_next_step(outcome: Outcome) -> None:
    text = shown(
        report(
            outcome=outcome,
            error=ErrorDetail(code="X", message="division by zero"),
            findings=[Finding(code="F", message="no import of os", line=3, column=1, hint="Remove it.")],
            recovery_suggestions=["Try fewer symbols"],
        )
    )
    assert f"{OUTCOMES[outcome]}: division by zero" in text
    assert "line 3, column 1: no import of os Remove it." in text
    assert "- Try fewer symbols" in text


def test_a_failed_tool_call_shows_its_message_in_place_of_a_source() -> None:
    failed = BARS.model_copy(
        update={"error": ErrorDetail(code="no_data", message="no data for XYZQ"), "metadata": {}}
    )
    text = shown(report(RESULT, calls=(failed,)))
    assert "no data for XYZQ" in text
    assert "Computed from" not in text


def test_a_result_of_another_form_is_shown_as_it_is() -> None:
    assert '"total": 3' in shown(report({"total": 3}))


def test_of_very_many_tool_calls_the_rest_is_counted() -> None:
    assert "and 5 more calls" in shown(report(RESULT, calls=(BARS,) * 25))


def test_what_the_data_is_worth_is_said_in_brackets() -> None:
    label = {"feed": "iex", "delay": 900, "adjustment": "all", "currency": "USD", "simulated": True}
    text = shown(report(RESULT, calls=(BARS.model_copy(update={"metadata": {**BARS.metadata, **label}}),)))
    said = "Sample data as of 2022-12-28 (simulated, iex feed, delayed by 15 min, adjustment all, USD)"
    assert said in " ".join(text.split())


def test_warnings_of_the_question_and_of_the_run_are_both_shown() -> None:
    run = report(RESULT)
    run = run.model_copy(
        update={"metadata": run.metadata.model_copy(update={"warnings": ["null at body[0]"]})}
    )
    text = shown(run, warnings=["only 20 symbols"])
    assert "- null at body[0]" in text
    assert "- only 20 symbols" in text


def test_what_a_model_or_a_vendor_wrote_cannot_steer_the_terminal() -> None:
    hostile = {**RESULT, "description": "\x1b]0;owned\x07[bold]x[/bold] \u202eabc"}
    text = shown(report(hostile))
    assert "]0;owned[bold]x[/bold] abc" in text
    assert "\x1b" not in text


def test_a_refusal_names_what_is_missing_and_the_nearest_question() -> None:
    text = refused("there is no weather", missing="a weather source", nearest_question="How volatile was KO?")
    assert "there is no weather" in text
    assert "Missing: a weather source" in text
    assert "The nearest question that can be answered: How volatile was KO?" in text


def test_a_refusal_without_a_nearest_question_gives_the_suggestions() -> None:
    assert "- Ask about prices." in refused("there is no weather", missing="there is no weather")


def test_repairs_and_their_cost_are_one_line_and_each_failed_attempt_another() -> None:
    finding = Finding(code="UNKNOWN_TOOL", message="there is no tool 'prics'", line=7, column=1)
    attempts = [
        Attempt(number=1, python_code="", model="m", findings=[finding]),
        Attempt(number=2, python_code="", model="m", outcome=Outcome.RAISED),
        Attempt(number=3, python_code="", model="m", outcome=Outcome.COMPLETED),
    ]
    usage = Usage(input_tokens=12_000, output_tokens=900, cached_tokens=8_000, cost_usd=0.0123)
    text = shown(report(RESULT), attempts=attempts, usage=usage)
    assert "repaired 2 times · 12,000 tokens in (8,000 cached), 900 out · 0.0123 USD" in text
    assert "- attempt 1 did not do, line 7: there is no tool 'prics'" in text
    assert "- attempt 2 did not do, its run: raised" in text


def test_an_answer_that_cost_nothing_says_nothing_of_its_writing() -> None:
    assert "Written by" not in shown(report(RESULT))


def test_an_answer_from_before_says_how_old_it_is() -> None:
    assert "From 3 minutes ago; --refresh runs it again." in shown(report(RESULT), age_seconds=190)
    assert "ago" not in shown(report(RESULT))


def test_what_was_assumed_and_what_else_it_may_mean_is_said() -> None:
    alternative = Alternative(question="What is the weather on Mars?")
    taken = Understanding(
        question="mars",
        resolved_question="mars",
        expanded_question="What is the price of MARS?",
        meaning=Meaning(),
        assumptions=("the latest price is meant",),
        alternatives=(alternative,),
    )
    text = shown(report(RESULT), understanding=taken)
    assert "- the latest price is meant" in text
    assert "- What is the weather on Mars?" in text


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.4, "0 seconds"), (59, "59 seconds"), (60, "1 minute"), (7300, "2 hours"), (90_000, "1 day")],
)
def test_an_age_is_told_in_its_largest_unit(seconds: float, told: str) -> None:
    assert tell_age(seconds) == told
