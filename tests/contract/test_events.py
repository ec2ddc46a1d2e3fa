"""Progress is told in order, without loss and doubling: on one server alone, and on two over one database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from api_server.events import channel, following
from api_server.events.channel import MESSAGES_WAITING_MAX, Subscription
from api_server.settings.storage import StorageSettings
from api_server.storage import sessions
from api_server.storage.opened import Storage
from schemas.progress import ProgressEvent, ProgressType
from tests.doubles.databases import make_settings, migrate, opened_stores
from tests.doubles.event_house import EventServer, collect, event_server
from tests.doubles.redis_server import RedisServer, require_redis_server

HOUSES = ["sqlite, no Redis", "sqlite, Redis", "postgresql, Redis"]


@pytest.fixture(scope="module", params=HOUSES)
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[StorageSettings, str | None]:
    backend, _, redis = request.param.partition(", ")
    settings = make_settings(backend, tmp_path_factory.mktemp("events"), request)
    migrate(settings)
    server: RedisServer | None = request.getfixturevalue("one_redis") if redis == "Redis" else None
    return settings, server.url if server else None


@pytest.fixture
async def storage(house: tuple[StorageSettings, str | None]) -> AsyncIterator[Storage]:
    async with opened_stores(house[0]) as opened:
        yield opened


@pytest.fixture
async def servers(
    house: tuple[StorageSettings, str | None], storage: Storage, redis_prefix: str
) -> AsyncIterator[list[EventServer]]:
    """Two that know each other through the database and, when there is one, Redis."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(event_server(storage, house[1], redis_prefix)) for _ in range(2)
        ]


async def tell_a_story(server: EventServer, user: str, session: str, steps: int = 5) -> str:
    execution_id, log = await server.begin(user, session)
    for n in range(steps):
        await log.tell(ProgressType.STEP, {"text": str(n)})
        if n % 3 == 0:
            await asyncio.sleep(0)
    await log.tell(ProgressType.FINISHED, {"outcome": "completed"})
    return execution_id


def numbers(events: list[ProgressEvent]) -> list[int]:
    return [event.sequence for event in events]


async def test_a_finished_story_is_read_from_any_number_on(
    servers: list[EventServer], user: str, session: str
) -> None:
    execution_id = await tell_a_story(servers[0], user, session)
    for after in range(7):
        events = await collect(servers[1].follower.follow_execution(user, execution_id, after))
        assert numbers(events) == list(range(after + 1, 7))
    first = await collect(servers[1].follower.follow_execution(user, execution_id))
    assert [event.data.get("text") for event in first[:-1]] == ["0", "1", "2", "3", "4"]
    assert first[-1].type is ProgressType.FINISHED


async def test_whoever_follows_from_the_start_hears_everything_on_either_server(
    servers: list[EventServer], user: str, session: str
) -> None:
    execution_id, log = await servers[0].begin(user, session)
    followers = [
        asyncio.create_task(collect(server.follower.follow_execution(user, execution_id)))
        for server in servers
        for _ in range(2)
    ]
    for n in range(30):
        await log.tell(ProgressType.STEP, {"text": str(n)})
        await asyncio.sleep(0.005 if n % 10 == 0 else 0)
    await log.tell(ProgressType.FAILED, {"code": "X"})
    for heard in await asyncio.gather(*followers):
        assert numbers(heard) == list(range(1, 32))


async def test_after_the_last_event_is_told_everything_is_on_disk(
    servers: list[EventServer], user: str, session: str
) -> None:
    execution_id = await tell_a_story(servers[0], user, session)
    assert numbers(await servers[0].storage.events.after(user, execution_id)) == list(range(1, 7))


async def test_a_session_is_followed_through_all_its_executions_by_one_number(
    servers: list[EventServer], user: str, session: str
) -> None:
    first = await tell_a_story(servers[0], user, session)
    live = asyncio.create_task(collect(servers[1].follower.follow_session(user, session, 2), 10))
    second = await tell_a_story(servers[0], user, session)
    heard = await live
    assert [event.session_sequence for event in heard] == list(range(3, 13))
    assert [event.execution_id for event in heard] == [first] * 4 + [second] * 6


