"""Warm children: some are kept ready, the rest are forked on demand."""

import asyncio
import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import structlog

from executor.errors import JailUnavailable
from executor.frames import BrokenFrame, Ready, encode_frame, read_frame
from executor.jail.launcher import Launcher
from executor.jail.process import ChildProcess
from executor.jail.server_channel import FrameTooLarge

log = structlog.get_logger()

BREATH_SECONDS = 0.02
REHEARSE_SECONDS = 10
READY_BYTES_MAX = 1024
REHEARSED_BYTES, LEAN_BYTES = 10 * 1024**2, 2 * 1024**2
MEMORY_SHARE = 0.02


@dataclass(frozen=True)
class PoolSize:
    """How many children are kept ready, and how many of them have rehearsed."""

    children: int
    rehearsed: int

    @classmethod
    def fitting(cls, children: int | None) -> Self:
        """`children`, or as many as this machine's cores and a fiftieth of its memory allow."""
        cores = os.cpu_count() or 1
        if children is None:
            memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * MEMORY_SHARE
            lean = (memory_bytes - cores * REHEARSED_BYTES) / LEAN_BYTES
            children = cores + max(0, min(3 * cores, int(lean)))
        return cls(children, min(cores, children))

    def at_most(self, children: int) -> "PoolSize":
        """No more than `children`."""
        return PoolSize(min(self.children, children), min(self.rehearsed, children))


class Pool:
    """Hands out children; each is used once.

    A lean child is forked and sealed. A rehearsed one has also done an ordinary job, which costs a core 20 ms
    and some memory: done only while `is_idle`, as under load a fork on demand is cheaper.
    """

    def __init__(self, launcher: Launcher, size: PoolSize, is_idle: Callable[[], bool]) -> None:
        self.size = size
        self._launcher = launcher
        self._is_idle = is_idle
        self._rehearsed: deque[ChildProcess] = deque()
        self._lean: deque[ChildProcess] = deque()
        self._wanted = asyncio.Event()
        self._filling: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Make the first children. Raises `JailUnavailable`."""
        while self._misses_children():
            await self._add_child()
        if self.size.children:
            self._filling = asyncio.create_task(self._fill(), name="pool")

    async def take(self) -> ChildProcess:
        """A child, the warmest there is. Raises `JailUnavailable`."""
        self._wanted.set()
        for ready in (self._rehearsed, self._lean):
            while ready:
                child = ready.popleft()
                if child.channel.is_open:
                    return child
                await child.close(0)  # it ended while it waited, which is nobody's script
        return await self._launcher.launch()

    async def stop(self) -> None:
        """End every waiting child."""
        if self._filling is not None:
            self._filling.cancel()
            await asyncio.gather(self._filling, return_exceptions=True)
        for ready in (self._rehearsed, self._lean):
            while ready:
                await ready.popleft().close(0)

    def waiting(self) -> dict[str, list[ChildProcess]]:
        """Children that wait, by kind."""
        return {"rehearsed": list(self._rehearsed), "lean": list(self._lean)}

    def _misses_children(self) -> bool:
        return len(self._rehearsed) + len(self._lean) < self.size.children or (
            len(self._rehearsed) < self.size.rehearsed
        )

    async def _fill(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            while self._misses_children():
                await asyncio.sleep(BREATH_SECONDS)
                if self._is_idle():
                    try:
                        await self._add_child()
                    except JailUnavailable as error:
                        log.error("no_warm_child", error=error.message)
                        break

    async def _add_child(self) -> None:
        """One more that is ready; rehearsals come first, as the next job goes to a rehearsed child."""
        if len(self._rehearsed) >= self.size.rehearsed:
            self._lean.append(await self._launcher.launch())
            return
        child = self._lean.popleft() if self._lean else await self._launcher.launch()
        try:
            await self._rehearse(child)
        except BaseException:
            await child.close(0)
            raise
        self._rehearsed.append(child)

    @staticmethod
    async def _rehearse(child: ChildProcess) -> None:
        child.channel.send(encode_frame({"type": "rehearse"}))
        try:
            async with asyncio.timeout(REHEARSE_SECONDS):
                frame = await read_frame(child.channel, READY_BYTES_MAX)
        except (TimeoutError, BrokenFrame, FrameTooLarge):
            frame = None
        if not isinstance(frame, Ready):
            raise JailUnavailable("a child does not come through its rehearsal")
