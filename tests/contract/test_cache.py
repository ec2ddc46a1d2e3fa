"""What every cache does, in this process or in Redis; and what only one of them can show."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from service.cache.cache import VALUE_BYTES_MAX, Cache
from service.cache.memory_cache import ENTRY_BYTES, MemoryCache
from service.cache.opening import open_cache, open_link
from service.cache.redis_cache import RedisCache
from service.redis_link import REST_SECONDS, RedisLink
from service.redis_settings import RedisSettings
from tests.doubles.hand_clock import HandClock
from tests.doubles.redis_server import RedisServer, require_redis_server

DEADLINE_SECONDS = 5.0


@pytest.fixture(params=["memory", "redis"])
async def cache(request: pytest.FixtureRequest, redis_prefix: str) -> AsyncIterator[Cache]:
    if request.param == "memory":
        yield MemoryCache()
        return
    server: RedisServer = request.getfixturevalue("one_redis")
    link = RedisLink(server.url, redis_prefix)
    yield RedisCache(link)
    await link.close()


async def wait_until_gone(cache: Cache, key: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while await cache.get(key) is not None:
        assert time.monotonic() < deadline, "it never ended"
        await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    "value", [0, False, "", [], {}, 1.5, "ä€", {"a": [1, None, {"b": True}]}, 2**63, [-(2**63)]]
)
async def test_a_value_comes_back_as_it_was(cache: Cache, value: Any) -> None:
    assert await cache.put("key", value, 60)
    found = await cache.get("key")
    assert found == value
    assert type(found) is type(value)


async def test_what_was_never_kept_is_not_found(cache: Cache) -> None:
    assert await cache.get("key") is None
    assert (cache.counts.hits, cache.counts.misses) == (0, 1)


async def test_who_gets_a_value_may_change_it(cache: Cache) -> None:
    await cache.put("key", {"rows": [1]}, 60)
    found = await cache.get("key")
    assert found is not None
    found["rows"].append(2)
    assert await cache.get("key") == {"rows": [1]}


async def test_a_value_ends_at_its_time(cache: Cache) -> None:
    await cache.put("short", 1, 0.05)
    await cache.put("long", 2, 60)
    await wait_until_gone(cache, "short")
    assert await cache.get("long") == 2


async def test_the_last_value_counts_and_has_its_own_time(cache: Cache) -> None:
    await cache.put("key", 1, 60)
    await cache.put("key", 2, 0.05)
    assert await cache.get("key") == 2
    await wait_until_gone(cache, "key")


@pytest.mark.parametrize(
    "value", [None, {1, 2}, 10**30, {1: 2}, "\ud800"], ids=["none", "set", "huge", "key", "surrogate"]
)
async def test_what_is_nothing_or_no_json_is_not_kept(cache: Cache, value: object) -> None:
    assert not await cache.put("key", value, 60)
    assert await cache.get("key") is None


@pytest.mark.parametrize("seconds", [0, -1])
async def test_what_is_over_already_is_not_kept(cache: Cache, seconds: float) -> None:
    assert not await cache.put("key", 1, seconds)
    assert await cache.get("key") is None


async def test_what_is_too_large_is_not_kept_and_is_counted(cache: Cache) -> None:
    assert not await cache.put("key", "x" * VALUE_BYTES_MAX, 60)
    assert await cache.get("key") is None
    assert (cache.counts.too_large, cache.counts.stored) == (1, 0)


async def test_a_value_can_be_forgotten(cache: Cache) -> None:
    await cache.put("a", 1, 60)
    await cache.put("b", 2, 60)
    await cache.forget("a")
    await cache.forget("never there")
    assert [await cache.get(key) for key in "ab"] == [None, 2]


async def test_all_that_begins_alike_is_forgotten_and_nothing_else(cache: Cache) -> None:
    for key in ("result:1", "result:2", "results", "tool:1", "resul*:3"):
        await cache.put(key, key, 60)
    assert await cache.count("result:") == 2
    assert await cache.forget_all("resul*:") == 1
    assert await cache.forget_all("result:") == 2
    assert await cache.count() == 2
    assert await cache.get("results") == "results"


async def test_more_than_one_portion_is_forgotten(cache: Cache) -> None:
    for start in range(0, 1200, 24):
        await asyncio.gather(*(cache.put(f"result:{start + n}", n, 60) for n in range(24)))
    assert await cache.forget_all("result:") == 1200
    assert await cache.count() == 0


async def test_it_says_what_it_is_and_what_it_was_asked(cache: Cache) -> None:
    await cache.put("key", 1, 60)
    await cache.get("key")
    await cache.get("other")
    part = await cache.check()
    assert (part.name, part.status) == ("cache", "up")
    assert {key: part.facts[key] for key in ("hits", "misses", "stored", "failures")} == {
        "hits": 1,
        "misses": 1,
        "stored": 1,
        "failures": 0,
    }


async def test_memory_keeps_what_was_used_last_when_there_is_no_more_room() -> None:
    cache = MemoryCache(bytes_max=3 * (ENTRY_BYTES + 10))
    for key in "abc":
        await cache.put(key, "x" * 8, 60)  # 10 bytes of JSON
    assert await cache.get("a") is not None
    await cache.put("d", "x" * 8, 60)
    assert [await cache.get(key) is not None for key in "abcd"] == [True, False, True, True]


async def test_memory_goes_by_the_clock_it_is_given() -> None:
    clock = HandClock()
    cache = MemoryCache(clock=clock)
    await cache.put("key", 1, 10)
    clock.now += 9.9
    assert await cache.get("key") == 1
    clock.now += 0.1
    assert await cache.get("key") is None


async def test_two_processes_over_one_redis_share_their_values(
    one_redis: RedisServer, redis_prefix: str
) -> None:
    links = [RedisLink(one_redis.url, prefix) for prefix in (redis_prefix, redis_prefix, "another:")]
    first, second, stranger = map(RedisCache, links)
    await first.put("key", [1], 60)
    assert await second.get("key") == [1]
    assert await stranger.get("key") is None
    for link in links:
        await link.close()


async def test_what_somebody_else_wrote_under_our_key_is_a_miss(
    one_redis: RedisServer, redis_prefix: str
) -> None:
    link = RedisLink(one_redis.url, redis_prefix)
    await link.client.set(f"{redis_prefix}key", b"\x80\x05pickle")
    cache = RedisCache(link)
    assert await cache.get("key") is None
    assert cache.counts.failures == 1
    await link.close()


@pytest.fixture
def mortal_redis(tmp_path: Path) -> Iterator[RedisServer]:
    require_redis_server()
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()


async def test_without_its_redis_a_cache_finds_nothing_says_so_and_recovers(
    mortal_redis: RedisServer,
) -> None:
    clock = HandClock()
    link = RedisLink(mortal_redis.url, "p:", clock)
    cache = RedisCache(link)
    await cache.put("key", 1, 60)
    mortal_redis.kill()
    assert await cache.get("key") is None
    assert not await cache.put("key", 2, 60)
    assert await cache.forget_all("") == 0
    assert cache.counts.failures == 3
    part = await cache.check()
    assert part.status == "degraded"
    assert "Redis is away" in part.detail
    assert link.is_down

    mortal_redis.start()
    assert await cache.get("key") is None  # the breaker is still open
    assert link.is_down
    clock.now += REST_SECONDS
    assert await cache.put("key", 3, 60)
    assert await cache.get("key") == 3
    assert (await cache.check()).status == "up"
    await link.close()


async def test_a_redis_that_hangs_holds_nobody_up_for_long(mortal_redis: RedisServer) -> None:
    link = RedisLink(mortal_redis.url, "p:")
    cache = RedisCache(link)
    await cache.put("key", 1, 60)
    mortal_redis.freeze()
    async with asyncio.timeout(2):
        assert await cache.get("key") is None
    async with asyncio.timeout(0.1):
        assert await cache.get("key") is None  # nobody waits a second time
    mortal_redis.thaw()
    await link.close()


def test_the_settings_decide_who_keeps_it() -> None:
    assert open_link(RedisSettings(_env_file=None, redis_url="")) is None
    link = open_link(RedisSettings(_env_file=None, redis_url="redis://:secret@localhost:1/0"))
    assert link is not None
    assert isinstance(open_cache(link), RedisCache)
    assert isinstance(open_cache(None), MemoryCache)


async def test_what_is_shown_of_a_redis_holds_no_password() -> None:
    settings = RedisSettings(_env_file=None, redis_url="redis://user:hidden@127.0.0.1:1/0")
    link = open_link(settings)
    assert link is not None
    part = await RedisCache(link).check()
    assert "hidden" not in part.model_dump_json() + repr(settings)
    assert part.facts["address"] == "redis://127.0.0.1:1/0"
    await link.close()
