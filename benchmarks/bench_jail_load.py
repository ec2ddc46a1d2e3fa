"""Eight scripts at once, for some seconds each: executions per second, against fresh processes."""

import asyncio
import json
import logging
import sys
import time

import structlog
import uvloop

from benchmarks.jail import in_jail, running_engine
from benchmarks.measure import Contender
from benchmarks.rivals import in_fresh_process
from benchmarks.scripts import TABLE, TRIVIAL

AT_ONCE = 8
SECONDS = 4.0
ROUNDS = 3


async def per_second(run: Contender) -> float:
    """How many runs end in a second when `AT_ONCE` of them are always under way."""
    done = 0
    end = time.perf_counter() + SECONDS

    async def work() -> None:
        nonlocal done
        while time.perf_counter() < end:
            await run()
            done += 1

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return done / (time.perf_counter() - started)


async def bench(name: str, script: str) -> None:
    """The jail and fresh processes in turn."""
    async with running_engine(warm_children=None, at_once=AT_ONCE) as engine:
        rates: dict[str, list[float]] = {"fresh_process": [], "jail": []}
        for _ in range(ROUNDS):
            rates["fresh_process"].append(await per_second(in_fresh_process(script)))
            rates["jail"].append(await per_second(in_jail(engine, lambda _: script)))
    fresh, jail = (sorted(found)[ROUNDS // 2] for found in rates.values())
    line = {
        "benchmark": f"load_{name}",
        "at_once": AT_ONCE,
        "fresh_process_per_second": round(fresh, 2),
        "jail_per_second": round(jail, 1),
        "fresh_process_times": round(jail / fresh, 1),
    }
    sys.stdout.write(json.dumps(line) + "\n")


async def main() -> None:
    """Both scripts."""
    await bench("trivial", TRIVIAL)
    await bench("table", TABLE)


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    uvloop.run(main())
