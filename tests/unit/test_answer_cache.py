"""Which answers are kept, for how long, and under which key; the time is set by hand."""

from dataclasses import replace
from typing import Any

import pytest

from executor.broker.address import ServerAddress
from executor.broker.answer_cache import AnswerCache, AnswerKey, answer_key
from executor.broker.connection import Connection
from schemas.tools import Tool
from service.cache.memory_cache import MemoryCache
from tests.doubles.hand_clock import HandClock

SUNDAY_NOON = 1768755600.0  # 2026-01-18 12:00 in New York: stocks rest for 16 hours more
OWN, SHARED = AnswerKey("tool_answers:own", False), AnswerKey("tool_answers:shared", True)
ADDRESS = ServerAddress("market", "http://localhost:1/mcp", headers={"Authorization": "Bearer one"})


def tool(**facts: Any) -> Tool:
    return Tool(name="prices", server="market", published_name="prices", input_schema={}, **facts)


def new_cache(clock: HandClock, seconds_max: float = 86_400) -> AnswerCache:
    return AnswerCache(MemoryCache(clock=clock), MemoryCache(clock=clock), seconds_max, clock)


async def test_an_answer_is_true_for_its_time_and_then_gone() -> None:
    clock = HandClock()
    cache = new_cache(clock)
    await cache.keep(OWN, tool(volatility_seconds=10), {"n": 1})
    clock.now += 9.9
    kept = await cache.find(OWN)
    assert kept is not None
    assert (kept.value, kept.is_true) == ({"n": 1}, True)
    assert kept.age_seconds == pytest.approx(9.9)
    clock.now += 0.1
    assert await cache.find(OWN) is None


async def test_where_the_tool_allows_it_an_answer_outlives_its_truth_and_says_so() -> None:
    clock = HandClock()
    cache = new_cache(clock)
    await cache.keep(OWN, tool(volatility_seconds=10, stale_if_error_seconds=50), {"n": 1})
    clock.now += 59
    kept = await cache.find(OWN)
    assert kept is not None
    assert (kept.is_true, kept.age_seconds) == (False, 59)
    clock.now += 1
    assert await cache.find(OWN) is None


async def test_while_stocks_rest_what_follows_them_stays_true_but_never_beyond_the_limit() -> None:
    clock = HandClock(SUNDAY_NOON)
    follower = tool(volatility_seconds=10, follows_market=True)
    answer = {"data": {"close": [1.0]}, "metadata": {"market_state": "closed"}}
    long, short = new_cache(clock), new_cache(clock, seconds_max=3600)
    for cache in (long, short):
        await cache.keep(OWN, follower, answer)
    clock.now += 16 * 3600 - 1
    assert await short.find(OWN) is None
    assert await long.find(OWN) is not None
    clock.now += 1
    assert await long.find(OWN) is None


@pytest.mark.parametrize("value", [{}, {"data": [], "metadata": {}}, [], None])
async def test_an_empty_answer_is_not_kept(value: Any) -> None:
    cache = new_cache(HandClock())
    await cache.keep(OWN, tool(volatility_seconds=60), value)
    assert await cache.find(OWN) is None


async def test_each_answer_is_where_it_belongs_and_all_are_forgotten_at_once() -> None:
    clock = HandClock()
    own, shared = MemoryCache(clock=clock), MemoryCache(clock=clock)
    cache = AnswerCache(own, shared, clock=clock)
    for key in (OWN, SHARED):
        await cache.keep(key, tool(volatility_seconds=60), 1)
    assert [await store.count() for store in (own, shared)] == [1, 1]
    assert await cache.forget_all() == 2
    assert await cache.find(SHARED) is None


def test_whatever_an_answer_depends_on_makes_another_key() -> None:
    stated = tool(configuration="iex, raw")

    def key(address: ServerAddress = ADDRESS, digest: str = "d", body: bytes = b"{}") -> str:
        return answer_key(Connection(address, 1), stated, digest, body).text

    others = [
        key(replace(ADDRESS, headers={"Authorization": "Bearer two"})),
        key(replace(ADDRESS, url="http://localhost:2/mcp")),
        key(replace(ADDRESS, name="other")),
        key(digest="e"),
        key(body=b'{"feed":"sip"}'),
    ]
    assert len({key(), *others}) == 6
    assert key() == key()
    assert "Bearer" not in key()


def test_a_server_that_does_not_state_its_configuration_is_trusted_for_one_connection_only() -> None:
    connection = Connection(ADDRESS, 1)
    before = answer_key(connection, tool(), "d", b"{}")
    stated = answer_key(connection, tool(configuration="c"), "d", b"{}")
    connection.generation += 1
    assert answer_key(connection, tool(), "d", b"{}") != before
    assert not before.is_shared
    assert answer_key(connection, tool(configuration="c"), "d", b"{}") == stated
    assert stated.is_shared
