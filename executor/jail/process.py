"""One child as the server holds it: its channel, its end."""

import asyncio
import os
import signal
from dataclasses import dataclass, field

from executor.jail.server_channel import ServerChannel


@dataclass(frozen=True)
class ChildEnd:
    """How a child ended, as the kernel tells it."""

    exit_code: int | None
    signal: int | None
    cpu_seconds: float
    peak_memory_bytes: int


@dataclass
class ChildProcess:
    """A child that waits for its one job."""

    pid: int
    pidfd: int
    channel: ServerChannel
    end: ChildEnd | None = field(default=None)

    def kill(self) -> None:
        """End it now; harmless when it has ended already."""
        if self.end is None:
            try:
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            except ProcessLookupError:
                return

    async def close(self, baseline_bytes: int) -> ChildEnd:
        """Kill it if it still runs, reap it, and say how it ended."""
        if self.end is None:
            self.kill()
            await readable(self.pidfd)
            _, status, used = os.wait4(self.pid, 0)  # noqa: ASYNC222  it has ended: this does not wait
            os.close(self.pidfd)
            self.channel.close()
            self.end = ChildEnd(
                exit_code=os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else None,
                signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
                cpu_seconds=used.ru_utime + used.ru_stime,
                peak_memory_bytes=max(used.ru_maxrss * 1024 - baseline_bytes, 0),
            )
        return self.end


async def readable(descriptor: int) -> None:
    """Wait until there is something to read, or an end to be seen."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(descriptor, _resolve, ready)
    try:
        await ready
    finally:
        loop.remove_reader(descriptor)


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
