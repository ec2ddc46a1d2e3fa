"""What a benchmark does between two runs: no figure is right without saying which."""

import asyncio
from collections.abc import Awaitable, Callable

Pause = Callable[[], Awaitable[None]]

REST_SECONDS = 0.3
BREATH_SECONDS = 0.1


async def rest() -> None:
    """Let the machine come to rest: every process has slept, and on virtual machines so have the cores."""
    await asyncio.sleep(REST_SECONDS)


async def go_on() -> None:
    """Nothing: contenders take turns, each meets caches and cores as the one before it left them."""


async def breathe() -> None:
    """Let the pools make their next children: runs follow each other, no process has slept for long."""
    await asyncio.sleep(BREATH_SECONDS)
