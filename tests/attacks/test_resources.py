"""Scripts that take all they can: their own run ends in time and in bounds, the server and others go on."""

import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from schemas.execution import Outcome
from tests.attacks.engines import ORDINARY, ORDINARY_RESULT, RunningEngine

SECONDS = 0.5
SECONDS_TO_FILL = 15.0
MEMORY_MB = 256
MEBIBYTE = 1024 * 1024
SLACK_SECONDS = 4.0
GROWTH_MAX = 64 * MEBIBYTE
ENDLESS_SECONDS = 1.0
PLAIN_SECONDS = 20.0
PLAIN_MEMORY = 768 * MEBIBYTE
PLAIN_OUTPUT = 4_000_000

TAKES: dict[str, tuple[str, str, set[Outcome]]] = {
    "a list that doubles": (
        "memory",
        "grown = [0]\nwhile True: grown += grown",
        {Outcome.OUT_OF_MEMORY},
    ),
    "a text that doubles": (
        "memory",
        "grown = 'x'\nwhile True: grown = grown + grown",
        {Outcome.OUT_OF_MEMORY},
    ),
    "numpy pages that are written": (
        "memory",
        "import numpy as np\nheld = []\nwhile True: held.append(np.ones(4_000_000))",
        {Outcome.OUT_OF_MEMORY},
    ),
    "a product of tables": (
        "memory",
        """
import pandas as pd
table = pd.DataFrame({"a": range(20_000)})
result = len(table.merge(table, how="cross"))
""",
        {Outcome.OUT_OF_MEMORY},
    ),
    "memory taken again in the handler": (
        "memory",
        """
held = []
while True:
    try:
        held.append(bytearray(8_000_000))
    except MemoryError:
        result = bytearray(2_000_000_000)
""",
        {Outcome.OUT_OF_MEMORY},
    ),
    "a loop": ("time", "while True: pass", {Outcome.TIMED_OUT}),
    "a loop that catches everything": (
        "time",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        {Outcome.TIMED_OUT},
    ),
    "a power in C": ("time", "result = 7 ** (10 ** 8)", {Outcome.TIMED_OUT}),
    "a sum in C": ("time", "result = sum(range(10 ** 12))", {Outcome.TIMED_OUT}),
    "a search in C": ("time", "import re\nresult = re.match('(x|xx)+y', 'x' * 60)", {Outcome.TIMED_OUT}),
    "a matrix in C": (
        "time",
        "import numpy as np\na = np.ones((1200, 1200))\nwhile True: a = a @ a / 1200",
        {Outcome.TIMED_OUT},
    ),
    "a sleep": ("time", "import time\ntime.sleep(60)", {Outcome.TIMED_OUT}),
    "a comparison in C": (
        "time",
        "import itertools\nresult = max(itertools.repeat(1, 10 ** 12))",
        {Outcome.TIMED_OUT},
    ),
    "recursion": (
        "end",
        "def dive(): return dive()\nresult = dive()",
        {Outcome.RAISED},
    ),
    "recursion in C": (
        "end",
        """
import itertools
chain = iter(())
for _ in range(10 ** 6):
    chain = itertools.chain(chain)
result = list(chain)
""",
        {Outcome.CRASHED},
    ),
    "output": ("output", "for _ in range(300): print('x' * 100_000)", {Outcome.TOO_MUCH_OUTPUT}),
    "output in small pieces": (
        "output",
        "for _ in range(300_000): print('x' * 99)",
        {Outcome.TOO_MUCH_OUTPUT},
    ),
    "a large result": ("output", "result = 'x' * 9_000_000", {Outcome.TOO_MUCH_OUTPUT}),
    "a result of many values": ("output", "result = list(range(600_000)) * 2", {Outcome.TOO_MUCH_OUTPUT}),
}
every_taking = pytest.mark.parametrize("taking", TAKES)


@every_taking
def test_without_a_jail_it_is_taken(taking: str) -> None:
    kind, script, _ = TAKES[taking]
    seconds = ENDLESS_SECONDS if kind == "time" else PLAIN_SECONDS
    assert kind in observe_plainly(f"result = 1\n{script}\nprint(result)", seconds)


@every_taking
@pytest.mark.parametrize("walls", ["jail", "unwalled"])
def test_the_run_ends_in_bounds_and_its_neighbour_never_notices(
    taking: str, walls: str, request: pytest.FixtureRequest
) -> None:
    engine: RunningEngine = request.getfixturevalue(walls)
    kind, script, outcomes = TAKES[taking]
    seconds = SECONDS if kind == "time" else SECONDS_TO_FILL
    before = resident_bytes()
    greedy, neighbour = engine.execute_together(
        [f"result = 1\n{script}", ORDINARY], timeout_seconds=seconds, max_memory_mb=MEMORY_MB
    )
    assert greedy.outcome in outcomes, greedy.error
    assert greedy.execution_time_ms / 1000 < seconds + SLACK_SECONDS
    assert neighbour.result == ORDINARY_RESULT
    assert resident_bytes() - before < GROWTH_MAX


def test_no_descriptor_can_be_hoarded(unwalled: RunningEngine) -> None:
    script = """
import os, socket
taken = 0
for attempt in (os.dup, lambda _: socket.socket(), lambda _: os.pipe(), lambda _: os.eventfd(0)):
    for _ in range(100):
        try:
            attempt(3)
            taken += 1
        except OSError:
            break
result = taken
"""
    assert unwalled.execute(script).result == 0


def test_no_thread_or_process_can_be_multiplied(unwalled: RunningEngine) -> None:
    script = """
import os, _thread
taken = 0
for attempt in (os.fork, lambda: _thread.start_new_thread(print, ())):
    for _ in range(100):
        try:
            attempt()
            taken += 1
        except (OSError, RuntimeError):
            break
result = taken
"""
    assert unwalled.execute(script).result == 0


def test_a_process_that_ignores_its_time_limit_ends(unwalled: RunningEngine) -> None:
    script = "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass"
    report = unwalled.execute(script, timeout_seconds=SECONDS)
    assert report.outcome is Outcome.TIMED_OUT
    assert report.execution_time_ms / 1000 < SECONDS + SLACK_SECONDS


def observe_plainly(script: str, seconds: float) -> set[str]:
    """What a script takes where nothing but `seconds` and `PLAIN_MEMORY` bounds it."""
    limit = (
        "import resource\n"
        f"resource.setrlimit(resource.RLIMIT_AS, ({PLAIN_MEMORY}, {PLAIN_MEMORY}))\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
    )
    command = [sys.executable, "-s", "-P", "-c", limit + script]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"OPENBLAS_NUM_THREADS": "1"}
    )
    with process:
        late = threading.Timer(seconds, process.kill)
        late.start()
        printed, said = process.communicate()
        late.cancel()
    seen = {
        "time": process.returncode == -signal.SIGKILL,
        "memory": b"MemoryError" in said,
        "output": len(printed) > PLAIN_OUTPUT,
        "end": process.returncode not in (0, -signal.SIGKILL),
    }
    return {kind for kind, is_so in seen.items() if is_so}


def resident_bytes() -> int:
    """Memory of this process, in which the engine runs."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
