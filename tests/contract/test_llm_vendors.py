"""What every vendor's provider makes of what may happen on the way, through the vendor's own SDK."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from pydantic import SecretStr

from api_server.errors import (
    AnswerTruncated,
    AnswerUnusable,
    ProviderKeyRefused,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderTimeout,
    ProviderUnavailable,
    RequestRejected,
    UnknownModel,
)
from api_server.llm.asking import AskLimits
from api_server.llm.provider import ANEW, CannotAnswer, Draft, FailedAttempt, Prompt, ScriptTask
from api_server.llm.remote import RemoteProvider
from tests.doubles.llm.answers import SCRIPT, as_answer, as_refusal, long_script
from tests.doubles.llm.opened import QUICK, StandIns, running_stand_ins
from tests.doubles.llm.stand_in import KEY, Fail, ModelApi, Say
from tests.doubles.questions import make_catalogue, ready_prompt

GOOD = Say(as_answer())
CATALOGUE = make_catalogue()
PROMPT = Prompt("You write scripts. " * 50, "The question: how did KO do?")
TASK = ScriptTask("How did KO do?", ready_prompt(PROMPT), CATALOGUE)
KEY_VARIABLES = {"anthropic": "ANTHROPIC_API_KEY", "openai": "OPENAI_API_KEY", "ollama": "OLLAMA_API_KEY"}


@pytest.fixture(scope="module")
def all_stand_ins() -> Iterator[StandIns]:
    with running_stand_ins() as stand_ins:
        asyncio.run(stand_ins.import_sdks())
        yield stand_ins


@dataclass
class Case:
    """One vendor's stand-in, and our provider in front of it."""

    vendor: str
    stand_ins: StandIns
    is_streaming: bool
    opened: list[RemoteProvider] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    is_heard: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def api(self) -> ModelApi:
        return self.stand_ins.api(self.vendor)

    def open(self, limits: AskLimits = QUICK, **settings: Any) -> RemoteProvider:
        """A provider with these settings; closed at the end of the test."""
        provider = self.stand_ins.open(self.vendor, limits, llm_streaming=self.is_streaming, **settings)
        self.opened.append(provider)
        return provider

    async def ask(self, *answers: Say | Fail, task: ScriptTask = TASK) -> Draft | CannotAnswer:
        """What a new provider makes of `answers`, one for each request."""
        self.api.answers.extend(answers)
        return await self.open().write_script(task, self.hear)

    async def hear(self, piece: str) -> None:
        """Keeps what is shown of the script."""
        if piece == ANEW:
            self.heard.clear()
        else:
            self.heard.append(piece)
            self.is_heard.set()


@pytest.fixture(params=["anthropic", "openai", "ollama"])
def vendor(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[True, False], ids=["streaming", "whole"])
async def case(request: pytest.FixtureRequest, vendor: str, all_stand_ins: StandIns) -> AsyncIterator[Case]:
    all_stand_ins.forget()
    case = Case(vendor, all_stand_ins, request.param)
    yield case
    for provider in case.opened:
        await provider.close()


@pytest.fixture
async def streaming(vendor: str, all_stand_ins: StandIns) -> AsyncIterator[Case]:
    all_stand_ins.forget()
    case = Case(vendor, all_stand_ins, is_streaming=True)
    yield case
    for provider in case.opened:
        await provider.close()


async def test_a_script_comes_back_letter_for_letter(case: Case) -> None:
    draft = await case.ask(GOOD)
    assert isinstance(draft, Draft)
    assert draft.python_code == SCRIPT
    assert draft.explanation == "It reads the last closes."
    assert draft.mcp_calls == ("alpaca_market_stocks_bars",)
    assert "".join(case.heard) == SCRIPT


async def test_the_script_is_heard_while_it_grows(streaming: Case) -> None:
    await streaming.ask(replace(GOOD, piece_length=7))
    assert len(streaming.heard) > 20
    assert "".join(streaming.heard) == SCRIPT


