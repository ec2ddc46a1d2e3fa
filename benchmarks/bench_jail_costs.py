"""What the jail adds: guards in a hot loop, a tool's round trip, and memory of waiting children."""

import json
import logging
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import structlog
import uvloop

from benchmarks.jail import in_jail, running_engine
from benchmarks.measure import print_line, run_rounds
from benchmarks.rests import rest
from benchmarks.rivals import byte_and_back, in_this_process
from benchmarks.scripts import HOT_LOOP, TABLE, TRIVIAL
from executor.broker.broker import Answer, Broker
from executor.engine import Engine
from executor.jail.process import ChildProcess

ROUNDS = 20
CALLS = 150
CALLING = "from mcp_client import instant\nfor place in range({calls}):\n    instant(place=place)\nresult = 1"


class InstantBroker(Broker):
    """Has one tool, which answers at once: what is left is the way there and back."""

    def tool_names(self) -> list[str]:
        return ["instant"]

    def bind_arguments(self, _name: str, _positional: list[Any], named: dict[str, Any]) -> dict[str, Any]:
        return named

    def name_of(self, name: str) -> str:
        return name

    async def answer(self, _name: str, arguments: dict[str, Any]) -> Answer:
        return Answer({"place": arguments["place"]})


async def bench_hot_loop(engine: Engine) -> None:
    """A million rounds of arithmetic, list and dict access."""
    contenders = {"plain_exec": in_this_process(HOT_LOOP), "jail": in_jail(engine, lambda _: HOT_LOOP)}
    figures = await run_rounds(contenders, 7, rest)
    ratio = round(figures["jail"].median_ms / figures["plain_exec"].median_ms, 2)
    for contender, found in figures.items():
        print_line("hot_loop", contender, found, plain_exec_ratio=ratio if contender == "jail" else 1.0)


def bare_round_trip_us() -> float:
    """A byte to another process and back, again and again."""
    durations = []
    with byte_and_back() as run:
        for _ in range(20 * CALLS):
            started = time.perf_counter()
            run()
            durations.append((time.perf_counter() - started) * 1e6)
    return statistics.median(durations)


async def bench_round_trip(engine: Engine) -> None:
    """Calls in a row in one script, less the same script without a call."""
    engine.broker = engine.around.broker = InstantBroker([], 1)
    contenders = {
        "without": in_jail(engine, lambda _: CALLING.format(calls=0)),
        "with": in_jail(engine, lambda _: CALLING.format(calls=CALLS)),
    }
    figures = await run_rounds(contenders, ROUNDS, rest)
    trip_us = (figures["with"].median_ms - figures["without"].median_ms) / CALLS * 1000
    bare_us = bare_round_trip_us()
    line = {
        "benchmark": "tool_round_trip",
        "calls": CALLS,
        "median_us": round(trip_us, 1),
        "bare_socket_us": round(bare_us, 1),
        "bare_socket_ratio": round(trip_us / bare_us, 2),
    }
    sys.stdout.write(json.dumps(line) + "\n")


def private_mebibytes(child: ChildProcess) -> float:
    """Memory that a child shares with nobody."""
    rollup = Path(f"/proc/{child.pid}/smaps_rollup").read_text("ascii").splitlines()
    return sum(int(line.split()[1]) for line in rollup if line.startswith("Private_")) / 1024


async def bench_memory(engine: Engine) -> None:
    """Private memory of waiting children: those that are sealed and wait, and those that have rehearsed."""
    for loaded, script in (("python", TRIVIAL), ("pandas", TABLE)):
        jail = await engine.jails.for_script(script)
        for kind, children in jail.pool.waiting().items():
            found = statistics.median(private_mebibytes(child) for child in children)
            line = {"benchmark": "child_memory", "loaded": loaded, "kind": kind, "children": len(children)}
            sys.stdout.write(json.dumps({**line, "private_mebibytes": round(found, 2)}) + "\n")


async def main() -> None:
    """All of them, on one engine."""
    async with running_engine(warm_children=None) as engine:
        await bench_memory(engine)
        await bench_hot_loop(engine)
        await bench_round_trip(engine)


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    uvloop.run(main())
