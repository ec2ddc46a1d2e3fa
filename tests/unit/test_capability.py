"""What is refused before a model is asked: clear cases only, each by its own examples."""

import time
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from api_server.errors import CannotAnswer
from api_server.llm.provider import Draft
from api_server.writing.capability import Capabilities, load_needs
from prompts.library import load_library
from schemas.tools import Tool
from tests.doubles.questions import ask, make_catalogue

LIBRARY = load_library()
CAPABILITIES = Capabilities(LIBRARY)
CATALOGUE = make_catalogue()
ENTRIES: list[dict[str, Any]] = tomllib.loads(
    files("api_server.writing").joinpath("needs.toml").read_text("utf-8")
)["need"]
REFUSED = [(entry["id"], question) for entry in ENTRIES for question in entry["refuses"]]
ACCEPTED = [question for entry in ENTRIES for question in entry["accepts"]]


def refusal_of(question: str, *more: str) -> CannotAnswer | None:
    """What is said to `question` when the tools `more` are there besides those of the recipes."""
    others = [Tool(name=name, server="theirs", input_schema={}) for name in more]
    catalogue = CATALOGUE.model_copy(update={"tools": [*CATALOGUE.tools, *others]})
    try:
        CAPABILITIES.demand(question, catalogue)
    except CannotAnswer as refusal:
        return refusal
    return None


@pytest.mark.parametrize(("need", "question"), REFUSED, ids=[question for _, question in REFUSED])
async def test_a_clear_need_is_refused_with_a_nearest_question_that_has_an_answer(
    need: str, question: str
) -> None:
    refusal = refusal_of(question)
    assert refusal is not None
    assert refusal.details["need"] == need
    assert refusal.message.endswith(".")
    assert isinstance(await ask(refusal.details["nearest_question"]), Draft)


@pytest.mark.parametrize("question", ACCEPTED)
def test_what_a_model_could_answer_is_left_to_it(question: str) -> None:
    assert refusal_of(question) is None


@pytest.mark.parametrize("question", [each for recipe in LIBRARY.recipes for each in recipe.questions])
def test_no_sample_question_of_a_recipe_is_refused(question: str) -> None:
    assert refusal_of(question) is None


@pytest.mark.parametrize(
    ("question", "tool"),
    [
        ("Option chain of KO for March", "get_option_chain"),
        ("What was US CPI last month?", "fred_series"),
        ("What is the weather in Lisbon?", "weather_now"),
        ("Buy 10 KO", "place_stock_order"),
    ],
)
def test_with_a_tool_for_it_the_model_is_asked(question: str, tool: str) -> None:
    assert refusal_of(question, tool) is None
    assert refusal_of(question, "unrelated") is not None


def test_every_entry_says_what_it_accepts_and_what_it_refuses() -> None:
    for entry, need in zip(ENTRIES, load_needs(), strict=True):
        assert entry["accepts"], need.id
        assert len(entry["refuses"]) >= 2, need.id
        assert need.missing.endswith(".")


def test_a_long_question_is_read_in_no_time() -> None:
    hostile = ["please " * 140, "can you " * 120, "close my " * 110, "buy " * 250, "a " * 500]
    started = time.perf_counter()
    for question in hostile:
        refusal_of(question[:1000])
    assert time.perf_counter() - started < 1


def test_what_is_surely_not_about_finance_is_said_to_be_so() -> None:
    kinds = {question: refusal_of(question) for _, question in REFUSED}
    told = {
        question: refusal.details.get("kind") for question, refusal in kinds.items() if refusal is not None
    }
    assert told["What is the weather in Lisbon?"] == "not_financial"
    assert told["tell me a joke"] == "not_financial"
    assert told["Buy 10 KO"] is None