async def test_tokens_are_counted(case: Case) -> None:
    draft = await case.ask(GOOD)
    assert draft.usage.input_tokens >= len(PROMPT.prefix) // 4
    assert draft.usage.output_tokens >= len(GOOD.text) // 4
    assert draft.usage.cost_usd is not None
    assert (draft.usage.cost_usd > 0) == (case.vendor != "ollama")


async def test_what_requests_begin_with_is_cached(case: Case) -> None:
    if case.vendor == "ollama":
        pytest.skip("Ollama keeps the state of a prompt, and counts nothing of it")
    first = await case.ask(GOOD)
    other = ready_prompt(replace(PROMPT, rest="Another question?"))
    second = await case.ask(GOOD, task=replace(TASK, prompt=other))
    assert first.usage.cached_tokens == 0
    assert second.usage.cached_tokens >= len(PROMPT.prefix) // 4
    assert second.usage.cost_usd is not None
    assert first.usage.cost_usd is not None
    assert second.usage.cost_usd < first.usage.cost_usd


async def test_the_same_task_is_the_same_request(case: Case) -> None:
    await case.ask(GOOD)
    await case.ask(GOOD)
    first, second = case.api.bodies
    assert list(first) == list(second)
    assert first == second


async def test_a_refusal_of_the_model_is_no_script(case: Case) -> None:
    refusal = await case.ask(Say(as_refusal()))
    assert isinstance(refusal, CannotAnswer)
    assert (refusal.missing, refusal.nearest_question) == ("There is no weather here.", "How did KO do?")
    assert refusal.usage.input_tokens > 0
    assert case.heard == []


async def test_a_refusal_of_the_vendor_is_no_script(case: Case) -> None:
    if case.vendor == "ollama":
        pytest.skip("Ollama has no refusal of its own")
    refusal = await case.ask(Say("This could enable harm.", stop="refused"))
    assert isinstance(refusal, CannotAnswer)
    assert refusal.missing.startswith(f"{case.vendor} declined")
    assert refusal.missing.endswith("This could enable harm.")
    assert len(case.api.bodies) == 1, "a refusal is not asked again"


async def test_it_waits_as_long_as_a_busy_vendor_says(case: Case) -> None:
    started = asyncio.get_running_loop().time()
    draft = await case.ask(Fail(429, headers={"retry-after": "0.3"}), GOOD)
    assert isinstance(draft, Draft)
    assert asyncio.get_running_loop().time() - started >= 0.3


async def test_it_does_not_wait_longer_than_it_is_worth(case: Case) -> None:
    with pytest.raises(ProviderRateLimited, match="wait 3600 s") as caught:
        await case.ask(Fail(429, headers={"retry-after": "3600"}), GOOD)
    assert caught.value.retry_after_seconds == 3600
    assert len(case.api.bodies) == 1


@pytest.mark.parametrize("status", [500, 503, 529])
async def test_an_error_that_passes_is_not_noticed(case: Case, status: int) -> None:
    assert isinstance(await case.ask(Fail(status), Fail(status), GOOD), Draft)
    assert len(case.api.bodies) == 3


async def test_an_error_that_stays_is_told_after_the_last_attempt(case: Case) -> None:
    with pytest.raises(ProviderUnavailable, match=rf"{case.vendor} answered with status 529: too busy"):
        await case.ask(*[Fail(529, message="too busy")] * 3, GOOD)
    assert len(case.api.bodies) == QUICK.attempts_max


async def test_a_connection_reset_amid_the_answer_begins_again(case: Case) -> None:
    draft = await case.ask(replace(GOOD, breaks_by="reset"), GOOD)
    assert isinstance(draft, Draft)
    assert draft.python_code == SCRIPT
    assert "".join(case.heard) == SCRIPT, "what was shown of the first attempt is taken back"


async def test_an_error_amid_the_answer_begins_again(streaming: Case) -> None:
    broken = replace(GOOD, breaks_by="error", error=Fail(529, kind="overloaded_error"))
    assert isinstance(await streaming.ask(broken, GOOD), Draft)
    assert "".join(streaming.heard) == SCRIPT


async def test_an_answer_that_always_breaks_off_leaves_nothing_shown(streaming: Case) -> None:
    with pytest.raises(ProviderUnavailable):
        await streaming.ask(*[replace(GOOD, breaks_by="reset")] * 3)
    assert streaming.heard == []


