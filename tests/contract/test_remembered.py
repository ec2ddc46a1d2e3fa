"""Answered questions are found again by their meaning, on SQLite and on PostgreSQL."""

from datetime import timedelta
from uuid import uuid4

import pytest

from api_server.dialogue.context import DialogueContext
from api_server.dialogue.understanding import create_dialogue
from api_server.reuse.decision import Duplicate, New, Recorded, Related, Reuse, Reuser
from api_server.reuse.opened import make_reusing
from api_server.reuse.recipes import open_shelf
from api_server.storage.opened import Storage
from api_server.storage.recorder import Conclusion, Understanding, WrittenScript
from api_server.storage.records import Execution, Trust
from prompts.library import Library, load_library
from schemas.execution import Outcome
from schemas.tools import ToolCatalogue
from schemas.wire import utc_now
from service.cache.memory_cache import MemoryCache
from tests.doubles.databases import (
    a_question,
    a_report,
    accepted,
)
from tests.doubles.prompts import NO_VECTORS
from tests.doubles.questions import make_catalogue

DIALOGUE = create_dialogue()
CATALOGUE = make_catalogue()
SCHEMA = {
    "type": "object",
    "properties": {
        "symbols": {"type": "array", "items": {"type": "string"}},
        "months": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "days": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None},
    },
}
ASKED = "What is the kurtosis of KO over the last 6 months?"
VALUES = {"symbols": ["KO"], "months": 6, "days": None}


def make_reuser(storage: Storage) -> Reuser:
    """With no recipes, so that only what was answered counts."""
    return Reuser(DIALOGUE, storage.executions, storage.remembered, open_shelf(Library(())))


async def remember(
    storage: Storage,
    user: str,
    execution_id: str,
    question: str = ASKED,
    outcome: Outcome = Outcome.COMPLETED,
) -> None:
    """Let it be found again, if it is to be."""
    keys = make_reuser(storage).keys_of(question, outcome)
    if keys is not None:
        async with storage.database.writing() as connection:
            await storage.remembered.put(connection, user, execution_id, keys)


async def answer(
    storage: Storage,
    user: str,
    question: str = ASKED,
    trust: Trust = Trust.RAN,
    outcome: Outcome = Outcome.COMPLETED,
) -> Execution:
    """An execution that ended so, remembered; fresh for an hour."""
    new = a_question(user, f"sess_{uuid4().hex[:8]}", question)
    recording = await accepted(storage, new)
    await recording.understood(Understanding(question))
    script = "def analyze(symbols: list[str] = ['KO'], months: int | None = 6, days: int | None = None): ..."
    await recording.written(
        WrittenScript(script, "", "a-model", dict(VALUES), SCHEMA, ["calculate_volatility"])
    )
    fresh_until = utc_now() + timedelta(hours=1)
    await recording.finished(Conclusion(a_report(new.id, outcome), "", trust=trust, fresh_until=fresh_until))
    await remember(storage, user, new.id, question, outcome)
    return await storage.executions.find(user, new.id)


async def decide(
    storage: Storage, user: str, question: str, catalogue: ToolCatalogue = CATALOGUE, *, refresh: bool = False
) -> Reuse:
    """What is decided for `question` at the beginning of another session."""
    understood = DIALOGUE.understand(question, DialogueContext())
    return await make_reuser(storage).decide(user, understood, catalogue, refresh=refresh)


async def test_the_same_question_in_other_words_gets_its_answer_back(storage: Storage, user: str) -> None:
    before = await answer(storage, user)
    decided = await decide(storage, user, "KO kurtosis for the past 6 months")
    assert isinstance(decided, Duplicate)
    assert decided.execution.id == before.id
    assert 0 <= decided.age_seconds < 60


async def test_another_user_gets_nothing_of_it(storage: Storage, user: str) -> None:
    await answer(storage, user, trust=Trust.CONFIRMED)
    assert await decide(storage, f"{user}_other", ASKED) == New()


async def test_a_refresh_runs_it_again(storage: Storage, user: str) -> None:
    await answer(storage, user)
    assert await decide(storage, user, ASKED, refresh=True) == New()


async def test_an_answer_that_is_over_or_has_no_lifetime_is_not_shown_again(
    storage: Storage, user: str
) -> None:
    new = a_question(user, "sess_old", ASKED)
    recording = await accepted(storage, new)
    await recording.understood(Understanding(ASKED))
    await recording.finished(Conclusion(a_report(new.id), "", fresh_until=utc_now() - timedelta(seconds=1)))
    await remember(storage, user, new.id)
    assert await decide(storage, user, ASKED) == New()


