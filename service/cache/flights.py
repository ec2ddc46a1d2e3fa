"""Calls under way that several wait for: made once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


@dataclass
class Flight(Generic[Answer]):
    """A call under way and how many wait for it."""

    task: asyncio.Task[Answer]
    waiting: int = 0


class Flights(Generic[Answer]):
    """Calls under way that may be shared."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, Flight[Answer]] = {}

    async def share(self, key: Hashable, make: Callable[[], Awaitable[Answer]]) -> Answer:
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

    def _forget(self, key: Hashable, flight: Flight[Answer]) -> None:
        if self._under_way.get(key) is flight:
            del self._under_way[key]
