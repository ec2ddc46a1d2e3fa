"""Several providers as one: order, fallback, routing by the name of a model, and what can be reached."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from api_server.errors import ProviderKeyRefused, ProviderUnavailable, RequestRejected, UnknownModel
from api_server.llm.chain import ProviderChain
from api_server.llm.provider import (
    ANEW,
    CannotAnswer,
    Draft,
    FailedAttempt,
    Prompt,
    PromptOnDemand,
    ScriptTask,
)
from api_server.llm.registry import build_provider
from prompts.library import load_library
from tests.doubles.llm.answers import SCRIPT, as_answer, as_refusal
from tests.doubles.llm.opened import StandIns, running_stand_ins
from tests.doubles.llm.stand_in import Fail, Say
from tests.doubles.questions import make_catalogue, ready_prompt

LIBRARY = load_library()
GOOD = Say(as_answer())
WRONG_KEY = SecretStr("wrong-key")
PROMPT = Prompt("You write scripts.", "What moved KO today?")
TASK = ScriptTask("What moved KO today?", ready_prompt(PROMPT), make_catalogue())


@pytest.fixture(scope="module")
def all_stand_ins() -> Iterator[StandIns]:
    with running_stand_ins() as stand_ins:
        asyncio.run(stand_ins.import_sdks())
        yield stand_ins


@pytest.fixture
def stand_ins(all_stand_ins: StandIns) -> StandIns:
    all_stand_ins.forget()
    return all_stand_ins


class Opened:
    """Chains over the stand-ins, closed at the end of the test."""

    def __init__(self, stand_ins: StandIns) -> None:
        self.stand_ins = stand_ins
        self.chains: list[ProviderChain] = []

    async def chain(self, **settings: Any) -> ProviderChain:
        chain = build_provider(self.stand_ins.settings(**settings), LIBRARY)
        self.chains.append(await chain.__aenter__())
        return chain


@pytest.fixture
async def opened(stand_ins: StandIns) -> AsyncIterator[Opened]:
    opened = Opened(stand_ins)
    yield opened
    for chain in opened.chains:
        await chain.__aexit__()


async def test_all_that_have_a_key_or_an_address_are_asked_in_their_order(opened: Opened) -> None:
    chain = await opened.chain()
    models = await chain.models()
    assert [model.provider for model in models] == 2 * ["anthropic"] + 2 * ["openai"] + 2 * ["ollama"] + [
        "offline"
    ]
    assert [model.id for model in models if model.default] == ["claude-sonnet-5-5"]


async def test_the_first_of_the_setting_is_the_default(opened: Opened) -> None:
    chain = await opened.chain(llm_provider="ollama,anthropic")
    models = await chain.models()
    assert [model.id for model in models if model.default] == ["gpt-oss:20b"]
    assert {model.provider for model in models} == {"anthropic", "openai", "ollama", "offline"}


async def test_one_that_is_down_is_not_listed_and_breaks_nothing(opened: Opened, stand_ins: StandIns) -> None:
    stand_ins.api("anthropic").models_fail = Fail(500)
    chain = await opened.chain(openai_base_url="http://127.0.0.1:9/v1")
    models = await chain.models()
    assert [(model.provider, model.default) for model in models] == [
        ("ollama", True),
        ("ollama", False),
        ("offline", False),
    ]


async def test_a_list_that_never_comes_is_not_waited_for(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api_server.llm.model_list.LIST_SECONDS_MAX", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listener:  # it listens, and nobody accepts
        port = listener.getsockname()[1]
        chain = await opened.chain(ollama_base_url=f"http://127.0.0.1:{port}")
        started = time.monotonic()
        assert "ollama" not in {model.provider for model in await chain.models()}
        assert time.monotonic() - started < 5


async def test_lists_are_remembered(opened: Opened, stand_ins: StandIns) -> None:
    chain = await opened.chain()
    first = await chain.models()
    stand_ins.api("anthropic").models_fail = Fail(500)
    assert await chain.models() == first


@pytest.mark.parametrize(
    "failure", [Fail(503), Fail(429, headers={"retry-after": "600"}), Fail(401), Fail(402)]
)
async def test_the_next_one_is_asked_when_one_fails(
    opened: Opened, stand_ins: StandIns, failure: Fail
) -> None:
    stand_ins.api("anthropic").answers_else = failure
    stand_ins.api("openai").answers.append(GOOD)
    draft = await (await opened.chain()).write_script(TASK)
    assert isinstance(draft, Draft)
    assert draft.model == "gpt-6.1-sol"
    assert stand_ins.api("ollama").bodies == []


async def test_the_prompt_is_made_once_whoever_reads_it(opened: Opened, stand_ins: StandIns) -> None:
    made: list[Prompt] = []

    async def make() -> Prompt:
        made.append(PROMPT)
        return PROMPT

    stand_ins.api("anthropic").answers_else = Fail(402)
    stand_ins.api("openai").answers_else = GOOD
    task = replace(TASK, prompt=PromptOnDemand(make))
    chain = await opened.chain()
    draft = await chain.write_script(task)
    assert isinstance(draft, Draft)
    await chain.write_script(replace(task, failed=(FailedAttempt(draft.python_code, "it failed"),)))
    assert made == [PROMPT]
    assert stand_ins.api("openai").bodies[-1]["messages"][0]["content"] == PROMPT.prefix


async def test_an_unusable_answer_is_a_failure_too(opened: Opened, stand_ins: StandIns) -> None:
    stand_ins.api("anthropic").answers_else = Say("Well, well.")
    stand_ins.api("openai").answers.append(GOOD)
    assert isinstance(await (await opened.chain()).write_script(TASK), Draft)


async def test_silence_is_a_failure_while_there_is_somebody_else(opened: Opened, stand_ins: StandIns) -> None:
    stand_ins.api("anthropic").answers_else = replace(GOOD, breaks_by="silence")
    stand_ins.api("openai").answers.append(GOOD)
    heard: list[str] = []

    async def hear(piece: str) -> None:
        heard.append(piece)

    chain = await opened.chain(llm_silence_seconds=2)
    assert isinstance(await chain.write_script(TASK, hear), Draft)
    last = len(heard) - 1 - heard[::-1].index(ANEW)
    assert "".join(heard[last:]) == SCRIPT, "what the first one had shown is taken back"


@pytest.mark.parametrize("answer", [Say(as_refusal()), Say("no", stop="refused")])
async def test_a_refusal_is_an_answer(opened: Opened, stand_ins: StandIns, answer: Say) -> None:
    stand_ins.api("anthropic").answers.append(answer)
    assert isinstance(await (await opened.chain()).write_script(TASK), CannotAnswer)
    assert stand_ins.api("openai").bodies == []


async def test_wrong_input_is_not_passed_on(opened: Opened, stand_ins: StandIns) -> None:
    stand_ins.api("anthropic").answers.append(Fail(400, message="too long"))
    with pytest.raises(RequestRejected, match="too long"):
        await (await opened.chain()).write_script(TASK)
    assert stand_ins.api("openai").bodies == []


async def test_the_first_failure_is_told_when_all_fail(opened: Opened, stand_ins: StandIns) -> None:
    chain = await opened.chain(anthropic_api_key=WRONG_KEY)
    with pytest.raises(ProviderKeyRefused, match="ANTHROPIC_API_KEY") as caught:
        await chain.write_script(TASK)
    assert caught.value.details["also_failed"] == {"openai": "LLM_UNAVAILABLE", "ollama": "LLM_UNAVAILABLE"}


async def test_a_refusal_of_a_substitute_tells_who_could_not_be_asked(
    opened: Opened, stand_ins: StandIns
) -> None:
    chain = await opened.chain(llm_provider="anthropic,offline", anthropic_api_key=WRONG_KEY)
    refusal = await chain.write_script(TASK)
    assert isinstance(refusal, CannotAnswer)
    assert "anthropic could not be asked" in refusal.missing


async def test_a_model_is_asked_of_its_own_provider_and_of_no_other(
    opened: Opened, stand_ins: StandIns
) -> None:
    stand_ins.api("ollama").answers.append(GOOD)
    chain = await opened.chain()
    named = replace(TASK, model="another-ollama")
    draft = await chain.write_script(named)
    assert isinstance(draft, Draft)
    assert stand_ins.api("ollama").bodies[0]["model"] == draft.model == "another-ollama"
    with pytest.raises(ProviderUnavailable, match="ollama"):
        await chain.write_script(named)
    assert stand_ins.api("anthropic").bodies == []


async def test_an_unknown_model_is_refused_with_those_that_there_are(opened: Opened) -> None:
    with pytest.raises(UnknownModel, match="gpt-2") as caught:
        await (await opened.chain()).write_script(replace(TASK, model="gpt-2"))
    assert "claude-sonnet-5-5" in caught.value.details["models"]


async def test_a_provider_that_is_not_in_the_setting_is_no_fallback(
    opened: Opened, stand_ins: StandIns
) -> None:
    stand_ins.api("openai").answers_else = GOOD
    with pytest.raises(ProviderUnavailable, match="anthropic"):
        await (await opened.chain(llm_provider="anthropic")).write_script(TASK)
    assert stand_ins.api("openai").bodies == []


async def test_many_questions_at_once_keep_apart(opened: Opened, stand_ins: StandIns) -> None:
    stand_ins.api("anthropic").answers_else = GOOD
    chain = await opened.chain()
    drafts = await asyncio.gather(*(chain.write_script(TASK) for _ in range(20)))
    assert {draft.python_code for draft in drafts if isinstance(draft, Draft)} == {SCRIPT}
    assert len(drafts) == 20
