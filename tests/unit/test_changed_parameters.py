"""A follow-up runs the script again, without a model, when its typed parameters cover the change."""

from typing import Any

import pytest

from api_server.dialogue.context import DialogueContext, Turn
from api_server.dialogue.understanding import create_dialogue
from prompts.library import load_library
from schemas.signature import default_values

DIALOGUE = create_dialogue()
LIBRARY = load_library()


def ask(question: str, recipe: str, earlier: str, **values: Any) -> dict[str, Any] | None:
    """The parameters for `question` after `earlier`, which `recipe` answered with `values`."""
    schema = LIBRARY.find(recipe).parameters
    turn = Turn("exec_0", earlier, schema=schema, values={**default_values(schema), **values})
    return DIALOGUE.understand(question, DialogueContext((turn,))).parameters


VOLATILITY = ("volatility_ranking", "What is the volatility of KO over the last 90 days?")
ANSWERED: dict[str, Any] = {"symbols": ["KO"], "days": 90}


@pytest.mark.parametrize(
    ("question", "changed"),
    [
        ("and for PEP?", {"symbols": ["PEP"]}),
        ("make it 5 years", {"days": None, "months": 60}),
        ("since 2019", {"days": None, "start": "2019-01-01"}),
        ("in 2020", {"days": None, "start": "2020-01-01", "end": "2020-12-31"}),
        ("ytd", {"days": None, "to_date": "year"}),
        ("PEP over 30 days", {"symbols": ["PEP"], "days": 30}),
        ("during the covid crash", {"days": None, "start": "2020-02-15", "end": "2020-04-30"}),
    ],
)
def test_what_the_parameters_cover_becomes_values(question: str, changed: dict[str, Any]) -> None:
    parameters = ask(question, *VOLATILITY, **ANSWERED)
    assert parameters is not None
    before = default_values(LIBRARY.find(VOLATILITY[0]).parameters) | ANSWERED
    assert parameters == before | changed


@pytest.mark.parametrize(
    "question",
    [
        "weekly instead", "plot it", "and the Sharpe?", "and bitcoin?", "vs QQQ", "for my holdings",
        "in euros", "what about gizmotron?",
    ],
)  # fmt: skip
def test_what_they_do_not_cover_is_left_to_a_model(question: str) -> None:
    assert ask(question, *VOLATILITY, **ANSWERED) is None


def test_a_parameter_that_does_not_hold_the_old_value_is_not_touched() -> None:
    assert ask("and for PEP?", *VOLATILITY, symbols=["KO", "SPY"], days=90) is None
    assert ask("make it 5 years", *VOLATILITY, symbols=["KO"], days=252) is None


def test_the_other_end_of_a_ranking_is_a_value_too() -> None:
    question = "Which of KO, PEP and NKE had the highest volatility over the last 90 days?"
    values = ask("and the lowest?", "volatility_ranking", question, symbols=["KO", "PEP", "NKE"], days=90)
    assert values is not None
    assert values["order"] == "lowest"


def test_a_number_changes_the_one_parameter_that_holds_it() -> None:
    question = "Is NKE above its 200-day moving average?"
    values = ask("50 day instead", "moving_average_level", question, symbols=["NKE"], window=200)
    assert values is not None
    assert values["window"] == 50
    assert ask("3000 day instead", "moving_average_level", question, symbols=["NKE"], window=200) is None
