"""Tool calls from inside a running script, against plain JSON calls with httpx2 to FastAPI.

The script's clock stands still, so a call's time is read from the tape: from one call's start to the next's.
"""

import logging
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import httpx2
import structlog
import uvloop

from benchmarks.measure import Figures, print_line
from executor.engine import Engine
from executor.settings import ExecutorSettings
from schemas.execution import ExecuteRequest, Outcome, RecordedCall

ROUNDS = 5
CALLS = 30
"""Of one kind in each round; rounds of the contenders alternate."""

START_SECONDS_MAX = 20.0

SMALL = f"from mcp_client import add\nfor n in range({CALLS}):\n    add([n, {{round}}])\n"
LARGE = f"from mcp_client import column\nfor n in range({CALLS}):\n    column({{round}} * 1000 + n)\n"
MANY = """
from mcp_client import {tool}, call_many
for n in range(5):
    {tool}({one})
    call_many([("{tool}", {{"{argument}": {many}}}) for k in range(20)])
{tool}({one})
"""
MANY_SMALL = {"tool": "add", "argument": "numbers", "one": "[-1 - n, {round}]", "many": "[n, k, {round}]"}
MANY_WAITING = {
    "tool": "quote",
    "argument": "number",
    "one": "-1 - n - 100 * {round}",
    "many": "10000 * {round} + 100 * n + k",
}


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(kind: str) -> Iterator[str]:
    """The address of a server in a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.tool_servers", kind, str(port)]
    with subprocess.Popen(command) as process:
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"no server at port {port}")


async def calls_of(engine: Engine, script: str, turn: int) -> list[RecordedCall]:
    """The tape of one run; anything but `completed` ends the benchmark."""
    body = script.replace("{round}", str(turn)) + "\nresult = 0"
    request = ExecuteRequest(script=body, execution_id=f"bench-{time.time_ns()}")
    report = await engine.execute(request)
    if report.outcome is not Outcome.COMPLETED or report.tape is None:
        raise RuntimeError(f"the script ended as {report.outcome}: {report.error}")
    return report.tape.calls


async def call_after_call(engine: Engine, script: str, turn: int) -> list[float]:
    """Milliseconds from each call's start to the next's."""
    starts = [call.started_ms for call in await calls_of(engine, script, turn)]
    return [after - before for before, after in pairwise(starts)]


async def ask_rival(client: httpx2.AsyncClient, path: str, argument: str, turn: int) -> list[float]:
    """Milliseconds of each of as many plain calls."""
    durations = []
    for number in range(CALLS):
        value = [number, turn] if argument == "numbers" else number
        started = time.perf_counter()
        (await client.post(path, json={argument: value})).json()
        durations.append((time.perf_counter() - started) * 1000)
    return durations


async def bench_one(engine: Engine, client: httpx2.AsyncClient, name: str, script: str) -> None:
    """One kind of call beside its rival."""
    path, argument = ("/add", "numbers") if name == "small" else ("/column", "seed")
    tool: list[float] = []
    rival: list[float] = []
    for turn in range(ROUNDS + 1):
        durations = await call_after_call(engine, script, turn), await ask_rival(client, path, argument, turn)
        if turn:  # the first round warms up
            tool += durations[0]
            rival += durations[1]
    figures, rivals = Figures(sorted(tool)), Figures(sorted(rival))
    print_line(f"tool_{name}", "fastapi_httpx2", rivals)
    ratio = round(figures.median_ms / rivals.median_ms, 2)
    print_line(f"tool_{name}", "call_in_script", figures, fastapi_httpx2_ratio=ratio)


async def bench_many(engine: Engine, name: str, parts: dict[str, str]) -> None:
    """20 calls at once beside one: the script makes one, then 20, in turn."""
    script = MANY.format(**parts)
    ones: list[float] = []
    many: list[float] = []
    for turn in range(ROUNDS + 1):
        calls = await calls_of(engine, script, turn)
        starts = [call.started_ms for call in calls]
        if turn:
            ones += [starts[place + 1] - starts[place] for place in range(0, len(starts) - 1, 21)]
            many += [starts[place + 21] - starts[place + 1] for place in range(0, len(starts) - 1, 21)]
    one, twenty = Figures(sorted(ones)), Figures(sorted(many))
    print_line(f"call_many_{name}", "one_call", one)
    ratio = round(twenty.median_ms / one.median_ms, 2)
    print_line(f"call_many_{name}", "twenty_calls", twenty, one_call_ratio=ratio)


async def main() -> None:
    """All of it against one pair of servers."""
    with running("mcp") as tools, running("fastapi") as rival:
        settings = ExecutorSettings(
            _env_file=None, financial_mcp_url=tools, analytics_mcp_url="", validation_mcp_url=""
        )
        engine = Engine(settings)
        await engine.start()
        try:
            async with httpx2.AsyncClient(base_url=rival, trust_env=False) as client:
                await bench_one(engine, client, "small", SMALL)
                await bench_one(engine, client, "large", LARGE)
            await bench_many(engine, "waiting", MANY_WAITING)
            await bench_many(engine, "small", MANY_SMALL)
        finally:
            await engine.stop()


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    uvloop.run(main())
