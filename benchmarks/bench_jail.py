"""One script in the jail, engine level: against a fresh process, plain `exec` and a warm Jupyter kernel."""

import logging

import structlog
import uvloop

from benchmarks.jail import in_jail, running_engine
from benchmarks.measure import Figures, print_line, run_rounds
from benchmarks.rests import Pause, go_on, rest
from benchmarks.rivals import (
    byte_and_back,
    in_fresh_process,
    in_this_process,
    jupyter_kernel,
    new_in_this_process,
)
from benchmarks.scripts import TABLE, TRIVIAL, varied

ROUNDS = 40


async def bench(name: str, script: str, pause: Pause) -> None:
    """All contenders, `pause` before each; a `new` text was never seen before."""
    with byte_and_back() as floor:
        async with (
            running_engine(warm_children=None) as warm,
            running_engine(warm_children=0) as cold,
            jupyter_kernel(script) as in_kernel,
        ):
            contenders = {
                "fresh_process": in_fresh_process(script),
                "plain_exec_new": new_in_this_process(lambda number: varied(script, number)),
                "jail_warm_repeated": in_jail(warm, lambda _: script),
                "jupyter_warm": in_kernel,
                "plain_exec": in_this_process(script),
                "jail_warm_new": in_jail(warm, lambda number: varied(script, number)),
                "byte_and_back": floor,
                "jail_on_demand": in_jail(cold, lambda _: script),
            }
            figures = await run_rounds(contenders, ROUNDS, pause)
    print_ratios(f"jail_{name}", figures)


def print_ratios(benchmark: str, figures: dict[str, Figures]) -> None:
    """A line for each contender, with its rivals' figures of the same rounds."""
    for contender, found in figures.items():
        print_line(
            benchmark,
            contender,
            found,
            fresh_process_times=round(figures["fresh_process"].median_ms / found.median_ms, 1),
            jupyter_ratio=round(found.median_ms / figures["jupyter_warm"].median_ms, 3),
            plain_exec_ratio=round(found.median_ms / plain_of(contender, figures).median_ms, 2),
        )


def plain_of(contender: str, figures: dict[str, Figures]) -> Figures:
    """The rival without a jail: it has to compile what the contender has to."""
    return figures["plain_exec_new" if contender.endswith("_new") else "plain_exec"]


async def bench_right_after(name: str, script: str) -> None:
    """A run right after another one, of the same contender: code, caches and cores are awake."""
    async with running_engine(warm_children=None) as warm, jupyter_kernel(script) as in_kernel:
        contenders = {
            "fresh_process": in_fresh_process(script),
            "jupyter_warm": in_kernel,
            "plain_exec": in_this_process(script),
            "jail_warm_repeated": in_jail(warm, lambda _: script),
        }
        figures = await run_rounds(contenders, ROUNDS, rest, in_pairs=True)
    print_ratios(f"jail_{name}_right_after", figures)


async def main() -> None:
    """Both scripts, in turn and rested; the one that costs least also right after another run."""
    await bench("trivial_in_turn", TRIVIAL, go_on)
    await bench("table_in_turn", TABLE, go_on)
    await bench("trivial_rested", TRIVIAL, rest)
    await bench("table_rested", TABLE, rest)
    await bench_right_after("trivial", TRIVIAL)


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    uvloop.run(main())
