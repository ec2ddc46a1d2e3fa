"""What the memory of a pipeline writes down, and how it ends."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from api_server.course import describe_failure
from api_server.errors import Cancelled
from api_server.llm.provider import Draft
from api_server.remembering import Memory, open_memory
from api_server.replies import Answer
from api_server.result_cache import ResultCache
from api_server.reuse.opened import Reusing, make_reusing
from api_server.storage.opened import Storage
from api_server.storage.recorder import Conclusion
from api_server.storage.records import Status
from api_server.storage.results import ResultStore
from api_server.vectors.index import Collection, Fact, Item, Proposal, Readiness
from api_server.way import Way, set_out
from api_server.writing.writer import Written
from prompts.library import Library
from schemas.progress import ProgressType
from schemas.validation import ValidationReport
from service.cache.cache import Cache
from tests.doubles.databases import a_question, a_report, accepted


class StuckIndex:
    """A `VectorIndex` that is ready and never answers."""

    readiness = Readiness("ready")

    async def remember(self, _collection: Collection, _items: Sequence[Item]) -> None:
        await asyncio.Event().wait()

    async def propose(
        self,
        _collection: Collection,
        _text: str,
        _count: int,
        _where: Mapping[str, Fact] | None = None,
    ) -> list[Proposal]:
        await asyncio.Event().wait()
        return []

    async def forget(self, _collection: Collection, _ids: Sequence[str], _owner: str | None = None) -> None:
        await asyncio.Event().wait()

    async def keep_only(self, _collection: Collection, _items: Sequence[Item]) -> None:
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def cache(new_cache: Callable[[], Cache]) -> Cache:
    return new_cache()


@pytest.fixture
def reusing(storage: Storage, cache: Cache) -> Reusing:
    return make_reusing(storage, StuckIndex(), cache, Library(()))


@pytest.fixture
def results(storage: Storage, cache: Cache) -> ResultCache:
    return ResultCache(cache, ResultStore(storage.database), 60)


class Told:
    """A `Tell` that keeps what it hears."""

    def __init__(self) -> None:
        self.kinds: list[ProgressType] = []

    async def __call__(self, kind: ProgressType, _facts: dict[str, Any]) -> None:
        self.kinds.append(kind)


async def test_an_answer_that_is_on_record_is_not_told_to_have_failed(
    storage: Storage, results: ResultCache, reusing: Reusing, user: str, session: str
) -> None:
    memory, told = Memory(storage, results, reusing), Told()
    recording = await accepted(storage, a_question(user, session))
    way = set_out(recording, told)
    await recording.finished(Conclusion(a_report(way.execution_id), "17 %"))
    await memory.failed(describe_failure(Cancelled("it was stopped")), way)
    assert told.kinds == []
    found = await storage.executions.find(user, way.execution_id)
    assert (found.status, found.error_code) == (Status.SUCCESS, None)


async def test_a_failure_is_on_record_before_it_is_told(
    storage: Storage, results: ResultCache, reusing: Reusing, user: str, session: str
) -> None:
    memory, told = Memory(storage, results, reusing), Told()
    way: Way = set_out(await accepted(storage, a_question(user, session)), told)
    await memory.failed(describe_failure(Cancelled("it was stopped")), way)
    assert told.kinds == [ProgressType.FAILED]
    assert (await storage.executions.find(user, way.execution_id)).error_code == "CANCELLED"


async def test_the_end_does_not_wait_for_an_index_that_never_answers(
    storage: Storage, results: ResultCache, reusing: Reusing, user: str, session: str
) -> None:
    way = set_out(await accepted(storage, a_question(user, session)), Told())
    understood = await reusing.understand(way.recording.execution, "How volatile was KO?")
    checked = ValidationReport(
        valid=True, security_score=100, estimated_runtime_ms=0, mcp_calls=[], parameters={}
    )
    written = Written(Draft("x = 1", "It does.", (), "a-model"), checked)
    answer = Answer(understood, written, run=a_report(way.execution_id))
    started = time.monotonic()
    async with asyncio.timeout(10), open_memory(storage, results, reusing, finish_seconds_max=0.1) as memory:
        await memory.conclude(answer, way)
    assert time.monotonic() - started >= 0.1
    found = await storage.executions.find(user, way.execution_id)
    assert (found.status, found.generated_script) == (Status.SUCCESS, "x = 1")
    deeds = [entry.action for entry in (await storage.audit.list_page(user)).items]
    assert deeds == ["execution_finished", "script_generated", "question_submitted"]
