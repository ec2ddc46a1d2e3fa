"""Two questions are the same only when everything in them is."""

import pytest

from api_server.dialogue.understanding import create_dialogue
from schemas.understanding import Meaning, MeantNumber
from tests.doubles.near_misses import QUESTIONS, SAME, near_misses

DIALOGUE = create_dialogue()


@pytest.mark.parametrize("question", QUESTIONS)
def test_one_changed_word_is_another_question(question: str) -> None:
    key = DIALOGUE.meaning(question).key
    changed = [other for other in near_misses(question) if other != question]
    assert len(changed) >= 8
    assert [other for other in changed if DIALOGUE.meaning(other).key == key] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("return of KO in 2019", "return of KO to 2019"),
        ("news on KO last week", "news on KO to last week"),
        ("KO dividends in 2020", "KO dividends by 2020"),
        ("What's KO?", "What's KO at?"),
        ("add my positions to the sheet", "add my positions from the sheet"),
    ],
)
def test_small_words_that_say_something_are_heard(one: str, other: str) -> None:
    assert DIALOGUE.meaning(one).key != DIALOGUE.meaning(other).key


def test_every_question_of_the_list_is_another() -> None:
    assert len({DIALOGUE.meaning(question).key for question in QUESTIONS}) == len(QUESTIONS)


def test_most_pairs_that_ask_the_same_are_found() -> None:
    found = [DIALOGUE.meaning(one).key == DIALOGUE.meaning(other).key for one, other in SAME]
    assert sum(found) / len(found) >= 0.9


def test_a_meaning_names_what_is_asked() -> None:
    meaning = DIALOGUE.meaning("Which of KO, PEP and NKE had the highest volatility over the last 6 months?")
    assert meaning == Meaning(
        topics=("volatility",),
        symbols=("KO", "NKE", "PEP"),
        asset_classes=("stock",),
        periods=("months:6",),
        directions=("extreme:highest",),
    )


def test_numbers_have_roles_and_units() -> None:
    meaning = DIALOGUE.meaning("Show the top 7 stocks under $25 with an RSI above 80 and a gain over 5%")
    assert meaning.numbers == (
        MeantNumber(role="limit", value="7"),
        MeantNumber(role="amount", value="25 usd"),
        MeantNumber(role="number", value="80"),
        MeantNumber(role="percent", value="5"),
    )


def test_words_that_nothing_accounts_for_are_kept() -> None:
    assert DIALOGUE.meaning("volatility of Zyxora ignoring splits").words == ("zyxora", "ignoring")


def test_who_is_compared_with_whom_matters_where_the_order_does() -> None:
    assert DIALOGUE.meaning("beta of AMD vs SPY").key != DIALOGUE.meaning("beta of SPY vs AMD").key
    above = DIALOGUE.meaning("Is NKE above its 200-day moving average?")
    assert above.key != DIALOGUE.meaning("Is its 200-day moving average above NKE?").key
    assert (
        DIALOGUE.meaning("correlation of KO and PEP").key == DIALOGUE.meaning("correlation of PEP and KO").key
    )


def test_a_masked_meaning_leaves_out_entities_and_nothing_else() -> None:
    asked = DIALOGUE.meaning("What was the volatility of KO in 2020?")
    assert DIALOGUE.meaning("volatility of NKE in 2015").masked_key == asked.masked_key
    others = (
        "implied volatility of NKE in 2015",
        "volatility of NKE",
        "volatility of bitcoin in 2015",
        "volatility of KO and NKE in 2015",
    )
    assert [other for other in others if DIALOGUE.meaning(other).masked_key == asked.masked_key] == []


@pytest.mark.parametrize(
    "question", ["", "?!", "\u0430pple", "a" * 1000, "1/0", "'); DROP TABLE", "\x00", "((((", "$", "%" * 50]
)
def test_anything_has_a_meaning(question: str) -> None:
    assert DIALOGUE.meaning(question).key
