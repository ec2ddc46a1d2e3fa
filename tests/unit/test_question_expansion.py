"""A vague question gets the sensible default, which is said, and its alternatives."""

from datetime import date

import pytest

from api_server.dialogue.context import DialogueContext
from api_server.dialogue.understanding import create_dialogue
from api_server.llm.providers.offline.matching import Matcher
from prompts.library import load_library
from schemas.understanding import Understanding
from tests.doubles.near_misses import near_misses

DIALOGUE = create_dialogue()
MATCHER = Matcher(load_library())
COMPARISON = "Compare the return, volatility and maximum drawdown of NKE and DIS over the last year"
PORTFOLIO = "What are the value of my portfolio, today's profit and loss, and the largest gain and loss?"


def understand(question: str, auto_expand: bool = True) -> Understanding:
    """What a question means that begins a session."""
    return DIALOGUE.understand(question, DialogueContext(), auto_expand)


@pytest.mark.parametrize(
    ("question", "expanded"),
    [
        ("nike", "What are the latest price, today's change and the 1-month return of NKE?"),
        ("compare nike and disney", COMPARISON),
        ("nike or disney?", COMPARISON),
        ("whats the sortino of dia", "Whats the sortino of DIA over the last year"),
        ("biggest drawdown", "Biggest drawdown of SPY"),
        ("BRK volatility in 2020", "BRK.B volatility in 2020"),
        ("How's my portfolio?", PORTFOLIO),
        ("tell me about bank stocks", "How did XLF perform over the last year?"),
    ],
)
def test_what_is_left_open_is_filled_in_and_said(question: str, expanded: str) -> None:
    understood = understand(question)
    assert understood.expanded_question == expanded
    assert understood.assumptions
    assert understood.confidence < 1
    assert not understood.needs_confirmation


@pytest.mark.parametrize(
    "question",
    [
        "nike",
        "compare nike, disney",
        "How's my portfolio?",
        "tell me about bank stocks",
        "biggest drawdown",
        "whats the sortino of DIA",
    ],
)
def test_what_is_filled_in_drops_nothing_that_was_said(question: str) -> None:
    said = [*near_misses(question), f"{question.rstrip('?')} weekly", f"{question.rstrip('?')} as a chart"]
    meant = DIALOGUE.meaning(understand(question).expanded_question)
    assert [each for each in said if DIALOGUE.meaning(understand(each).expanded_question) == meant] == []


@pytest.mark.parametrize(
    "question",
    ["nike", "compare nike and disney", "How's my portfolio?", "bitcoin", "whats the sortino of dia"],
)
def test_what_is_offered_can_be_answered_without_a_model(question: str) -> None:
    understood = understand(question)
    for offered in (understood.expanded_question, *(each.question for each in understood.alternatives)):
        assert MATCHER.match(MATCHER.read(offered)).recipe.name, offered


def test_where_a_price_is_asked_for_nothing_is_assumed() -> None:
    assert understand("What's NKE at?").expanded_question == "What's NKE at?"


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


@pytest.mark.parametrize(
    "question",
    [
        "What are my positions?", "show my holdings", "Show my account.", "What does NKE do?", "my orders",
        "Plot NKE since 2015.",
        "Which stocks gained the most today?", "which ETFs have the highest return in 2023",
    ],
)  # fmt: skip
def test_what_is_clear_gets_no_defaults(question: str) -> None:
    assert understand(question).expanded_question == question


def test_a_chart_of_a_price_needs_only_a_period() -> None:
    assert understand("plot NKE").expanded_question == "Plot NKE over the last year"


@pytest.mark.parametrize(
    ("question", "expanded", "other"),
    [
        ("How did NKE do last year?", "How did NKE perform in 2025?", "How did NKE do over the last year?"),
        (
            "volatility of NKE last quarter",
            "Volatility of NKE from 2025-10-01 to 2025-12-31",
            "Volatility of NKE over the last 3 months",
        ),
        ("NKE return for last month", "NKE return in January 2026", "NKE return over the last month"),
        (
            "news on NKE last week",
            "News on NKE from 2026-02-02 to 2026-02-08",
            "News on NKE over the last week",
        ),
    ],
)
def test_a_period_that_today_names_is_said_in_dates(question: str, expanded: str, other: str) -> None:
    understood = create_dialogue(lambda: date(2026, 2, 15)).understand(question, DialogueContext())
    assert understood.expanded_question == expanded
    assert understood.alternatives[0].question == other
    assert understood.assumptions[0].startswith("“last ")


def test_a_period_that_owns_something_is_left_as_it_is() -> None:
    assert understand("last year's return of NKE").expanded_question == "last year's return of NKE"