async def test_what_belongs_to_another_user_is_silence(
    servers: list[EventServer], user: str, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(following, "POLL_SECONDS", 0.05)
    execution_id = await tell_a_story(servers[0], user, session)
    for events in (
        servers[0].follower.follow_execution("stranger", execution_id),
        servers[0].follower.follow_session("stranger", session),
    ):
        assert await anext(events) is None


async def test_whoever_follows_what_is_purged_is_let_go(
    servers: list[EventServer], user: str, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(following, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(sessions, "UNDO_SECONDS", 0)
    execution_id, log = await servers[0].begin(user, session)
    await log.tell(ProgressType.STEP, {"text": "0"})
    events = servers[1].follower.follow_execution(user, execution_id)
    assert numbers(await collect(events, 1)) == [1]
    assert await anext(events) is None
    await servers[0].storage.executions.delete(user, execution_id)
    await servers[0].storage.sessions.purge_deleted()
    assert await collect(events) == []


async def test_what_a_script_prints_in_one_breath_is_one_event(
    servers: list[EventServer], user: str, session: str
) -> None:
    execution_id, log = await servers[0].begin(user, session)
    for n in range(500):
        await log.tell(ProgressType.PRINTED, {"text": f"{n}\n"})
    await log.tell(ProgressType.FINISHED, {})
    events = await servers[0].storage.events.after(user, execution_id)
    assert "".join(event.data.get("text", "") for event in events) == "".join(f"{n}\n" for n in range(500))
    assert len(events) == 2


async def test_an_execution_that_waited_for_a_person_goes_on_elsewhere(
    servers: list[EventServer], user: str, session: str
) -> None:
    execution_id, log = await servers[0].begin(user, session)
    await log.tell(ProgressType.CONFIRMATION_NEEDED, {})
    assert numbers(await collect(servers[1].follower.follow_execution(user, execution_id))) == [1]
    resumed = await servers[1].log.open(user, execution_id, session, is_resumed=True)
    await resumed.tell(ProgressType.STEP, {"text": "on"})
    await resumed.tell(ProgressType.FINISHED, {})
    for after, expected in ((0, [1, 2, 3]), (1, [2, 3])):
        events = await collect(servers[0].follower.follow_execution(user, execution_id, after))
        assert numbers(events) == expected


async def test_a_server_that_was_taken_for_dead_still_tells_the_end(
    servers: list[EventServer], user: str, session: str
) -> None:
    execution_id, log = await servers[0].begin(user, session)
    other = await servers[1].log.open(user, execution_id, session)
    await other.tell(ProgressType.FAILED, {"code": "INTERRUPTED"})
    await log.tell(ProgressType.STEP, {"text": "alive"})
    await log.tell(ProgressType.FINISHED, {})
    events = await servers[0].storage.events.after(user, execution_id)
    assert [(event.sequence, event.type) for event in events] == [
        (1, ProgressType.FAILED),
        (2, ProgressType.STEP),
        (3, ProgressType.FINISHED),
    ]


async def test_long_columns_of_a_tool_call_are_told_by_their_beginning(
    servers: list[EventServer], user: str, session: str
) -> None:
    execution_id, log = await servers[0].begin(user, session)
    arguments = {"prices": [float(n) for n in range(10_000)], "period": 20}
    await log.tell(ProgressType.TOOL_CALL_STARTED, {"tool": "calculate_sma", "arguments": arguments})
    await log.tell(ProgressType.FINISHED, {})
    (started, _) = await servers[0].storage.events.after(user, execution_id)
    assert started.data["arguments"] == {"prices": [0.0, 1.0, 2.0, 3.0, 4.0, "… 9995 more"], "period": 20}


async def test_a_slow_listener_loses_messages_and_never_the_server_its_memory() -> None:
    subscription = Subscription()
    for n in range(MESSAGES_WAITING_MAX + 10):
        subscription.put(str(n).encode())
    assert await subscription.get(1) is None  # some were lost: look into the store
    rest = [await subscription.get(1) for _ in range(10)]
    assert rest == [str(MESSAGES_WAITING_MAX + n).encode() for n in range(10)]


async def test_a_slow_reader_misses_nothing(
    servers: list[EventServer], user: str, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "MESSAGES_WAITING_MAX", 4)
    execution_id, log = await servers[0].begin(user, session)
    events = servers[0].follower.follow_execution(user, execution_id)
    await log.tell(ProgressType.STEP, {"text": "first"})
    heard = [await anext(events)]
    for n in range(10):
        await log.tell(ProgressType.STEP, {"text": str(n)})
        await log.tell(ProgressType.CONFIRMATION_NEEDED, {})  # waits until it is written: one message each
    await log.tell(ProgressType.FINISHED, {})
    heard += await collect(events)
    assert [event.sequence for event in heard if event] == list(range(1, 23))


async def test_when_redis_dies_in_the_middle_followers_elsewhere_hear_the_rest_from_the_database(
    tmp_path: Path, user: str, session: str, redis_prefix: str
) -> None:
    require_redis_server()
    redis = RedisServer(tmp_path)
    redis.start()
    settings = StorageSettings(_env_file=None, qna_data_dir=tmp_path)
    await asyncio.to_thread(migrate, settings)
    async with (
        opened_stores(settings) as storage,
        event_server(storage, redis.url, redis_prefix) as one,
        event_server(storage, redis.url, redis_prefix) as two,
    ):
        execution_id, log = await one.begin(user, session)
        heard = asyncio.create_task(collect(two.follower.follow_execution(user, execution_id)))
        await log.tell(ProgressType.STEP, {"text": "before"})
        assert (await two.channel.check()).status == "up"
        redis.kill()
        await log.tell(ProgressType.STEP, {"text": "without"})
        await log.tell(ProgressType.FINISHED, {})
        assert numbers(await heard) == [1, 2, 3]
        assert (await two.channel.check()).status == "degraded"
        assert not two.channel.reaches_all

        redis.start()
        await wait_for_both([one, two])
        execution_id, log = await one.begin(user, session)
        heard = asyncio.create_task(collect(two.follower.follow_execution(user, execution_id)))
        await log.tell(ProgressType.FINISHED, {})
        assert numbers(await heard) == [1]
    redis.kill()


async def wait_for_both(servers: list[EventServer]) -> None:
    async with asyncio.timeout(10):
        for server in servers:
            while (await server.channel.check()).status != "up" or not server.channel.reaches_all:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
