"""Earlier questions are proposed by their vectors and labelled by their structure."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from api_server.dialogue.understanding import create_dialogue
from api_server.reuse.memory import QuestionMemory
from api_server.settings.storage import StorageSettings
from api_server.settings.vectors import VectorSettings
from api_server.storage.opened import Storage
from api_server.storage.records import Execution
from api_server.vectors.chroma import ChromaIndex, open_index
from api_server.vectors.index import Collection
from service.cache.cache import Cache
from service.cache.opening import open_cache
from service.redis_link import RedisLink
from tests.doubles.databases import a_question, accepted, migrate, opened_stores
from tests.doubles.stacks import STACKS, empty_chroma, stack_settings

DIALOGUE = create_dialogue()


async def list_all(_user_id: str, execution_ids: Sequence[str]) -> set[str]:
    """Nobody deleted anything."""
    return set(execution_ids)


@dataclass(frozen=True)
class Stack:
    """Where questions are remembered."""

    index: ChromaIndex
    cache: Cache
    storage: Storage

    def memory(self, *, is_enabled: bool = True) -> QuestionMemory:
        return QuestionMemory(DIALOGUE, self.index, self.cache, list_all, is_enabled=is_enabled)


@pytest.fixture(scope="module", params=STACKS)
def stack_facts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Settings of an empty stack with tables."""
    folder = tmp_path_factory.mktemp("memory")
    facts = {"qna_data_dir": folder, **stack_settings(request.param, folder, request)}
    migrate(storage_settings(facts))
    return facts


@pytest.fixture
async def stack(
    stack_facts: dict[str, Any], tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Stack]:
    """With nothing in its index."""
    url = await asyncio.to_thread(empty_chroma, request) if "chroma_url" in stack_facts else ""
    async with AsyncExitStack() as opened:
        link = RedisLink(stack_facts["redis_url"], f"test-{uuid4().hex}:") if url else None
        if link is not None:
            opened.push_async_callback(link.close)
        settings = VectorSettings(_env_file=None, qna_data_dir=tmp_path, chroma_url=url)
        index = await opened.enter_async_context(open_index(settings))
        await index.forget(Collection.QUESTIONS, [])  # which waits until it is ready
        storage = await opened.enter_async_context(opened_stores(storage_settings(stack_facts)))
        yield Stack(index, open_cache(link), storage)


def storage_settings(facts: dict[str, Any]) -> StorageSettings:
    names = ("qna_data_dir", "database_url")
    return StorageSettings(_env_file=None, **{name: facts[name] for name in names if name in facts})


@pytest.fixture
async def pattern(stack: Stack) -> Execution:
    """An execution to be varied."""
    return (await accepted(stack.storage, a_question("ann", "sess_1"))).execution


async def remember(memory: QuestionMemory, pattern: Execution, *questions: str, user: str = "ann") -> None:
    for number, question in enumerate(questions):
        identity = f"exec_{user}_{number}"
        asked = replace(pattern, id=identity, user_id=user, question=question, expanded_question=question)
        memory.remember(asked)


async def test_equal_questions_come_first_and_are_said_to_be(stack: Stack, pattern: Execution) -> None:
    memory = stack.memory()
    await remember(
        memory,
        pattern,
        "volatility of PEP in 2020",
        "What was the volatility of KO in 2019?",
        "implied volatility of KO in 2019",
        "news on Disney",
    )
    found = await memory.find("ann", "KO volatility in 2019")
    assert [(one.question, one.relation) for one in found] == [
        ("What was the volatility of KO in 2019?", "same"),
        ("volatility of PEP in 2020", "other_parameters"),
        ("implied volatility of KO in 2019", "similar"),
    ]


async def test_nobody_is_shown_what_others_asked(stack: Stack, pattern: Execution) -> None:
    memory = stack.memory()
    await remember(memory, pattern, "volatility of KO", user="bob")
    assert await memory.find("ann", "volatility of KO") == []


async def test_a_new_question_is_proposed_although_look_ups_are_cached(
    stack: Stack, pattern: Execution
) -> None:
    memory = stack.memory()
    await remember(memory, pattern, "beta of KO vs SPY")
    assert len(await memory.find("ann", "volatility of KO")) <= 1
    await remember(memory, pattern, "volatility of KO")
    assert (await memory.find("ann", "volatility of KO"))[0].relation == "same"


async def test_where_it_is_off_nothing_is_remembered_or_proposed(stack: Stack, pattern: Execution) -> None:
    off = stack.memory(is_enabled=False)
    await remember(off, pattern, "volatility of KO")
    on = stack.memory()
    assert await on.find("ann", "volatility of KO") == []
    await remember(on, pattern, "volatility of KO")
    assert await off.find("ann", "volatility of KO") == []


async def test_what_is_forgotten_is_not_proposed(stack: Stack, pattern: Execution) -> None:
    memory = stack.memory()
    await remember(memory, pattern, "volatility of KO")
    await memory.forget("ann", ["exec_ann_0"])
    assert await memory.find("ann", "volatility of KO") == []


async def test_without_an_index_nothing_is_proposed_or_raised(
    stack: Stack, pattern: Execution, tmp_path: Path
) -> None:
    closed = ChromaIndex(VectorSettings(_env_file=None, qna_data_dir=tmp_path / "closed"))
    await closed.close()
    memory = QuestionMemory(DIALOGUE, closed, stack.cache, list_all)
    await remember(memory, pattern, "volatility of KO")
    assert await memory.find("ann", "volatility of KO") == []


async def test_what_its_user_deleted_is_passed_over_at_once_and_is_back_when_restored(stack: Stack) -> None:
    storage, session = stack.storage, f"sess_{uuid4().hex}"
    asked = await accepted(storage, a_question("ann", session, "volatility of KO"))
    memory = QuestionMemory(DIALOGUE, stack.index, stack.cache, storage.executions.list_there)
    memory.remember(asked.execution)
    assert len(await memory.find("ann", "volatility of KO")) == 1
    await storage.sessions.delete("ann", session)
    assert await memory.find("ann", "volatility of KO") == []
    await storage.sessions.restore("ann", session)
    assert len(await memory.find("ann", "volatility of KO")) == 1
