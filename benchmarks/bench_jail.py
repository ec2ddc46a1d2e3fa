"""One script in the jail, engine level: against a fresh process and against plain `exec`."""

import asyncio
import logging
import subprocess
import sys
from itertools import count

import structlog
import uvloop

from benchmarks.measure import Contender, print_line, run_rounds
from executor.engine import Engine
from executor.settings import ExecutorSettings
from schemas.execution import ExecuteRequest, Outcome

ROUNDS = 30
REST_SECONDS = 0.05
"""Between runs, so that the pool is warm again: what is measured is an idle machine."""

TRIVIAL = "result = 1 + 1"
TABLE = """
import numpy as np
import pandas as pd

place = np.arange(1000)
table = pd.DataFrame({"price": 100 + np.sin(place), "group": place % 7})
table["mean"] = table["price"].rolling(20).mean()
table["deviation"] = table["price"].rolling(20).std()
table["change"] = table["price"].pct_change()
by_group = table.groupby("group")["change"].agg(["mean", "std"])
result = {"last": float(table["mean"].iloc[-1]), "means": by_group["mean"].tolist()}
"""


async def rest() -> None:
    """Let the machine come to rest."""
    await asyncio.sleep(REST_SECONDS)


def in_jail(engine: Engine, script: str) -> Contender:
    """The script through the engine; anything but `completed` ends the benchmark."""
    numbers = count()

    async def run() -> None:
        report = await engine.execute(ExecuteRequest(script=script, execution_id=f"bench-{next(numbers)}"))
        if report.outcome is not Outcome.COMPLETED:
            raise RuntimeError(f"the script ended as {report.outcome}: {report.error}")

    return run


def in_fresh_process(script: str) -> Contender:
    """The script in a new interpreter that has to import pandas."""
    command = [sys.executable, "-c", f"import pandas\n{script}"]
    return lambda: subprocess.run(command, check=True)


def in_this_process(script: str) -> Contender:
    """The script in this process: no isolation, and pandas warm."""
    code = compile(script, "<benchmark>", "exec")
    return lambda: exec(code, {})  # noqa: S102  the rival without a jail


def settings_for(warm_children: int) -> ExecutorSettings:
    """An execution server without tools."""
    return ExecutorSettings(
        _env_file=None,
        warm_children=warm_children,
        financial_mcp_url="",
        analytics_mcp_url="",
        validation_mcp_url="",
    )


async def bench(name: str, script: str) -> None:
    """All contenders on one script."""
    warm, cold = Engine(settings_for(warm_children=2)), Engine(settings_for(warm_children=0))
    await asyncio.gather(warm.start(), cold.start())
    try:
        contenders = {
            "fresh_process": in_fresh_process(script),
            "plain_exec": in_this_process(script),
            "jail_warm": in_jail(warm, script),
            "jail_on_demand": in_jail(cold, script),
        }
        figures = await run_rounds(contenders, ROUNDS, rest)
    finally:
        await asyncio.gather(warm.stop(), cold.stop())
    for contender, found in figures.items():
        print_line(
            f"jail_{name}",
            contender,
            found,
            fresh_process_times=round(figures["fresh_process"].median_ms / found.median_ms, 1),
            plain_exec_ratio=round(found.median_ms / figures["plain_exec"].median_ms, 2),
        )


async def main() -> None:
    """Both scripts."""
    await bench("trivial", TRIVIAL)
    await bench("table", TABLE)


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    uvloop.run(main())
