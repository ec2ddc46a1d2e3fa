"""Each sample question of each recipe is answered on the data of an installation without keys.

They are what a refusal offers ("Ask: …"), and the first thing that people try.
"""

import asyncio

import pytest

from api_server.llm.provider import Draft
from prompts.library import Library, load_library
from tests.doubles.questions import ask, recipe_name
from tests.doubles.recipe_run import RecipeRunner

NAMES = [recipe.name for recipe in load_library().recipes]


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_question_is_answered(name: str, runner: RecipeRunner, library: Library) -> None:
    recipe = library.find(name)
    for question in recipe.questions:
        draft = asyncio.run(ask(question))
        assert isinstance(draft, Draft)
        assert recipe_name(draft) == name
        result = runner.run(recipe, **draft.parameters)
        assert result.description, question
        assert result.body, question
