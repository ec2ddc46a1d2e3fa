"""The real engine, and the same one over a jail without some of its walls, each in a thread of its own."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from executor.engine import Engine
from executor.jail.launcher import Launcher
from executor.settings import ExecutorSettings
from schemas.execution import ExecuteRequest, ExecutionReport, Outcome

T = TypeVar("T")
ORDINARY = """
import json
import numpy as np
import pandas as pd
table = pd.DataFrame({"symbol": ["a", "b", "a"], "close": [1.0, 2.0, 4.0]})
mean = table.groupby("symbol")["close"].mean()
result = json.loads(json.dumps({"mean": mean.to_dict(), "root": float(np.sqrt(16.0))}))
"""
ORDINARY_RESULT = {"mean": {"a": 2.5, "b": 2.0}, "root": 4.0}


class UnwalledLauncher(Launcher):
    """Starts children that run any Python."""

    program = "tests.attacks.unwalled_zygote"


class UnfilteredLauncher(Launcher):
    """Starts children that run any Python and may make any system call."""

    program = "tests.attacks.unfiltered_zygote"


class RunningEngine:
    """An engine in its own thread; asked from tests that are plain functions."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="engine")
        self._ids = count()

    def execute(self, script: str, **request: Any) -> ExecutionReport:
        """The report on one run."""
        return self.wait(self._execute(script, request))

    def execute_together(self, scripts: list[str], **request: Any) -> list[ExecutionReport]:
        """The reports on runs at the same time."""

        async def gather() -> list[ExecutionReport]:
            return await asyncio.gather(*(self._execute(script, request) for script in scripts))

        return self.wait(gather())

    def demand_ordinary(self) -> None:
        """An ordinary script gives exactly what it should."""
        report = self.execute(ORDINARY)
        assert (report.outcome, report.result) == (Outcome.COMPLETED, ORDINARY_RESULT), report.error

    def start(self) -> None:
        """Start the thread and the engine in it."""
        self._thread.start()
        self.wait(self.engine.start())

    def stop(self) -> None:
        """Stop both."""
        self.wait(self.engine.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _execute(self, script: str, request: dict[str, Any]) -> ExecutionReport:
        fields = {"execution_id": f"attack-{next(self._ids)}", "timeout_seconds": 3, **request}
        return await self.engine.execute(ExecuteRequest(script=script, **fields))

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Do `work` in the engine's thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)


def make_settings(policy_files: list[Path], warm_children: int = 2) -> ExecutorSettings:
    """Settings of an engine without tools."""
    return ExecutorSettings(
        _env_file=None,
        financial_mcp_url="",
        analytics_mcp_url="",
        validation_mcp_url="",
        sandbox_policy_files=policy_files,
        warm_children=warm_children,
    )


@contextmanager
def running(engine: Engine) -> Iterator[RunningEngine]:
    """`engine` until the block ends."""
    runner = RunningEngine(engine)
    runner.start()
    try:
        yield runner
    finally:
        runner.stop()
