"""Runs several servers together for as long as a block of code needs them."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from qna.failures import PlatformFailed
from qna.health import open_client
from qna.keeper import Keeper, Surroundings, check_port
from qna.services import Service


class Supervision:
    """The servers of one `supervise` block."""

    def __init__(self, keepers: Sequence[Keeper]) -> None:
        self._keepers = keepers
        self._tasks = [asyncio.create_task(keeper.keep_running()) for keeper in keepers]

    async def wait_until_started(self, limit_seconds: float) -> None:
        """Returns when every server answers. Raises `ServiceLost`, or `PlatformFailed` after the limit."""
        started = asyncio.create_task(self._wait_for_all())
        await asyncio.wait(
            {started, *self._tasks}, timeout=limit_seconds, return_when=asyncio.FIRST_COMPLETED
        )
        is_complete = started.done()
        started.cancel()
        self._raise_loss()
        if not is_complete:
            late = [keeper.service.name for keeper in self._keepers if not keeper.is_started.is_set()]
            raise PlatformFailed(
                f"no answer after {limit_seconds:g} s from {', '.join(late)}", "Read their logs."
            )

    async def wait_until_lost(self) -> None:
        """Raises `ServiceLost` when a server is given up; until then it waits."""
        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        self._raise_loss()

    async def stop(self) -> None:
        """Stop every server and wait for its end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)

    async def _wait_for_all(self) -> None:
        for keeper in self._keepers:
            await keeper.is_started.wait()

    def _raise_loss(self) -> None:
        for task in self._tasks:
            if task.done():
                task.result()


@asynccontextmanager
async def supervise(services: Sequence[Service], surroundings: Surroundings) -> AsyncIterator[Supervision]:
    """Run `services` for the duration of the block. Raises `PortTaken` before any of them is started."""
    for service in services:
        check_port(service)
    _make_log_dir(surroundings.log_dir)
    reading_end, writing_end = os.pipe()
    try:
        async with open_client(timeout_seconds=2) as client:
            supervision = Supervision(
                [Keeper(service, surroundings, reading_end, client) for service in services]
            )
            try:
                yield supervision
            finally:
                await supervision.stop()
    finally:
        os.close(writing_end)
        os.close(reading_end)


def _make_log_dir(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PlatformFailed(
            f"cannot keep logs in {path}: {error.strerror}", "Choose another folder with --data-dir."
        ) from error
