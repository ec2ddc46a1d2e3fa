"""Limits count exactly, in this process and in Redis, and lock nobody out when Redis is away."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api_server.access.caller import LOCAL_USER_ID
from api_server.errors import TooManyRequests
from api_server.rate_limits import RateLimits
from api_server.settings.rate_limits import RateLimitSettings
from service.redis_link import RedisLink
from tests.doubles.redis_server import RedisServer, require_redis_server


def settings(hour: int = 0, second: int = 0, endpoint: int = 0, *, local: bool = False) -> RateLimitSettings:
    return RateLimitSettings(
        _env_file=None,
        rate_limit_requests_per_hour=hour,
        rate_limit_requests_per_second=second,
        rate_limit_endpoint_requests_per_hour=endpoint,
        rate_limit_local_user=local,
    )


@pytest.fixture(params=["memory", "redis"])
async def link(request: pytest.FixtureRequest, redis_prefix: str) -> AsyncIterator[RedisLink | None]:
    if request.param == "memory":
        yield None
        return
    server: RedisServer = request.getfixturevalue("one_redis")
    opened = RedisLink(server.url, redis_prefix)
    yield opened
    await opened.close()


async def count_admitted(limits: RateLimits, tries: int, user: str = "ann", endpoint: str = "analyze") -> int:
    admitted = 0
    for _ in range(tries):
        try:
            await limits.demand(user, endpoint)
        except TooManyRequests:
            continue
        admitted += 1
    return admitted


async def test_a_user_has_so_many_requests_an_hour_to_each_endpoint(link: RedisLink | None) -> None:
    limits = RateLimits(settings(hour=5), link)
    assert await count_admitted(limits, 8) == 5
    assert await count_admitted(limits, 8, endpoint="execute") == 5
    assert await count_admitted(limits, 3, user="ben") == 3
    assert limits.refused == 6


async def test_a_burst_is_bounded(link: RedisLink | None) -> None:
    limits = RateLimits(settings(second=4), link)
    assert 4 <= await count_admitted(limits, 60) < 60  # a slow machine may need more than the second


async def test_all_users_together_have_so_many_requests_to_an_endpoint(link: RedisLink | None) -> None:
    limits = RateLimits(settings(endpoint=4), link)
    assert [await count_admitted(limits, 1, user=f"user{n}") for n in range(6)] == [1, 1, 1, 1, 0, 0]


async def test_a_refusal_says_how_long_to_wait(link: RedisLink | None) -> None:
    limits = RateLimits(settings(hour=1), link)
    await limits.demand("ann", "analyze")
    with pytest.raises(TooManyRequests) as caught:
        await limits.demand("ann", "analyze")
    error = caught.value
    assert (error.code, error.status) == ("RATE_LIMITED", 429)
    assert error.retry_after_seconds is not None
    assert 3590 <= error.retry_after_seconds <= 3600
    assert error.details["limit"] == 1


async def test_the_local_user_is_limited_only_when_the_operator_says_so(link: RedisLink | None) -> None:
    assert await count_admitted(RateLimits(settings(hour=1), link), 5, user=LOCAL_USER_ID) == 5
    strict = RateLimits(settings(hour=1, local=True), link)
    assert await count_admitted(strict, 5, user=LOCAL_USER_ID) == 1


async def test_api_servers_over_one_redis_count_together(one_redis: RedisServer, redis_prefix: str) -> None:
    links = [RedisLink(one_redis.url, redis_prefix) for _ in range(2)]
    first, second = (RateLimits(settings(hour=5), link) for link in links)
    assert await count_admitted(first, 3) == 3
    assert await count_admitted(second, 5) == 2
    keys = await links[0].client.keys(f"{redis_prefix}*")
    assert keys == [f"{redis_prefix}rate_limit:ann:analyze".encode()]
    for link in links:
        await link.close()


async def test_without_redis_each_server_counts_on_its_own_and_says_so(tmp_path: Path) -> None:
    require_redis_server()
    server = RedisServer(tmp_path)
    server.start()
    link = RedisLink(server.url, "p:")
    limits = RateLimits(settings(hour=3), link)
    assert await count_admitted(limits, 2) == 2
    server.kill()
    assert await count_admitted(limits, 5) == 3
    assert (await limits.check()).status == "degraded"
    await link.close()
