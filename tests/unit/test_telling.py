"""What an answer's record says about it, in sentences."""

from dataclasses import replace

import pytest

from api_server.reuse.telling import tell_of
from api_server.storage.records import Execution, Status, Trust
from schemas.execution import ExecutionMetadata, ExecutionReport, Outcome
from schemas.label import DataLabel
from schemas.wire import utc_now

ANSWER = Execution(
    id="exec_1", user_id="ann", session_id="sess_1", kind="question", parent_id=None, root_id="exec_1",
    title="", is_pinned=False, question="How volatile were KO and PEP?", expanded_question="",
    expansion_confidence=None, meaning=None, generated_script="x = 1", script_sha256=None,
    explanation="The standard deviation of daily returns.", parameters={}, parameter_schema={}, mcp_calls=[],
    model="a-model", reused_from=None, server_id=None, status=Status.SUCCESS, outcome="completed", error=None,
    error_code=None, report=None, warnings=[], usage=None, cost_usd=None, trust=Trust.RAN, feedback=None,
    metadata={}, fresh_until=None, execution_time_ms=None, created_at=utc_now(), started_at=None,
    completed_at=None,
)  # fmt: skip


def with_label(**facts: object) -> Execution:
    """The answer, of data that is labelled so."""
    metadata = ExecutionMetadata(label=DataLabel.model_validate(facts))
    report = ExecutionReport(
        success=True,
        execution_id="exec_1",
        outcome=Outcome.COMPLETED,
        execution_time_ms=1,
        metadata=metadata,
    )
    return replace(ANSWER, report=report)


def test_assumptions_are_the_values_and_what_was_filled_in() -> None:
    values = {"symbols": ["KO", "PEP"], "start": "2019-01-01", "days": None}
    assumed = {"understanding": {"assumptions": ["no period was named, so the last year was taken"]}}
    asked = replace(ANSWER, parameters=values, metadata=assumed)
    assert tell_of(asked, "assumptions") == (
        "It was worked out with symbols KO and PEP; start 2019-01-01. "
        "Assumed: no period was named, so the last year was taken."
    )
    assert tell_of(ANSWER, "assumptions") == "Nothing in it can be set."


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"providers": ["simulated"], "simulated": "yes"}, "Its data is simulated."),
        (
            {"providers": ["alpaca", "simulated"], "simulated": "mixed", "as_of_last": "2022-12-28"},
            "Its data is in part simulated, from alpaca, as of 2022-12-28.",
        ),
        ({"providers": ["eodhd"], "simulated": "no"}, "Its data is from eodhd."),
        ({}, "Its data is of an unnamed source."),
    ],
)
def test_where_the_data_is_from_is_what_its_label_says(facts: dict[str, object], told: str) -> None:
    assert tell_of(with_label(**facts), "data").startswith(told)


def test_an_answer_without_tools_has_no_market_data() -> None:
    assert tell_of(ANSWER, "data") == "It was worked out without market data."


def test_the_script_is_somebodys() -> None:
    assert (
        tell_of(ANSWER, "script") == "The script that is shown with this answer gave it, written by a-model."
    )
    recipe = replace(ANSWER, model="library", reused_from="recipe:max_drawdown")
    assert tell_of(recipe, "script").startswith("The recipe max_drawdown answered it")
    earlier = replace(ANSWER, model="library", reused_from="exec_0")
    assert tell_of(earlier, "script") == "The script that is shown with this answer gave it."


def test_the_method_is_the_explanation() -> None:
    assert tell_of(ANSWER, "method") == ANSWER.explanation


@pytest.mark.parametrize("trust", list(Trust))
def test_how_far_it_can_be_trusted_is_said_as_it_is(trust: Trust) -> None:
    told = {each: tell_of(replace(ANSWER, trust=each), "trust") for each in Trust}
    assert len(set(told.values())) == len(Trust)
    assert ("wrong" in told[trust]) is (trust is Trust.WITHDRAWN)
