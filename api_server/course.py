"""One request on its way: who is told what happens, and how long each stage takes."""

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from schemas.analysis import Attempt, StageTime
from schemas.progress import ProgressType, Tell, tell_nobody
from service.errors import PlatformError

Keep = Callable[[Attempt], Awaitable[None]]


async def keep_nothing(_attempt: Attempt) -> None:
    """For requests that nobody remembers."""


class Course:
    """Made anew for each request. `stages` is in the order they ended."""

    def __init__(self, tell: Tell = tell_nobody, keep: Keep = keep_nothing) -> None:
        self._tell = tell
        self.keep = keep
        """Is given each attempt once it is checked, and again whenever more is known of it."""
        self.stages: list[StageTime] = []

    async def tell(self, kind: ProgressType, **facts: Any) -> None:
        """Tell whoever follows; the facts of each kind are listed in `schemas.progress`."""
        await self._tell(kind, facts)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what happens inside."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.stages.append(StageTime(stage=name, duration_ms=(time.perf_counter() - started) * 1000))


def describe_failure(error: BaseException) -> dict[str, Any]:
    """An error as whoever follows may see it: nothing from inside the server."""
    if not isinstance(error, PlatformError):
        error = PlatformError("something failed inside the server", suggestions=("Try again.",))
    return {
        "code": error.code,
        "message": error.message,
        "details": error.details,
        "recovery_suggestions": list(error.suggestions),
    }
