"""Recorded answers come back as they were given, attempt by attempt."""

from pathlib import Path

import pytest

from api_server.errors import NotRecorded
from api_server.llm.provider import CannotAnswer, Draft, FailedAttempt, PromptOnDemand, ScriptTask
from api_server.llm.providers.recorded import BadRecording, RecordedProvider, load_recording, record_answer
from schemas.usage import Usage
from tests.doubles.questions import make_catalogue, refuse_prompt

QUESTION = "Which of KO and PEP fell more in June?"
FIRST = Draft(
    "result = 1", "One.", ("a_tool",), "some-model", {"days": 5}, Usage(input_tokens=9, cost_usd=0.5)
)
SECOND = Draft("result = 'ü\\n'", "Two.", (), "some-model")
REFUSAL = CannotAnswer("There is no weather.", "How did KO do in June?", Usage(output_tokens=3))


def ask(question: str, failed: int = 0) -> ScriptTask:
    attempts = tuple(FailedAttempt("result = 1", "wrong") for _ in range(failed))
    return ScriptTask(question, PromptOnDemand(refuse_prompt), make_catalogue(), failed=attempts)


@pytest.fixture
def provider(tmp_path: Path) -> RecordedProvider:
    lines = [
        record_answer(QUESTION, FIRST),
        "",
        record_answer("Rain?", REFUSAL),
        record_answer(QUESTION, SECOND),
    ]
    (tmp_path / "answers.jsonl").write_text("\n".join(lines))
    return RecordedProvider(load_recording(tmp_path / "answers.jsonl"))


async def test_each_failed_attempt_leads_to_the_next_recorded_one(provider: RecordedProvider) -> None:
    assert await provider.write_script(ask(QUESTION)) == FIRST
    assert await provider.write_script(ask(f"  {QUESTION.lower()}", failed=1)) == SECOND
    assert await provider.write_script(ask(QUESTION)) == FIRST, "the same question again is not an attempt"


async def test_a_refusal_is_recorded_too(provider: RecordedProvider) -> None:
    assert await provider.write_script(ask("Rain?")) == REFUSAL


async def test_what_is_not_recorded_is_an_error_and_no_refusal(provider: RecordedProvider) -> None:
    with pytest.raises(NotRecorded, match="attempt 3"):
        await provider.write_script(ask(QUESTION, failed=2))
    with pytest.raises(NotRecorded, match="attempt 1"):
        await provider.write_script(ask("Something else?"))


def test_a_line_that_is_no_answer_is_named(tmp_path: Path) -> None:
    (tmp_path / "answers.jsonl").write_text(f"{record_answer(QUESTION, FIRST)}\n{{}}\n")
    with pytest.raises(BadRecording, match="line 2: question"):
        load_recording(tmp_path / "answers.jsonl")
