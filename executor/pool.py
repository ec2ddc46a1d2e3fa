"""Warm children: some are kept ready, the rest are forked on demand."""

import asyncio
from collections import deque

import structlog

from executor.errors import JailUnavailable
from executor.jail.launcher import ChildProcess, Launcher

log = structlog.get_logger()


class Pool:
    """Hands out children; each is used once. Refills itself in the background."""

    def __init__(self, launcher: Launcher, size: int) -> None:
        self._launcher = launcher
        self._size = size
        self._ready: deque[ChildProcess] = deque()
        self._refill: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Fork the first warm children."""
        await self._fill()

    async def take(self) -> ChildProcess:
        """A child, warm if there is one. Raises `JailUnavailable`."""
        child = self._ready.popleft() if self._ready else await self._launcher.launch("now")
        if self._refill is None or self._refill.done():
            self._refill = asyncio.create_task(self._fill())
        return child

    async def stop(self) -> None:
        """End every warm child."""
        if self._refill is not None:
            self._refill.cancel()
            await asyncio.gather(self._refill, return_exceptions=True)
        while self._ready:
            await self._ready.popleft().close(0)

    async def _fill(self) -> None:
        while len(self._ready) < self._size:
            try:
                self._ready.append(await self._launcher.launch("warm"))
            except JailUnavailable as error:
                log.error("no_warm_child", error=error.message)
                return
