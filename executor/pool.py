"""Warm children: some are kept ready, the rest are forked on demand."""

import asyncio
from collections import deque
from collections.abc import Callable

import structlog

from executor.errors import JailUnavailable
from executor.jail.launcher import ChildProcess, Launcher

log = structlog.get_logger()

BREATH_SECONDS = 0.02


class Pool:
    """Hands out children; each is used once.

    New ones are warmed only while `is_idle`: warming takes a core for some 20 ms, and under load a
    fork on demand is cheaper than a warm child.
    """

    def __init__(self, launcher: Launcher, size: int, is_idle: Callable[[], bool]) -> None:
        self._launcher = launcher
        self._size = size
        self._is_idle = is_idle
        self._ready: deque[ChildProcess] = deque()
        self._filling: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Warm the first children."""
        while len(self._ready) < self._size:
            self._ready.append(await self._launcher.launch("warm"))

    async def take(self) -> ChildProcess:
        """A child, warm if there is one. Raises `JailUnavailable`."""
        child = self._ready.popleft() if self._ready else await self._launcher.launch("now")
        if self._filling is None or self._filling.done():
            self._filling = asyncio.create_task(self._fill())
        return child

    async def stop(self) -> None:
        """End every warm child."""
        if self._filling is not None:
            self._filling.cancel()
            await asyncio.gather(self._filling, return_exceptions=True)
        while self._ready:
            await self._ready.popleft().close(0)

    async def _fill(self) -> None:
        while len(self._ready) < self._size:
            await asyncio.sleep(BREATH_SECONDS)
            if self._is_idle():
                try:
                    self._ready.append(await self._launcher.launch("warm"))
                except JailUnavailable as error:
                    log.error("no_warm_child", error=error.message)
                    return
