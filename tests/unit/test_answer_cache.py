"""Answers kept for their time, calls that share a flight, and the breaker: each with a clock of its own."""

import asyncio

import pytest

from executor.broker.answer_cache import AnswerCache, Flights


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_an_answer_is_given_again_until_its_time_is_over() -> None:
    clock = Clock()
    cache = AnswerCache(clock=clock)
    cache.keep("short", {"n": 1}, 10)
    cache.keep("long", [2], 100)
    clock.now += 9.9
    kept = cache.find("short")
    assert kept is not None
    assert kept.value == {"n": 1}
    clock.now += 0.1
    assert cache.find("short") is None
    assert cache.find("long") is not None


def test_what_was_used_last_stays_when_there_is_no_more_room() -> None:
    cache = AnswerCache(bytes_max=30)
    for name in ("a", "b", "c"):
        cache.keep(name, "x" * 8, 60)  # 10 bytes of JSON
    assert cache.find("a") is not None
    cache.keep("d", "x" * 8, 60)
    assert [cache.find(name) is not None for name in "abcd"] == [True, False, True, True]


@pytest.mark.parametrize("value", ["x" * 40, {1, 2}, 10**30])
def test_what_is_too_large_or_no_json_is_not_kept(value: object) -> None:
    cache = AnswerCache(bytes_max=30)
    cache.keep("a", value, 60)
    assert cache.find("a") is None


async def test_calls_that_are_the_same_are_made_once() -> None:
    flights = Flights()
    made = 0
    go = asyncio.Event()

    async def make() -> int:
        nonlocal made
        made += 1
        await go.wait()
        return made

    asked = [asyncio.create_task(flights.share("same", make)) for _ in range(3)]
    other = asyncio.create_task(flights.share("other", make))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    go.set()
    assert await asyncio.gather(*asked) == [2, 2, 2]
    assert await other == 2
    assert await flights.share("same", make) == 3


async def test_a_failure_is_everybodys_and_is_forgotten() -> None:
    flights = Flights()

    async def fail() -> int:
        raise ValueError("no")

    async def work() -> int:
        return 1

    asked = [asyncio.create_task(flights.share("same", fail)) for _ in range(2)]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert [str(result) for result in results] == ["no", "no"]
    assert await flights.share("same", work) == 1


async def test_who_gives_up_disturbs_nobody_and_the_last_one_ends_the_call() -> None:
    flights = Flights()
    ended = asyncio.Event()
    go = asyncio.Event()

    async def make() -> int:
        try:
            await go.wait()
        except asyncio.CancelledError:
            ended.set()
            raise
        return 7

    first, second = (asyncio.create_task(flights.share("a", make)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    assert not ended.is_set()
    go.set()
    assert await second == 7

    go.clear()
    alone = asyncio.create_task(flights.share("a", make))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    alone.cancel()
    async with asyncio.timeout(1):
        await ended.wait()
