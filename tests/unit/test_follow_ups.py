"""What is asked after something else becomes a sentence that stands alone."""

import tomllib
from pathlib import Path

import pytest

from api_server.dialogue.context import DialogueContext, Turn
from api_server.dialogue.understanding import create_dialogue
from schemas.understanding import Change, Understanding

DIALOGUE = create_dialogue()
VOLATILITY = "What is the volatility of KO over the last 90 days?"
GAINERS = "top 15 gainers today"

TABLE = Path(__file__).parents[1] / "doubles" / "follow_ups.toml"
FOLLOW_UPS = tomllib.loads(TABLE.read_text("utf-8"))["follow_ups"]
STANDS_ALONE = (
    "What is the price of HD?",
    "top 10 losers today",
    "show my positions",
    "How did NKE perform in 2022?",
    "optimize SPY and AGG for minimum variance",
    "is the market open on friday?",
    "write a limerick about spring",
    "which semiconductor stocks have the lowest forward P/E",
)


def ask(question: str, *earlier: str) -> Understanding:
    """What `question` is understood as after the earlier ones, which may be follow-ups themselves."""
    turns: list[Turn] = []
    for number, text in enumerate(earlier):
        understood = DIALOGUE.understand(text, DialogueContext(tuple(turns)))
        turns.append(Turn(f"exec_{number}", understood.resolved_question))
    return DIALOGUE.understand(question, DialogueContext(tuple(turns)))


@pytest.mark.parametrize(("earlier", "follow_up", "resolved"), FOLLOW_UPS)
def test_a_follow_up_is_put_into_a_sentence_that_stands_alone(
    earlier: str, follow_up: str, resolved: str
) -> None:
    understood = ask(follow_up, earlier)
    assert understood.resolved_question == resolved
    assert understood.follow_up_of == "exec_0"


@pytest.mark.parametrize("question", STANDS_ALONE)
@pytest.mark.parametrize("earlier", [VOLATILITY, GAINERS])
def test_a_question_that_stands_alone_is_left_as_it_is(question: str, earlier: str) -> None:
    understood = ask(question, earlier)
    assert understood.follow_up_of is None
    assert understood.resolved_question == question


def test_without_an_earlier_question_nothing_is_a_follow_up() -> None:
    assert ask("and for PEP?").follow_up_of is None


def test_changes_add_up_over_several_turns() -> None:
    understood = ask(
        "as a table", VOLATILITY, "and for PEP?", "make it 3 years", "weekly instead", "and the Sharpe?"
    )
    assert (
        understood.resolved_question == "What is the weekly Sharpe of PEP over the last 3 years as a table?"
    )


@pytest.mark.parametrize(
    ("question", "resolved"),
    [
        ("both since 2015", "What is the volatility of PEP and MCD since 2015?"),
        ("all three of them", "What is the volatility of KO, PEP and MCD over the last 90 days?"),
        ("the two together", "What is the volatility of PEP and MCD over the last 90 days?"),
        ("compare them all", "Compare the volatility of KO, PEP and MCD over the last 90 days"),
        ("compare the two", "Compare the volatility of PEP and MCD over the last 90 days"),
    ],
)
def test_several_that_were_named_one_after_another_can_be_meant_together(
    question: str, resolved: str
) -> None:
    understood = ask(question, VOLATILITY, "and for PEP?", "and MCD?")
    assert understood.resolved_question == resolved


def test_both_are_the_two_of_the_question_before() -> None:
    earlier = "Compare the return of NKE and DIS in 2023"
    assert ask("both over 3 years", earlier).resolved_question == (
        "Compare the return of NKE and DIS over 3 years"
    )
    high = ask("all-time high?", VOLATILITY, "and PEP")
    assert high.resolved_question == "What is the all-time high of PEP?"


def test_more_than_were_named_are_not_guessed() -> None:
    assert ask("all four", VOLATILITY, "and for PEP?", "and MCD?").follow_up_of is None


def test_a_chat_in_between_does_not_end_the_topic() -> None:
    understood = ask("and for PEP?", VOLATILITY, "thanks")
    assert understood.resolved_question == "What is the volatility of PEP over the last 90 days?"


def test_what_changed_is_said() -> None:
    assert ask("and for PEP?", VOLATILITY).changed == (Change.SYMBOLS,)
    assert ask("PEP in 2020", VOLATILITY).changed == (Change.SYMBOLS, Change.PERIOD)
    assert ask("plot it", VOLATILITY).changed == (Change.OUTPUT,)


def test_an_unknown_symbol_keeps_the_topic_and_is_said_to_be_unknown() -> None:
    understood = ask("what about QZZQX?", VOLATILITY)
    assert understood.resolved_question == "What is the volatility of QZZQX over the last 90 days?"
    assert any("QZZQX is not among the symbols known here" in note for note in understood.assumptions)


@pytest.mark.parametrize(
    "question",
    [
        "what assumptions did you use", "how did you calculate that", "where does the data come from",
        "why?", "is that high?", "show me the code",
    ],
)  # fmt: skip
def test_a_question_about_the_answer_asks_for_nothing_new(question: str) -> None:
    understood = ask(question, VOLATILITY)
    assert understood.asks_about == "previous_answer"
    assert understood.follow_up_of == "exec_0"
    assert VOLATILITY in understood.resolved_question


@pytest.mark.parametrize(
    ("question", "aspect"),
    [
        ("which period was that?", "assumptions"),
        ("how did you work that out?", "method"),
        ("why is that?", "method"),
        ("is this live?", "data"),
        ("show me the script", "script"),
        ("are you sure?", "trust"),
        ("is that high?", None),
    ],
)
def test_what_the_record_says_is_told_from_what_must_be_found_out(question: str, aspect: str | None) -> None:
    assert ask(question, VOLATILITY).aspect == aspect


def test_a_question_about_the_answer_is_nothing_to_carry_on() -> None:
    understood = ask("and for PEP?", VOLATILITY, "show me the script", "why?")
    assert understood.resolved_question == "What is the volatility of PEP over the last 90 days?"


def test_a_place_in_a_list_is_the_symbol_that_the_result_shows_there() -> None:
    turn = Turn("exec_0", GAINERS, entities=("NKE", "DIS", "HD"))
    understood = DIALOGUE.understand("why is the second one up", DialogueContext((turn,)))
    assert understood.resolved_question == "Why is DIS up today?"


def test_a_place_stays_one_in_the_last_list_when_another_question_came_between() -> None:
    turns = (
        Turn("exec_0", GAINERS, entities=("NKE", "DIS", "HD")),
        Turn("exec_1", "RSI of NKE", entities=("NKE",)),
    )
    assert DIALOGUE.understand("and the second", DialogueContext(turns)).resolved_question == "RSI of DIS"
    assert (
        DIALOGUE.understand("volume of the third", DialogueContext(turns)).resolved_question
        == "Volume of HD?"
    )


def test_which_is_asked_of_all_that_were_named_one_after_another() -> None:
    understood = ask("which is the lowest?", VOLATILITY, "and for PEP?", "and MCD?")
    assert understood.resolved_question == (
        "Which of KO, PEP and MCD has the lowest volatility over the last 90 days?"
    )


def test_what_cannot_be_put_in_its_place_is_said_beside_and_doubted() -> None:
    understood = ask("sort by market value", "list my current positions")
    assert understood.resolved_question == "List my current positions, sort by market value"
    assert understood.confidence < 0.6
