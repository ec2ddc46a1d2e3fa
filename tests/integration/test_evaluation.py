"""The set of questions that ships, through all five servers: full marks, offline and on recordings."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from qna.evaluation.questions import EvaluationQuestion, load_questions
from qna.evaluation.run import ask_all
from qna.evaluation.scoring import Score
from qna.health import open_client
from tests.doubles.running_house import Running, running_house

FOLDER = Path(__file__).parents[2] / "evaluation"
QUESTIONS = load_questions(FOLDER / "questions.jsonl")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    recording = str(FOLDER / "recordings.jsonl")
    folder = tmp_path_factory.mktemp("house")
    with running_house(folder, LLM_PROVIDER="recorded", LLM_RECORDING_FILE=recording) as running:
        yield running


def ask(house: Running, kinds: set[str], model: str | None) -> list[Score]:
    """The scores of all questions of these kinds."""
    chosen = [question for question in QUESTIONS if question.kind in kinds]

    async def ask_them() -> list[Score]:
        async with open_client(60) as client:
            return await ask_all(chosen, client, house.url, model, say_nothing)

    return asyncio.run(ask_them())


def say_nothing(_number: int, _question: EvaluationQuestion) -> None:
    """A test shows no progress."""


def failed(scores: list[Score]) -> dict[str, str]:
    return {each.id: each.problem for each in scores if not each.passed}


def test_the_offline_analyst_answers_what_it_can_and_refuses_the_rest(house: Running) -> None:
    scores = ask(house, {"recipe", "refusal"}, "offline-analyst")
    assert len(scores) >= 20
    assert failed(scores) == {}


def test_recorded_scripts_run_are_repaired_and_give_the_expected_numbers(house: Running) -> None:
    scores = ask(house, {"new", "broken", "trap", "refusal"}, None)
    assert len(scores) >= 40
    assert failed(scores) == {}
    assert all(each.repairs >= 1 and not each.refused for each in scores if each.kind == "broken")