async def test_malformed_json_is_worth_one_more_try(case: Case) -> None:
    draft = await case.ask(Say(as_answer()[:-40]), GOOD)
    assert isinstance(draft, Draft)
    first, second = case.api.bodies
    assert second["messages"][: len(first["messages"])] == first["messages"]
    assert "JSON" in second["messages"][-1]["content"]
    assert draft.usage.output_tokens > len(GOOD.text) // 4 + 1, "both answers are paid for"


async def test_malformed_json_twice_is_an_error(case: Case) -> None:
    with pytest.raises(AnswerUnusable, match="2 times"):
        await case.ask(Say("I am not sure what you mean."), Say('{"python_code": "x'), GOOD)
    assert len(case.api.bodies) == 2
    assert case.heard == []


async def test_an_empty_answer_is_asked_again_as_it_was(case: Case) -> None:
    assert isinstance(await case.ask(Say(""), GOOD), Draft)
    first, second = case.api.bodies
    assert first == second


async def test_a_truncated_answer_is_an_error_that_names_the_setting(case: Case) -> None:
    with pytest.raises(AnswerTruncated) as caught:
        await case.ask(Say(as_answer()[:200], stop="truncated"), GOOD)
    assert "LLM_MAX_OUTPUT_TOKENS" in str(caught.value.suggestions)
    assert len(case.api.bodies) == 1
    assert case.heard == []


async def test_an_answer_of_200_kilobytes_is_read(case: Case) -> None:
    script = long_script(200_000)
    draft = await case.ask(Say(as_answer(script), piece_length=500))
    assert isinstance(draft, Draft)
    assert draft.python_code == script
    assert "".join(case.heard) == script


async def test_a_code_block_is_read_like_json(case: Case) -> None:
    draft = await case.ask(Say(f"Here it is:\n\n```python\n{SCRIPT}```\n\nIt reads closes."))
    assert isinstance(draft, Draft)
    assert draft.python_code == SCRIPT
    assert "It reads closes." in draft.explanation
    assert "".join(case.heard) == SCRIPT


async def test_json_in_a_code_block_is_read(case: Case) -> None:
    draft = await case.ask(Say(f"```json\n{as_answer()}\n```"))
    assert isinstance(draft, Draft)
    assert draft.python_code == "".join(case.heard) == SCRIPT


async def test_a_wrong_key_is_named_by_its_variable_and_not_shown(case: Case) -> None:
    variable = KEY_VARIABLES[case.vendor]
    provider = case.open(QUICK, **{variable.lower(): SecretStr("wrong-key-87654321")})
    with pytest.raises(ProviderKeyRefused, match=variable) as caught:
        await provider.write_script(TASK)
    shown = (
        f"{caught.value.message} {caught.value.suggestions} {caught.value.details} {caught.value.__cause__}"
    )
    assert "87654321" not in shown
    assert await provider.models() == []


async def test_a_model_that_is_not_there_is_an_error_of_the_caller(case: Case) -> None:
    with pytest.raises(UnknownModel, match="no-such"):
        await case.ask(GOOD, task=replace(TASK, model="no-such-model"))


async def test_what_the_vendor_does_not_accept_is_not_repeated(case: Case) -> None:
    with pytest.raises(RequestRejected, match="prompt is too long"):
        await case.ask(Fail(400, message="prompt is too long"), GOOD)
    assert len(case.api.bodies) == 1


async def test_a_prompt_that_ollama_would_cut_is_not_sent(all_stand_ins: StandIns) -> None:
    all_stand_ins.forget()
    all_stand_ins.api("ollama").answers_else = GOOD
    provider = all_stand_ins.open("ollama", ollama_context_tokens=2048)
    fits, does_not = (ready_prompt(replace(PROMPT, prefix="x" * length)) for length in (8000, 8200))
    assert isinstance(await provider.write_script(replace(TASK, prompt=fits)), Draft)
    with pytest.raises(RequestRejected, match="does not fit") as caught:
        await provider.write_script(replace(TASK, prompt=does_not))
    assert "OLLAMA_CONTEXT_TOKENS" in str(caught.value.suggestions)
    assert len(all_stand_ins.api("ollama").bodies) == 1
    await provider.close()