@pytest.mark.parametrize("outcome", [Outcome.RAISED, Outcome.TIMED_OUT, Outcome.CANCELLED])
async def test_a_failure_is_never_an_answer(storage: Storage, user: str, outcome: Outcome) -> None:
    await answer(storage, user, outcome=outcome, trust=Trust.CONFIRMED)
    assert await decide(storage, user, ASKED) == New()


@pytest.mark.parametrize("trust", [Trust.CHECKED, Trust.CONFIRMED])
async def test_a_believed_script_answers_about_others_without_a_model(
    storage: Storage, user: str, trust: Trust
) -> None:
    before = await answer(storage, user, trust=trust)
    decided = await decide(storage, user, "What was the kurtosis of PEP over the last 2 years?")
    assert isinstance(decided, Related)
    assert decided.reused_from == before.id
    assert decided.parameters == {"symbols": ["PEP"], "months": 24, "days": None}
    assert decided.trust is trust


async def test_a_script_that_merely_ran_is_not_bred(storage: Storage, user: str) -> None:
    await answer(storage, user, trust=Trust.RAN)
    assert await decide(storage, user, "What is the kurtosis of PEP over the last 6 months?") == New()


async def test_a_withdrawn_answer_takes_its_script_with_it(storage: Storage, user: str) -> None:
    wrong = await answer(storage, user, trust=Trust.CONFIRMED)
    await answer(storage, user, "What is the kurtosis of NKE over the last 6 months?", trust=Trust.CONFIRMED)
    await storage.executions.set_trust(user, wrong.id, Trust.WITHDRAWN)
    assert await decide(storage, user, ASKED) == New()
    assert await decide(storage, user, "What is the kurtosis of PEP over the last 6 months?") == New()


async def test_a_deleted_answer_is_gone(storage: Storage, user: str) -> None:
    before = await answer(storage, user, trust=Trust.CONFIRMED)
    await storage.executions.delete(user, before.id)
    assert await decide(storage, user, ASKED) == New()


@pytest.mark.parametrize(
    "question",
    [
        "What is the skewness of PEP over the last 6 months?",
        "What is the kurtosis of PEP and KO over the last 6 months?",
        "What is the kurtosis of bitcoin over the last 6 months?",
        "What is the weekly kurtosis of PEP over the last 6 months?",
        "What is the kurtosis of PEP today?",
        "What is the kurtosis of gizmotron over the last 6 months?",
        "What is the kurtosis of PEP over the last 6 months without dividends?",
    ],
)
async def test_whatever_no_parameter_covers_is_new(storage: Storage, user: str, question: str) -> None:
    await answer(storage, user, trust=Trust.CONFIRMED)
    assert await decide(storage, user, question) == New()


async def test_a_script_whose_tool_is_away_is_not_used(storage: Storage, user: str) -> None:
    await answer(storage, user, trust=Trust.CONFIRMED)
    question = "What is the kurtosis of PEP over the last 6 months?"
    assert await decide(storage, user, question, make_catalogue(without=["calculate_volatility"])) == New()


async def test_what_the_record_says_of_an_answer_is_told_and_nothing_else(
    storage: Storage, user: str
) -> None:
    before = await answer(storage, user)
    reusing = make_reusing(storage, NO_VECTORS, MemoryCache(), Library(()))
    asked = await accepted(storage, a_question(user, before.session_id, "which period was that?"))
    understood = await reusing.understand(asked.execution, asked.execution.question)
    decided = await reusing.reuser.decide(user, understood, CATALOGUE)
    assert isinstance(decided, Recorded)
    assert decided.execution.id == before.id
    assert decided.explanation == "It was worked out with symbols KO; months 6."
    high = await reusing.understand(asked.execution, "is that high?")
    assert high.asks_about == "previous_answer"
    assert await reusing.reuser.decide(user, high, CATALOGUE) == New()


@pytest.mark.parametrize("is_aware", [True, False])
async def test_without_context_awareness_every_question_stands_alone(
    storage: Storage, user: str, is_aware: bool
) -> None:
    before = await answer(storage, user, trust=Trust.CONFIRMED)
    reusing = make_reusing(storage, NO_VECTORS, MemoryCache(), load_library(), is_aware=is_aware)
    asked = await accepted(storage, a_question(user, before.session_id, "and PEP?"))
    follow_up = await reusing.understand(asked.execution, "and PEP?")
    assert (follow_up.follow_up_of == before.id) is is_aware
    alone = DIALOGUE.understand(ASKED, DialogueContext())
    assert isinstance(await reusing.reuser.decide(user, alone, CATALOGUE), Duplicate) is is_aware
    recipes = DIALOGUE.understand("How volatile was KO in 2019?", DialogueContext())
    assert isinstance(await reusing.reuser.decide(user, recipes, CATALOGUE), Related)
