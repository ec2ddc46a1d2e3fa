"""Earlier questions are proposed by their vectors and labelled by their structure."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import chromadb
import pytest

from api_server.dialogue.understanding import create_dialogue
from api_server.reuse.memory import QuestionMemory
from api_server.settings.vectors import VectorSettings
from api_server.storage.records import Execution
from api_server.vectors.chroma import ChromaIndex, open_index
from api_server.vectors.index import Collection
from service.cache.memory_cache import MemoryCache
from tests.doubles.chroma_server import running_chroma
from tests.doubles.databases import a_question, accepted, make_settings, migrate, opened_stores

DIALOGUE = create_dialogue()


async def list_all(_user_id: str, execution_ids: Sequence[str]) -> set[str]:
    """Nobody deleted anything."""
    return set(execution_ids)


@pytest.fixture(scope="module")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_chroma(tmp_path_factory.mktemp("chroma")) as url:
        yield url


@pytest.fixture(params=["embedded", "server"])
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ChromaIndex]:
    """Empty, in this process or on a server."""
    url: str = request.getfixturevalue("chroma_url") if request.param == "server" else ""
    if url:
        await asyncio.to_thread(forget_all, url)
    async with open_index(VectorSettings(_env_file=None, qna_data_dir=tmp_path, chroma_url=url)) as opened:
        await opened.forget(Collection.QUESTIONS, [])  # which waits until it is ready
        yield opened


def forget_all(url: str) -> None:
    """Leave nothing of the test before on the server."""
    client = chromadb.HttpClient(host="127.0.0.1", port=urlsplit(url).port or 0)
    for collection in client.list_collections():
        client.delete_collection(collection.name)


@pytest.fixture
async def pattern(tmp_path: Path, request: pytest.FixtureRequest) -> Execution:
    """An execution to be varied."""
    settings = make_settings("sqlite", tmp_path, request)
    await asyncio.to_thread(migrate, settings)
    async with opened_stores(settings) as storage:
        return (await accepted(storage, a_question("ann", "sess_1"))).execution


async def remember(memory: QuestionMemory, pattern: Execution, *questions: str, user: str = "ann") -> None:
    for number, question in enumerate(questions):
        identity = f"exec_{user}_{number}"
        asked = replace(pattern, id=identity, user_id=user, question=question, expanded_question=question)
        memory.remember(asked)


async def test_equal_questions_come_first_and_are_said_to_be(index: ChromaIndex, pattern: Execution) -> None:
    memory = QuestionMemory(DIALOGUE, index, MemoryCache(), list_all)
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


async def test_nobody_is_shown_what_others_asked(index: ChromaIndex, pattern: Execution) -> None:
    memory = QuestionMemory(DIALOGUE, index, MemoryCache(), list_all)
    await remember(memory, pattern, "volatility of KO", user="bob")
    assert await memory.find("ann", "volatility of KO") == []


async def test_a_new_question_is_proposed_although_look_ups_are_cached(
    index: ChromaIndex, pattern: Execution
) -> None:
    memory = QuestionMemory(DIALOGUE, index, MemoryCache(), list_all)
    await remember(memory, pattern, "beta of KO vs SPY")
    assert len(await memory.find("ann", "volatility of KO")) <= 1
    await remember(memory, pattern, "volatility of KO")
    assert (await memory.find("ann", "volatility of KO"))[0].relation == "same"


async def test_where_it_is_off_nothing_is_remembered_or_proposed(
    index: ChromaIndex, pattern: Execution
) -> None:
    off = QuestionMemory(DIALOGUE, index, MemoryCache(), list_all, is_enabled=False)
    await remember(off, pattern, "volatility of KO")
    on = QuestionMemory(DIALOGUE, index, MemoryCache(), list_all)
    assert await on.find("ann", "volatility of KO") == []
    await remember(on, pattern, "volatility of KO")
    assert await off.find("ann", "volatility of KO") == []


async def test_what_is_forgotten_is_not_proposed(index: ChromaIndex, pattern: Execution) -> None:
    memory = QuestionMemory(DIALOGUE, index, MemoryCache(), list_all)
    await remember(memory, pattern, "volatility of KO")
    await memory.forget("ann", ["exec_ann_0"])
    assert await memory.find("ann", "volatility of KO") == []


async def test_without_an_index_nothing_is_proposed_or_raised(pattern: Execution, tmp_path: Path) -> None:
    closed = ChromaIndex(VectorSettings(_env_file=None, qna_data_dir=tmp_path / "closed"))
    await closed.close()
    memory = QuestionMemory(DIALOGUE, closed, MemoryCache(), list_all)
    await remember(memory, pattern, "volatility of KO")
    assert await memory.find("ann", "volatility of KO") == []


async def test_what_its_user_deleted_is_passed_over_at_once_and_is_back_when_restored(
    index: ChromaIndex, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    settings = make_settings("sqlite", tmp_path, request)
    await asyncio.to_thread(migrate, settings)
    async with opened_stores(settings) as storage:
        asked = await accepted(storage, a_question("ann", "sess_1", "volatility of KO"))
        memory = QuestionMemory(DIALOGUE, index, MemoryCache(), storage.executions.list_there)
        memory.remember(asked.execution)
        assert len(await memory.find("ann", "volatility of KO")) == 1
        await storage.sessions.delete("ann", "sess_1")
        assert await memory.find("ann", "volatility of KO") == []
        await storage.sessions.restore("ann", "sess_1")
        assert len(await memory.find("ann", "volatility of KO")) == 1
