"""A repeated request is the same request, on whichever of two API servers; and it can be stopped on both."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import pytest

from api_server.errors import Cancelled, EmptyQuestion, Interrupted, RequestIdTaken
from api_server.events.opened import open_events
from api_server.execution_client import ExecutionClient
from api_server.once import Once, Work
from api_server.storage.executions import NewExecution
from api_server.storage.opened import Storage
from api_server.storage.recorder import Conclusion, Recording
from api_server.storage.records import Execution, Status
from schemas.execution import ExecuteRequest, Outcome
from schemas.progress import ProgressType, Tell
from service.errors import PlatformError
from service.redis_link import RedisLink
from tests.doubles.databases import ORIGIN, a_question, a_report, make_settings, migrate, opened_stores
from tests.doubles.execution_server import ExecutionServer
from tests.doubles.redis_server import RedisServer


@dataclass
class ApiServer:
    """One API server's part in answering once."""

    once: Once
    executor: ExecutionClient
    storage: Storage

    async def ask(self, new: NewExecution, work: Work) -> Execution:
        before = await self.once.answer(new, ORIGIN, work)
        return before or await self.storage.executions.find(new.user_id, new.id)


@pytest.fixture(params=["embedded", "servers"])
async def servers(
    request: pytest.FixtureRequest,
    tmp_path: Any,
    redis_prefix: str,
    executor: ExecutionServer,
) -> AsyncIterator[list[ApiServer]]:
    is_embedded = request.param == "embedded"
    settings = make_settings("sqlite" if is_embedded else "postgresql", tmp_path, request)
    await asyncio.to_thread(migrate, settings)
    redis: RedisServer | None = None if is_embedded else request.getfixturevalue("one_redis")
    async with AsyncExitStack() as stack:
        found = []
        for _ in range(2):
            storage = await stack.enter_async_context(opened_stores(settings))
            client = ExecutionClient(executor.url, await stack.enter_async_context(httpx2.AsyncClient()))
            link = RedisLink(redis.url, redis_prefix) if redis else None
            if link is not None:
                stack.push_async_callback(link.close)
            events = await stack.enter_async_context(open_events(storage.events, client, link))
            found.append(ApiServer(Once(storage, events), client, storage))
        yield found


class Counting:
    """Work that takes a moment and counts how often it was begun."""

    def __init__(self) -> None:
        self.begun = 0
        self.go = asyncio.Event()

    async def __call__(self, recording: Recording, tell: Tell) -> None:
        self.begun += 1
        await tell(ProgressType.ACCEPTED, {})
        await self.go.wait()
        await recording.finished(Conclusion(a_report(recording.execution.id), "KO moved"))
        await tell(ProgressType.FINISHED, {"outcome": "completed"})


async def test_a_repeated_request_joins_the_one_under_way_and_has_the_same_answer(
    servers: list[ApiServer],
) -> None:
    new, work = a_question("ann", "sess_1"), Counting()
    asked = [asyncio.create_task(server.ask(new, work)) for server in servers for _ in range(3)]
    async with asyncio.timeout(5):
        while not work.begun:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    work.go.set()
    answers = await asyncio.gather(*asked)
    assert work.begun == 1
    assert {answer.status for answer in answers} == {Status.SUCCESS}
    assert all(answer == answers[0] for answer in answers)


async def test_a_request_that_is_over_is_answered_from_the_record(servers: list[ApiServer]) -> None:
    new, work = a_question("ann", "sess_1"), Counting()
    work.go.set()
    first = await servers[0].ask(new, work)
    assert await servers[1].ask(new, work) == first
    assert work.begun == 1


async def test_an_id_belongs_to_one_user_and_one_request(servers: list[ApiServer]) -> None:
    new, work = a_question("ann", "sess_1"), Counting()
    work.go.set()
    await servers[0].ask(new, work)
    for other in (replace(new, user_id="ben", session_id="sess_2"), replace(new, request_digest="1" * 64)):
        with pytest.raises(RequestIdTaken):
            await servers[1].ask(other, work)