async def test_an_empty_account_is_told_from_a_busy_one(vendor: str, streaming: Case) -> None:
    empty = {"anthropic": Fail(402), "openai": Fail(429, kind="insufficient_quota"), "ollama": Fail(402)}
    with pytest.raises(ProviderQuotaExhausted):
        await streaming.ask(empty[vendor], GOOD)
    assert len(streaming.api.bodies) == 1


async def test_earlier_attempts_are_turns_of_the_conversation(case: Case) -> None:
    failed = (
        FailedAttempt("result = 1 / 0", "line 1: division by zero"),
        FailedAttempt("result = x", "no x"),
    )
    await case.ask(GOOD, task=replace(TASK, failed=failed))
    turns = [turn for turn in case.api.bodies[0]["messages"] if turn["role"] != "system"]
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user", "assistant", "user"]
    assert turns[0]["content"] == PROMPT.rest
    assert "1 / 0" in turns[1]["content"]
    assert turns[-1]["content"] == "no x"


async def test_silence_ends_a_request_and_its_connection(streaming: Case) -> None:
    provider = streaming.open(replace(QUICK, silence_seconds=0.5))
    await provider.warm_up()
    streaming.api.answers_else = replace(GOOD, breaks_by="silence")
    with pytest.raises(ProviderTimeout, match="said nothing"):
        await provider.write_script(TASK, streaming.hear)
    assert await asyncio.to_thread(streaming.api.hung_up.wait, 5)
    assert streaming.heard == []


async def test_a_script_has_a_time_limit(streaming: Case) -> None:
    provider = streaming.open(replace(QUICK, total_seconds=0.5))
    await provider.warm_up()
    streaming.api.answers_else = replace(GOOD, breaks_by="silence")
    with pytest.raises(ProviderTimeout, match=r"within 0\.5 seconds"):
        await provider.write_script(TASK, streaming.hear)
    assert await asyncio.to_thread(streaming.api.hung_up.wait, 5)


async def test_cancelling_hangs_up_and_is_no_failure_of_the_vendor(streaming: Case) -> None:
    provider = streaming.open()
    for _ in range(QUICK.failures_max + 1):
        streaming.api.hung_up.clear()
        streaming.is_heard.clear()
        streaming.api.answers.append(replace(GOOD, breaks_by="silence"))
        writing = asyncio.create_task(provider.write_script(TASK, streaming.hear))
        async with asyncio.timeout(5):
            await streaming.is_heard.wait()
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        assert await asyncio.to_thread(streaming.api.hung_up.wait, 5)
    streaming.api.answers.append(GOOD)
    assert isinstance(await provider.write_script(TASK), Draft)


async def test_a_vendor_that_is_down_is_left_alone_for_a_while(streaming: Case) -> None:
    provider = streaming.open(replace(QUICK, attempts_max=1))
    for _ in range(QUICK.failures_max):
        with pytest.raises(ProviderUnavailable, match="status 500"):
            await provider.write_script(TASK)
    streaming.api.answers_else = GOOD
    with pytest.raises(ProviderUnavailable, match="left alone"):
        await provider.write_script(TASK)
    assert len(streaming.api.bodies) == QUICK.failures_max
    await asyncio.sleep(QUICK.recovery_seconds)
    assert isinstance(await provider.write_script(TASK), Draft)


async def test_models_are_those_that_the_vendor_lists(streaming: Case) -> None:
    listed = await streaming.open().models()
    assert {model.provider for model in listed} == {streaming.vendor}
    assert [model.default for model in listed].count(True) == 1
    assert f"another-{streaming.vendor}" in [model.id for model in listed]


async def test_a_vendor_that_lists_nothing_has_no_models(streaming: Case) -> None:
    streaming.api.models_fail = Fail(500)
    assert await streaming.open().models() == []


def test_a_key_is_never_part_of_the_settings_text(all_stand_ins: StandIns) -> None:
    assert KEY not in repr(all_stand_ins.settings())
