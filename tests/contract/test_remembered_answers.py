"""Brokers that remember: what they share through Redis, and what they give while a server is away."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from executor.broker.address import ServerAddress
from executor.broker.answer_cache import AnswerCache
from executor.broker.broker import Broker
from executor.broker.failure import ToolFailure
from service.cache.memory_cache import MemoryCache
from service.cache.redis_cache import RedisCache
from service.redis_link import RedisLink
from tests.doubles.hand_clock import HandClock
from tests.doubles.redis_server import RedisServer
from tests.doubles.tool_server import OddServer, ToolServer, answer

STALE = {"stale_if_error": 600}


def counting(**policy: Any) -> OddServer:
    """A server of one tool whose answer stays true for a minute: how often it was asked."""
    odd = OddServer()
    odd.add("count", lambda _: answer({"n": len(odd.calls)}), is_read_only=True, volatility=60, policy=policy)
    return odd


@asynccontextmanager
async def connected(server: ToolServer, answers: AnswerCache) -> AsyncIterator[Broker]:
    broker = Broker([ServerAddress("counter", server.url)], 5, answers)
    await broker.start()
    try:
        yield broker
    finally:
        await broker.stop()


@pytest.mark.parametrize(("policy", "numbers"), [({"configuration": "iex"}, [1, 1]), ({}, [1, 2])])
async def test_execution_servers_share_answers_of_servers_that_state_their_configuration(
    one_redis: RedisServer, redis_prefix: str, policy: dict[str, Any], numbers: list[int]
) -> None:
    async with AsyncExitStack() as stack:
        server = stack.enter_context(ToolServer(counting(**policy).create))
        found = []
        for _ in range(2):
            link = RedisLink(one_redis.url, redis_prefix)
            stack.push_async_callback(link.close)
            answers = AnswerCache(MemoryCache(), RedisCache(link))
            broker = await stack.enter_async_context(connected(server, answers))
            found.append((await broker.answer("count", {})).value["n"])
    assert found == numbers


async def test_a_server_that_is_configured_anew_is_asked_anew(
    one_redis: RedisServer, redis_prefix: str
) -> None:
    link = RedisLink(one_redis.url, redis_prefix)
    answers = AnswerCache(MemoryCache(), RedisCache(link))
    found = []
    odd = counting(configuration="iex")
    server = ToolServer(odd.create)
    for configuration in ("iex", "sip", "iex"):
        odd.tools[0].meta = {**(odd.tools[0].meta or {}), "configuration": configuration}
        with server:
            async with connected(server, answers) as broker:
                found.append((await broker.answer("count", {})).value["n"])
    await link.close()
    assert found == [1, 2, 1]


@pytest.mark.parametrize("policy", [STALE, {}])
async def test_while_a_server_is_away_its_last_answer_is_given_only_where_the_tool_allows_it(
    policy: dict[str, Any],
) -> None:
    clock = HandClock()
    answers = AnswerCache(MemoryCache(clock=clock), clock=clock)
    broken = {"is": False}
    odd = OddServer()

    def tell(_: dict[str, Any]) -> Any:
        problem = {"code": "vendor_unavailable", "message": "down", "details": {}}
        return answer(problem, is_error=True) if broken["is"] else answer({"n": 1})

    odd.add("count", tell, is_read_only=True, volatility=60, policy=policy)
    with ToolServer(odd.create) as server:
        async with connected(server, answers) as broker:
            await broker.answer("count", {})
            broken["is"] = True
            assert (await broker.answer("count", {})).stale_seconds is None  # it is still true
            clock.now += 100
            if policy:
                given = await broker.answer("count", {})
                assert (given.value, given.cache_hit, given.stale_seconds) == ({"n": 1}, True, 100)
            else:
                with pytest.raises(ToolFailure, match="down"):
                    await broker.answer("count", {})


async def test_a_tool_that_says_no_is_not_overruled_by_what_it_said_before() -> None:
    clock = HandClock()
    answers = AnswerCache(MemoryCache(clock=clock), clock=clock)
    odd = OddServer()
    problem = {"code": "unknown_symbol", "message": "delisted", "details": {}}
    replies = [answer({"n": 1}), answer(problem, is_error=True)]
    odd.add("count", lambda _: replies.pop(0), is_read_only=True, volatility=60, policy=STALE)
    with ToolServer(odd.create) as server:
        async with connected(server, answers) as broker:
            await broker.answer("count", {})
            clock.now += 100
            with pytest.raises(ToolFailure, match="delisted"):
                await broker.answer("count", {})


async def test_when_redis_is_away_tools_are_simply_asked() -> None:
    link = RedisLink("redis://127.0.0.1:1/0", "p:")
    answers = AnswerCache(MemoryCache(), RedisCache(link))
    with ToolServer(counting(configuration="iex").create) as server:
        async with connected(server, answers) as broker:
            found = [(await broker.answer("count", {})).value["n"] for _ in range(2)]
    assert found == [1, 2]
    await link.close()
