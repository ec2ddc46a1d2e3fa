"""Interleaved rounds and their figures as JSON lines."""

import inspect
import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.rests import Pause

Contender = Callable[[], Any]


@dataclass(frozen=True)
class Figures:
    """Durations of one contender in milliseconds, sorted."""

    durations_ms: list[float]

    @property
    def median_ms(self) -> float:
        """The middle one."""
        return self.durations_ms[len(self.durations_ms) // 2]

    @property
    def p95_ms(self) -> float:
        """95 of 100 are not above it."""
        return self.durations_ms[int(len(self.durations_ms) * 0.95)]


async def run_rounds(
    contenders: dict[str, Contender], rounds: int, pause: Pause, *, in_pairs: bool = False
) -> dict[str, Figures]:
    """Each contender once in every round, `pause` before each, so that all meet the same machine.

    Each round has an order of its own, as a run meets the caches that the one before it left.
    `in_pairs`: each runs twice with nothing between, and the second time counts.
    """
    durations: dict[str, list[float]] = {name: [] for name in contenders}
    orders = random.Random(rounds)  # noqa: S311  the same orders in every run of a benchmark
    for _ in range(rounds):
        for name, contender in orders.sample(list(contenders.items()), len(contenders)):
            await pause()
            if in_pairs:
                await _run_once(contender)
            started = time.perf_counter()
            await _run_once(contender)
            durations[name].append((time.perf_counter() - started) * 1000)
    return {name: Figures(sorted(values)) for name, values in durations.items()}


async def _run_once(contender: Contender) -> None:
    done = contender()
    if inspect.isawaitable(done):
        await done


def print_line(benchmark: str, contender: str, figures: Figures, **facts: Any) -> None:
    """One JSON line."""
    line = {
        "benchmark": benchmark,
        "contender": contender,
        "median_ms": round(figures.median_ms, 3),
        "p95_ms": round(figures.p95_ms, 3),
        "rounds": len(figures.durations_ms),
        **facts,
    }
    sys.stdout.write(json.dumps(line) + "\n")
