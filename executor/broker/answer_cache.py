"""Answers kept as long as their tools say that they stay true, and one flight for calls that are the same."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any

import orjson
from cachetools import TLRUCache

KEPT_BYTES_MAX = 64 * 1024 * 1024


@dataclass(frozen=True)
class KeptAnswer:
    """An answer, its size as JSON, and how long it may be given again."""

    value: Any
    size: int
    seconds: float


class AnswerCache:
    """The answers used last, up to `bytes_max` of JSON. Failures are never kept."""

    def __init__(self, bytes_max: int = KEPT_BYTES_MAX, clock: Callable[[], float] = time.monotonic) -> None:
        self._bytes_max = bytes_max
        self._kept: TLRUCache[Hashable, KeptAnswer] = TLRUCache(
            bytes_max,
            ttu=lambda _, kept, now: now + kept.seconds,
            timer=clock,
            getsizeof=lambda kept: kept.size,
        )

    def find(self, key: Hashable) -> KeptAnswer | None:
        """The answer if it is still true."""
        return self._kept.get(key)

    def keep(self, key: Hashable, value: Any, seconds: float) -> None:
        """Keep an answer; one that is no JSON, or larger than all room, is not kept."""
        try:
            size = len(orjson.dumps(value))
        except orjson.JSONEncodeError:
            return
        if size <= self._bytes_max:
            self._kept[key] = KeptAnswer(value, size, seconds)


@dataclass
class Flight:
    """A call under way and how many wait for it."""

    task: asyncio.Task[Any]
    waiting: int = 0


class Flights:
    """Calls under way that may be shared."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, Flight] = {}

    async def share(self, key: Hashable, make: Callable[[], Awaitable[Any]]) -> Any:
        """What `make` gives, made once for all who ask for `key` meanwhile.

        Who gives up does not disturb the others; the last one to give up ends the call.
        """
        flight = self._under_way.get(key)
        if flight is None:
            flight = Flight(asyncio.ensure_future(make()))
            self._under_way[key] = flight
            flight.task.add_done_callback(lambda _: self._forget(key, flight))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                self._forget(key, flight)
                flight.task.cancel()

    def _forget(self, key: Hashable, flight: Flight) -> None:
        if self._under_way.get(key) is flight:
            del self._under_way[key]
