"""Questions enter the index together, a moment after their answers, and at once for whoever looks."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from api_server.reuse import index_queue
from api_server.reuse.index_queue import IndexQueue
from api_server.storage.records import Execution
from tests.doubles.databases import a_question, accepted, make_settings, migrate, opened_stores


class Written:
    """Keeps the ids that it is given, each batch by itself, and can be made slow."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.goes_on, self.has_written = asyncio.Event(), asyncio.Event()
        self.goes_on.set()

    async def __call__(self, executions: Sequence[Execution]) -> None:
        await self.goes_on.wait()
        self.batches.append([execution.id for execution in executions])
        self.has_written.set()


@pytest.fixture
async def pattern(tmp_path: Path, request: pytest.FixtureRequest) -> Execution:
    """An execution to be varied."""
    settings = make_settings("sqlite", tmp_path, request)
    await asyncio.to_thread(migrate, settings)
    async with opened_stores(settings) as storage:
        return (await accepted(storage, a_question("ann", "sess_1"))).execution


async def test_questions_of_one_moment_are_written_together(pattern: Execution) -> None:
    written = Written()
    queue = IndexQueue(written)
    for identity in ("a", "b", "a"):
        queue.add(replace(pattern, id=identity))
    assert written.batches == []
    await queue.flush()
    assert written.batches == [["a", "b"]]


async def test_what_nobody_looks_for_is_written_all_the_same(
    pattern: Execution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_queue, "LINGER_SECONDS", 0.0)
    written = Written()
    IndexQueue(written).add(pattern)
    async with asyncio.timeout(10):
        await written.has_written.wait()
    assert written.batches == [[pattern.id]]


async def test_who_looks_waits_for_what_came_while_others_were_written(pattern: Execution) -> None:
    written = Written()
    written.goes_on.clear()
    queue = IndexQueue(written)
    queue.add(replace(pattern, id="a"))
    first = asyncio.create_task(queue.flush())
    await asyncio.sleep(0)
    queue.add(replace(pattern, id="b"))
    second = asyncio.create_task(queue.flush())
    written.goes_on.set()
    async with asyncio.timeout(10):
        await asyncio.gather(first, second)
    assert sorted(identity for batch in written.batches for identity in batch) == ["a", "b"]


async def test_what_cannot_be_written_in_time_does_not_hold_up_the_end(pattern: Execution) -> None:
    written = Written()
    written.goes_on.clear()
    queue = IndexQueue(written)
    queue.add(pattern)
    async with asyncio.timeout(10):
        await queue.finish(seconds_max=0.01)
    assert written.batches == []


async def test_while_nothing_can_be_written_the_oldest_are_left_out(
    pattern: Execution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_queue, "WAITING_MAX", 2)
    written = Written()
    queue = IndexQueue(written)
    for identity in "abc":
        queue.add(replace(pattern, id=identity))
    await queue.flush()
    assert written.batches == [["b", "c"]]
