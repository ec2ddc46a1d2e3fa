"""What every LLM provider must do. A new one is a line in `PROVIDERS` or in `VENDORS` of the stand-ins."""

import ast
import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import jsonschema_rs
import pytest

from api_server.llm.provider import CannotAnswer, Draft, LLMProvider, Prompt, ScriptTask
from api_server.llm.providers.offline.analyst import OfflineAnalyst
from api_server.llm.providers.recorded import RecordedAnswer, RecordedProvider, record_answer
from api_server.llm.providers.scripted import OutOfAnswers, ScriptedProvider
from api_server.llm.remote import RemoteProvider
from prompts.library import load_library
from schemas.signature import default_values, read_signature
from tests.doubles.llm.answers import as_answer, as_refusal
from tests.doubles.llm.opened import VENDORS, StandIns, running_stand_ins
from tests.doubles.llm.stand_in import Say
from tests.doubles.questions import make_catalogue, ready_prompt

LIBRARY = load_library()
ANSWERED = "How volatile was KO over the last 60 trading days?"
REFUSED = "What is the weather in Paris?"


def make_scripted() -> LLMProvider:
    """A double that was prepared with one script and one refusal."""
    recipe = LIBRARY.find("volatility_ranking")
    draft = Draft(recipe.source, recipe.summary, recipe.tools, "scripted", {"symbols": ["KO"], "days": 60})
    return ScriptedProvider([draft, CannotAnswer("There is no weather here.", ANSWERED)])


def make_recorded() -> LLMProvider:
    """The same two answers, as lines of a recording."""
    recipe = LIBRARY.find("volatility_ranking")
    draft = Draft(recipe.source, recipe.summary, recipe.tools, "recorded", {"symbols": ["KO"], "days": 60})
    lines = [
        record_answer(ANSWERED, draft),
        record_answer(REFUSED, CannotAnswer("There is no weather here.", ANSWERED)),
    ]
    return RecordedProvider(RecordedAnswer.model_validate_json(line) for line in lines)


def make_remote(vendor: str, stand_ins: StandIns) -> LLMProvider:
    """A vendor whose model gives the same two answers."""
    stand_ins.forget()
    recipe = LIBRARY.find("volatility_ranking")
    stand_ins.api(vendor).answers.extend([Say(as_answer(recipe.source)), Say(as_refusal())])
    return stand_ins.open(vendor)


PROVIDERS: dict[str, Callable[[], LLMProvider]] = {
    "offline": lambda: OfflineAnalyst(LIBRARY),
    "scripted": make_scripted,
    "recorded": make_recorded,
}


@pytest.fixture(scope="module")
def stand_ins() -> Iterator[StandIns]:
    with running_stand_ins() as running:
        asyncio.run(running.import_sdks())
        yield running


@pytest.fixture(params=[*PROVIDERS, *VENDORS])
async def provider(request: pytest.FixtureRequest, stand_ins: StandIns) -> AsyncIterator[LLMProvider]:
    name = request.param
    opened = PROVIDERS[name]() if name in PROVIDERS else make_remote(name, stand_ins)
    yield opened
    if isinstance(opened, RemoteProvider):
        await opened.close()


def make_task(question: str, model: str | None = None) -> ScriptTask:
    """A task with every tool of the recipes."""
    prompt = ready_prompt(Prompt("You write scripts.", question))
    return ScriptTask(question, prompt, make_catalogue(), model)


async def test_it_has_models_of_its_own_and_one_default(provider: LLMProvider) -> None:
    models = await provider.models()
    assert [model.provider for model in models] == [provider.name] * len(models)
    assert [model.default for model in models].count(True) == 1
    assert len({model.id for model in models}) == len(models)


async def test_it_writes_a_script_that_defines_analyze_and_calls_known_tools(provider: LLMProvider) -> None:
    draft = await provider.write_script(make_task(ANSWERED))
    assert isinstance(draft, Draft)
    schema = read_signature(ast.parse(draft.python_code))
    jsonschema_rs.validate(schema, {**default_values(schema), **draft.parameters})
    assert set(draft.mcp_calls) <= {tool.name for tool in make_catalogue().tools}
    assert draft.explanation
    assert draft.model in [model.id for model in await provider.models()]


async def test_it_refuses_what_it_cannot_answer_with_a_sentence(provider: LLMProvider) -> None:
    await provider.write_script(make_task(ANSWERED))
    refusal = await provider.write_script(make_task(REFUSED))
    assert isinstance(refusal, CannotAnswer)
    assert refusal.missing.endswith(".")


async def test_it_takes_the_name_of_its_own_model(provider: LLMProvider) -> None:
    (model,) = [model for model in await provider.models() if model.default]
    assert isinstance(await provider.write_script(make_task(ANSWERED, model.id)), Draft)


async def test_the_double_keeps_the_tasks_and_ends_with_its_answers() -> None:
    double = ScriptedProvider([CannotAnswer("Nothing.")])
    await double.write_script(make_task(ANSWERED))
    with pytest.raises(OutOfAnswers, match="1 prepared"):
        await double.write_script(make_task(REFUSED))
    assert [task.question for task in double.tasks] == [ANSWERED]


async def test_it_shows_the_script_as_it_writes_it(provider: LLMProvider) -> None:
    heard: list[str] = []

    async def hear(piece: str) -> None:
        heard.append(piece)

    draft = await provider.write_script(make_task(ANSWERED), hear)
    assert isinstance(draft, Draft)
    assert "".join(heard) == draft.python_code
