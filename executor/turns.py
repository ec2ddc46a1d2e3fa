"""Who runs and who waits: so many at once, so many in line, the rest is turned away."""

import asyncio

from executor.errors import Busy


class Turns:
    """First come, first served: `async with turns` waits for a turn and holds it.

    Raises `Busy` when the line is full. `running` and `waiting` are for /health.
    """

    def __init__(self, at_once: int, waiting_max: int) -> None:
        self._gate = asyncio.Semaphore(at_once)
        self._waiting_max = waiting_max
        self.running = 0
        self.waiting = 0

    async def __aenter__(self) -> None:
        if self.waiting >= self._waiting_max and self._gate.locked():
            raise Busy(
                "too many executions are waiting",
                suggestions=("Try again in a few seconds.",),
                waiting=self.waiting,
            )
        self.waiting += 1
        try:
            await self._gate.acquire()
        finally:
            self.waiting -= 1
        self.running += 1

    async def __aexit__(self, *_: object) -> None:
        self.running -= 1
        self._gate.release()
