"""What trust costs: a replay against its run, all sources against calls x run time + 50 ms, bytes on disk.

Everything through HTTP to a real execution server; the tools are served by a thread of this process.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx2

from api_server.execution_client import ExecutionClient
from api_server.storage.tapes import pack
from api_server.trust.provenance import Budget, find_sources
from api_server.trust.replay import judge_replay, replay_request
from prompts.library import Recipe, load_library
from schemas.execution import ExecuteRequest, ExecutionReport
from schemas.replay import TapedRun
from tests.doubles.execution_server import running_server
from tests.doubles.house_tools import create_house_tools
from tests.doubles.tool_server import ToolServer

ROUNDS = 15
ALLOWED_MS = 50.0


async def bench(recipe: Recipe, client: ExecutionClient) -> None:
    """One recipe with its defaults: run, replay and sources in turn, so that all meet the same machine."""
    runs, replays, searches = [], [], []
    for number in range(ROUNDS):
        request = ExecuteRequest(script=recipe.source, execution_id=f"{recipe.name}-{number}")
        started = time.perf_counter()
        report = await client.execute(request)
        runs.append(elapsed_ms(started))
        if not report.success or report.tape is None:
            raise RuntimeError(f"{recipe.name} ended as {report.outcome}: {report.error}")
        run = TapedRun(tape=report.tape, report=report.model_copy(update={"tape": None}))
        started = time.perf_counter()
        replayed = await client.execute(replay_request(run, f"{recipe.name}-{number}-replay"))
        replays.append(elapsed_ms(started))
        if not judge_replay(run, replayed).is_identical:
            raise RuntimeError(f"the replay of {recipe.name} is not identical")

        async def execute(variants: bytes) -> list[ExecutionReport]:
            return await client.execute_variants(variants, 120)

        found = await find_sources(run, execute, Budget())
        searches.append(found.duration_ms)
    run_ms, replay_ms, search_ms = map(statistics.median, (runs, replays, searches))
    packed = pack(report)
    line = {
        "benchmark": "trust",
        "contender": recipe.name,
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


async def run_benches(url: str) -> None:
    """Every recipe."""
    async with httpx2.AsyncClient(trust_env=False) as http:
        for recipe in load_library().recipes:
            await bench(recipe, ExecutionClient(url, http))


def main() -> None:
    """The simulated market, every recipe."""
    folder = Path(tempfile.mkdtemp())
    with ToolServer(create_house_tools) as tools, running_server(folder, tools) as server:
        asyncio.run(run_benches(server.url))


if __name__ == "__main__":
    main()
