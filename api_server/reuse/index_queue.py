"""Questions on their way into the index: written together, a moment after their answers.

Chroma needs tens of milliseconds of a core to take one text and little more for many, so whoever is being
answered meanwhile would wait for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import structlog

from api_server.storage.records import Execution

log = structlog.get_logger()

LINGER_SECONDS = 1.0
WAITING_MAX = 1000
"""While the index does not answer; older ones are left out, and found by their equal only."""

Write = Callable[[Sequence[Execution]], Awaitable[None]]


class IndexQueue:
    """Lives in one event loop. `write` is given several executions, and deals with its own failures."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._waiting: dict[str, Execution] = {}
        self._hurry = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def add(self, execution: Execution) -> None:
        """Have it written soon; the same one again takes its place."""
        self._waiting[execution.id] = execution
        if len(self._waiting) > WAITING_MAX:
            del self._waiting[next(iter(self._waiting))]
            log.warning("question_not_in_index", reason="too many wait")
        if self._task is None:
            self._task = asyncio.create_task(self._write_soon(), name="question-index")

    async def flush(self) -> None:
        """Returns when all that was added before is written."""
        for _ in ("what is being written now", "what came meanwhile"):
            if self._task is not None:
                self._hurry.set()
                await asyncio.wait([self._task])

    async def finish(self, seconds_max: float) -> None:
        """The same at the end; what takes longer is left out."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds_max):
                await self.flush()
        if self._task is not None:
            log.warning("questions_not_in_index", reason="the server stops")
            self._waiting.clear()
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _write_soon(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                await self._hurry.wait()
        self._hurry.clear()
        taken, self._waiting = self._waiting, {}
        try:
            await self._write(list(taken.values()))
        finally:
            self._task = None
            if self._waiting:
                self._task = asyncio.create_task(self._write_soon(), name="question-index")
