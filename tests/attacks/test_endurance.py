"""Many executions in a row, some of them hostile: nobody else suffers, and the server does not grow.

`QNA_ENDURANCE_RUNS=10000` is the full length; `make endurance` sets it.
"""

import os
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from schemas.execution import Outcome
from tests.attacks.engines import ORDINARY, ORDINARY_RESULT
from tests.doubles.execution_server import ExecutionServer, running_server
from tests.doubles.tool_server import ToolServer

RUNS = int(os.environ.get("QNA_ENDURANCE_RUNS", "600"))
AT_ONCE = 8
HOSTILE_EVERY = 20
GROWTH_MAX = 0.05
ORDINARY_SCRIPTS = {
    "result = 1 + 1": 2,
    ORDINARY: ORDINARY_RESULT,
    "import numpy as np\nresult = float(np.linalg.norm(np.arange(5.0)))": 30.0**0.5,
    "import pandas as pd\nresult = pd.Series(range(100)).rolling(5).mean().sum()": 4752.0,
}
HOSTILE_SCRIPTS = {
    "import numpy as np\nnp.ones(10**9)\nresult = 1": {Outcome.OUT_OF_MEMORY, Outcome.RAISED},
    "def f(n):\n    return f(n + 1)\nresult = f(0)": {Outcome.RAISED},
    "while True: pass\nresult = 1": {Outcome.TIMED_OUT},
    "while True: print('x' * 100_000)\nresult = 1": {Outcome.TOO_MUCH_OUTPUT},
    "result = ['x' * 1000] * 100_000": {Outcome.TOO_MUCH_OUTPUT},
    "import os\nos.fork()\nresult = 1": {Outcome.REFUSED},
    "x = " + "(" * 5000 + ")" * 5000 + "\nresult = 1": {Outcome.REFUSED},
    "raise SystemExit(0)\nresult = 1": {Outcome.RAISED},
    "mcp_client.call_many([('add', {'numbers': [1]})] * 201)\nresult = 1": {Outcome.TOO_MANY_CALLS},
    "9 ** 9 ** 9\nresult = 1": {Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY},
}


def resident_bytes(pid: int) -> int:
    """Memory of the server that is in use."""
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def run_many(server: ExecutionServer, count: int) -> Counter[str]:
    """Every run that ended otherwise than it should."""
    chance = random.Random(count)  # noqa: S311  the same mixture every time
    wrong: Counter[str] = Counter()

    def run(place: int) -> None:
        if place % HOSTILE_EVERY == 0:
            script, expected = list(HOSTILE_SCRIPTS.items())[place // HOSTILE_EVERY % len(HOSTILE_SCRIPTS)]
            found = server.execute(script, timeout_seconds=0.5).outcome
            is_right = found in expected
        else:
            script, result = chance.choice(list(ORDINARY_SCRIPTS.items()))
            report = server.execute(script, timeout_seconds=30)
            found, is_right = report.outcome, report.result == result
        if not is_right:
            wrong[f"{found}: {script[:60]}"] += 1

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(run, range(count)))
    return wrong


@pytest.mark.timeout(1200)
def test_hostile_runs_harm_nobody_and_the_server_does_not_grow(tmp_path: Path, desk: ToolServer) -> None:
    with running_server(tmp_path, desk, executions_at_once=AT_ONCE, warm_children=AT_ONCE) as server:
        wrong = run_many(server, max(RUNS // 4, 200))
        before, descriptors = resident_bytes(server.process.pid), server.descriptors()
        wrong += run_many(server, RUNS)
        after = resident_bytes(server.process.pid)
        assert not wrong
        assert after < before * (1 + GROWTH_MAX)
        assert server.descriptors() <= descriptors + AT_ONCE
        assert server.execute(ORDINARY).result == ORDINARY_RESULT
