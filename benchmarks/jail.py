"""The jail as the benchmarks use it: an engine without tools, and runs that must complete."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count

from benchmarks.measure import Contender
from executor.engine import Engine
from executor.settings import ExecutorSettings
from schemas.execution import ExecuteRequest, Outcome

numbers = count()


def settings_for(warm_children: int | None, at_once: int = 4) -> ExecutorSettings:
    """An execution server without tools."""
    return ExecutorSettings(
        _env_file=None,
        warm_children=warm_children,
        executions_at_once=at_once,
        financial_mcp_url="",
        analytics_mcp_url="",
        validation_mcp_url="",
    )


@asynccontextmanager
async def running_engine(warm_children: int | None, at_once: int = 4) -> AsyncIterator[Engine]:
    """An engine until the block ends."""
    engine = Engine(settings_for(warm_children, at_once))
    await engine.start()
    try:
        yield engine
    finally:
        await engine.stop()


def in_jail(engine: Engine, make_script: Callable[[int], str]) -> Contender:
    """What `make_script` gives for each run, through the engine; anything but `completed` is an error."""

    async def run() -> None:
        number = next(numbers)
        request = ExecuteRequest(script=make_script(number), execution_id=f"bench-{number}")
        report = await engine.execute(request)
        if report.outcome is not Outcome.COMPLETED:
            raise RuntimeError(f"the script ended as {report.outcome}: {report.error}")

    return run
