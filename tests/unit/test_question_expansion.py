"""A vague question gets the sensible default, which is said, and its alternatives."""

import pytest

from api_server.dialogue.context import DialogueContext
from api_server.dialogue.understanding import create_dialogue
from schemas.understanding import Understanding

DIALOGUE = create_dialogue()
COMPARISON = "Compare the return, volatility and maximum drawdown of NKE and DIS over the last year"
PORTFOLIO = "What are the value, today's profit and loss, and the largest gain and loss in my portfolio?"


def understand(question: str, auto_expand: bool = True) -> Understanding:
    """What a question means that begins a session."""
    return DIALOGUE.understand(question, DialogueContext(), auto_expand)


@pytest.mark.parametrize(
    ("question", "expanded"),
    [
        ("nike", "What are the latest price, today's change and the 1-month return of NKE?"),
        ("compare nike and disney", COMPARISON),
        ("nike or disney?", COMPARISON),
        ("whats the sortino of dia", "Whats the sortino of dia over the last year"),
        ("biggest drawdown", "Biggest drawdown of SPY"),
        ("BRK volatility in 2020", "BRK.B volatility in 2020"),
        ("How's my portfolio?", PORTFOLIO),
        ("tell me about bank stocks", "How did bank stocks perform over the last year?"),
    ],
)
def test_what_is_left_open_is_filled_in_and_said(question: str, expanded: str) -> None:
    understood = understand(question)
    assert understood.expanded_question == expanded
    assert understood.assumptions
    assert understood.confidence < 1
    assert not understood.needs_confirmation


def test_alternatives_are_questions_that_can_be_asked() -> None:
    for alternative in understand("nike").alternatives:
        assert understand(alternative.question).meaning.symbols == ("NKE",)


@pytest.mark.parametrize(
    "question",
    [
        "write a limerick about spring",
        "What was the volatility of KO in 2020?",
        "top 5 gainers today",
        "RSI of KO",
        "hello",
    ],
)
def test_a_clear_question_and_one_that_is_not_ours_are_left_alone(question: str) -> None:
    understood = understand(question)
    assert understood.expanded_question == question
    assert not understood.alternatives


def test_without_leave_nothing_is_expanded_but_asked() -> None:
    understood = understand("nike", auto_expand=False)
    assert understood.expanded_question == "nike"
    assert understood.needs_confirmation
    assert DIALOGUE.expanded(understood) == understand("nike").expanded_question


def test_a_clear_question_needs_no_confirmation() -> None:
    assert not understand("What was the volatility of KO in 2020?", auto_expand=False).needs_confirmation


def test_a_name_that_was_read_as_a_symbol_is_said() -> None:
    assert "“nike” was read as NKE" in understand("nike volatility in 2020").assumptions