async def fail(recording: Recording, tell: Tell) -> None:
    error = EmptyQuestion("the question is empty", suggestions=("Ask something.",), spot="here")
    await recording.failed(error.code, error.message)
    facts = {"code": error.code, "message": error.message, "details": error.details}
    await tell(ProgressType.FAILED, {**facts, "recovery_suggestions": list(error.suggestions)})
    raise error


async def test_a_repeated_request_fails_as_the_first_one_did(servers: list[ApiServer]) -> None:
    new = a_question("ann", "sess_1")
    told = []
    for server in (*servers, servers[0]):
        with pytest.raises(PlatformError) as caught:
            await server.ask(new, fail)
        error = caught.value
        told.append((error.code, error.status, error.message, error.suggestions, error.details))
    assert told[0] == ("EMPTY_QUESTION", 422, "the question is empty", ("Ask something.",), {"spot": "here"})
    assert told == [told[0]] * 3


async def run_forever(server: ApiServer, recording: Recording, tell: Tell) -> None:
    """What the pipeline does with a script."""
    script = "result = 0\nwhile True:\n    result += 1"
    request = ExecuteRequest(script=script, execution_id=recording.execution.id, timeout_seconds=60)
    await tell(ProgressType.RUNNING, {})

    async def ignore(_event: Any) -> None:
        return

    report = await server.executor.stream_execute(request, ignore)
    await recording.finished(Conclusion(report, "stopped"))
    await tell(ProgressType.FINISHED, {"outcome": report.outcome})


@pytest.mark.parametrize("by", [0, 1], ids=["on the same server", "on the other server"])
async def test_a_script_that_runs_is_stopped_at_once_and_the_record_says_so(
    servers: list[ApiServer], executor: ExecutionServer, by: int
) -> None:
    new = a_question("ann", "sess_1")

    async def work(recording: Recording, tell: Tell) -> None:
        await run_forever(servers[0], recording, tell)

    asked = asyncio.create_task(servers[0].ask(new, work))
    async with asyncio.timeout(20):
        while not (await asyncio.to_thread(executor.jail_facts))["running"]:
            assert not asked.done(), asked.exception()
            await asyncio.sleep(0.02)
    started = time.monotonic()
    await servers[by].once.events.stops.stop(new.id)
    answer = await asked
    assert answer.outcome == Outcome.CANCELLED
    assert time.monotonic() - started < 1  # 100 ms where nothing else wants the cores


async def test_what_has_not_come_to_its_script_yet_is_stopped_too(servers: list[ApiServer]) -> None:
    new, work = a_question("ann", "sess_1"), Counting()
    asked = asyncio.create_task(servers[0].ask(new, work))
    async with asyncio.timeout(5):
        while not work.begun:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    has_redis = servers[1].once.events.channel.reaches_all
    await servers[1 if has_redis else 0].once.events.stops.stop(new.id)
    with pytest.raises(Cancelled):
        await asked


@pytest.mark.parametrize(("is_stopped", "kind"), [(True, Cancelled), (False, Interrupted)])
async def test_only_what_a_person_stopped_is_told_as_stopped(
    servers: list[ApiServer], kind: type[Exception], *, is_stopped: bool
) -> None:
    stops, begun = servers[0].once.events.stops, asyncio.Event()
    told: list[BaseException] = []

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            told.append(stops.explain(error, "exec_1"))
            raise

    asked = asyncio.create_task(stops.stoppable("exec_1", work()))
    await begun.wait()
    if is_stopped:
        await stops.stop("exec_1")
    else:
        asked.cancel()
    with pytest.raises((asyncio.CancelledError, Cancelled)):
        await asked
    assert [type(error) for error in told] == [kind]


async def test_stopping_what_is_over_changes_nothing(servers: list[ApiServer]) -> None:
    new, work = a_question("ann", "sess_1"), Counting()
    work.go.set()
    first = await servers[0].ask(new, work)
    await servers[1].once.events.stops.stop(new.id)
    assert await servers[0].storage.executions.find("ann", new.id) == first
