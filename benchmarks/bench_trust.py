"""What trust costs: a replay against its run, all sources against calls x run time + 50 ms, bytes on disk.

Everything through HTTP to a real execution server; the tools are served by a thread of this process.
"""

import asyncio
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import httpx2

from api_server.execution_client import ExecutionClient
from api_server.storage.tapes import pack
from api_server.trust.provenance import Budget, find_sources
from api_server.trust.replay import judge_replay, replay_request
from prompts.library import load_library
from schemas.execution import ExecuteRequest, ExecutionReport
from schemas.replay import TapedRun
from tests.doubles.execution_server import running_server
from tests.doubles.house_tools import create_house_tools
from tests.doubles.known_sources import SCRIPTS
from tests.doubles.sources_desk import create_sources_desk
from tests.doubles.tool_server import ToolServer

ROUNDS = 15
ALLOWED_MS = 50.0


async def bench(name: str, source: str, client: ExecutionClient) -> None:
    """One script with its defaults: run, replay and sources in turn, so that all meet the same machine."""
    runs, replays, searches = [], [], []
    for number in range(ROUNDS):
        request = ExecuteRequest(script=source, execution_id=f"{name}-{number}")
        started = time.perf_counter()
        report = await client.execute(request)
        runs.append(elapsed_ms(started))
        if not report.success or report.tape is None:
            raise RuntimeError(f"{name} ended as {report.outcome}: {report.error}")
        run = TapedRun(tape=report.tape, report=report.model_copy(update={"tape": None}))
        started = time.perf_counter()
        replayed = await client.execute(replay_request(run, f"{name}-{number}-replay"))
        replays.append(elapsed_ms(started))
        if not judge_replay(run, replayed).is_identical:
            raise RuntimeError(f"the replay of {name} is not identical")

        async def execute(variants: bytes) -> list[ExecutionReport]:
            return await client.execute_variants(variants, 120)

        found = await find_sources(run, execute, Budget())
        searches.append(found.duration_ms)
    run_ms, replay_ms, search_ms = map(statistics.median, (runs, replays, searches))
    packed = pack(report)
    line = {
        "benchmark": "trust",
        "contender": name,
        "calls": len(run.tape.calls),
        "run_ms": round(run_ms, 1),
        "replay_ratio": round(replay_ms / run_ms, 2),
        "sources_ms": round(search_ms, 1),
        "sources_runs": found.runs,
        "sources_of_allowed": round(search_ms / (len(run.tape.calls) * run_ms + ALLOWED_MS), 2),
        "tape_bytes": sum(call.size for call in run.tape.calls),
        "stored_bytes": len(packed.header) + sum(len(content) for content, _ in packed.blobs.values()),
    }
    sys.stdout.write(json.dumps(line) + "\n")


def elapsed_ms(started: float) -> float:
    """Milliseconds since `started`."""
    return (time.perf_counter() - started) * 1000


async def bench_all(url: str, scripts: Iterable[tuple[str, str]]) -> None:
    """Scripts by name, one after the other."""
    async with httpx2.AsyncClient(trust_env=False) as http:
        for name, source in scripts:
            await bench(name, source, ExecutionClient(url, http))


def main() -> None:
    """Scripts whose sources are known, on a desk of small answers; then every recipe, simulated."""
    known = [(re.sub(r"\W+", "_", f"known_{script.name}"), script.script) for script in SCRIPTS]
    recipes = [(recipe.name, recipe.source) for recipe in load_library().recipes]
    for create, scripts in ((create_sources_desk, known), (create_house_tools, recipes)):
        with ToolServer(create) as tools, running_server(Path(tempfile.mkdtemp()), tools) as server:
            asyncio.run(bench_all(server.url, scripts))


if __name__ == "__main__":
    main()
