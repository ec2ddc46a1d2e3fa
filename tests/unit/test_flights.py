"""Calls that are the same share a flight."""

import asyncio

from service.cache.flights import Flights


async def test_calls_that_are_the_same_are_made_once() -> None:
    flights: Flights[int] = Flights()
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
    flights: Flights[int] = Flights()

    async def fail() -> int:
        raise ValueError("no")

    async def work() -> int:
        return 1

    asked = [asyncio.create_task(flights.share("same", fail)) for _ in range(2)]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert [str(result) for result in results] == ["no", "no"]
    assert await flights.share("same", work) == 1


async def test_who_gives_up_disturbs_nobody_and_the_last_one_ends_the_call() -> None:
    flights: Flights[int] = Flights()
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
