"""What is reused without looking into a database: recipes, freshness, examples, earlier questions."""

from collections.abc import Mapping, Sequence

import pytest

from api_server.dialogue.context import DialogueContext
from api_server.dialogue.history import entities_of
from api_server.dialogue.masking import masked_text
from api_server.dialogue.understanding import create_dialogue
from api_server.reuse.examples import choose_examples
from api_server.reuse.recipes import open_shelf
from prompts.library import load_library
from tests.doubles.questions import make_catalogue

DIALOGUE = create_dialogue()
LIBRARY = load_library()


@pytest.mark.parametrize(
    ("question", "masked"),
    [
        ("What is the volatility of KO over the last 90 days?", "volatility SYMBOL PERIOD"),
        ("Rank KO, PEP and NKE by Sharpe ratio since 2018", "rank SYMBOL sharpe ratio PERIOD"),
        ("top 5 gainers today", "top NUMBER gainers PERIOD"),
    ],
)
def test_masks_stand_for_entities_only(question: str, masked: str) -> None:
    assert masked_text(question, DIALOGUE.cutter) == masked


def test_a_recipe_answers_a_question_of_its_frame() -> None:
    understood = DIALOGUE.understand("volatility of KO over the last 30 days", DialogueContext())
    found = open_shelf(LIBRARY).match(understood, make_catalogue())
    assert found is not None
    question, match = found
    assert question == understood.expanded_question
    assert match.recipe.name == "volatility_ranking"
    assert match.binding.values["symbols"] == ["KO"]


def test_a_recipe_answers_what_it_would_answer_unexpanded() -> None:
    understood = DIALOGUE.understand("Which stocks are the most volatile?", DialogueContext())
    assert understood.expanded_question == "Which stocks are the most volatile over the last year?"
    found = open_shelf(LIBRARY).match(understood, make_catalogue())
    assert found is not None
    assert found[0] == understood.resolved_question


def test_what_is_answered_as_it_was_asked_has_none_of_the_defaults_that_were_assumed() -> None:
    understood = DIALOGUE.understand("volatility of apple", DialogueContext())
    assert understood.assumptions == (
        "“apple” was read as AAPL",
        "no period was named, so the last year was taken",
    )
    asked = DIALOGUE.as_asked(understood)
    assert (asked.expanded_question, asked.assumptions) == (
        understood.question,
        ("“apple” was read as AAPL",),
    )


def test_a_recipe_whose_tools_are_away_answers_nothing() -> None:
    understood = DIALOGUE.understand("volatility of KO over the last 30 days", DialogueContext())
    catalogue = make_catalogue(without=["calculate_volatility"])
    assert open_shelf(LIBRARY).match(understood, catalogue) is None


def test_without_a_model_every_example_is_one_that_a_recipe_answers() -> None:
    examples = choose_examples(LIBRARY, make_catalogue(), has_model=False)
    assert len({example.kind for example in examples}) == len(examples) == 6
    for example in examples:
        understood = DIALOGUE.understand(example.question, DialogueContext())
        assert open_shelf(LIBRARY).match(understood, make_catalogue()) is not None, example.question


def test_examples_for_a_model_need_their_tools() -> None:
    assert choose_examples(LIBRARY, make_catalogue(without=["calculate_sma"]), has_model=True)
    kinds = [
        e.kind for e in choose_examples(LIBRARY, make_catalogue(without=["calculate_sma"]), has_model=True)
    ]
    assert "trend" not in kinds


def test_the_symbols_of_a_result_are_read_in_its_order() -> None:
    rows: Sequence[Mapping[str, object]] = (
        {"key": "rank_1", "value": "NKE"},
        {"key": "KO price", "value": 71.2, "id": "KO"},
        {"key": "KO change", "value": 0.01, "id": "KO:change"},
        {"key": "BTC/USD", "value": 3},
        {"key": "Mean", "value": 1},
    )
    assert entities_of({"description": "", "body": list(rows)}) == ("NKE", "KO", "BTC/USD")
    assert entities_of(None) == ()
