"""The execution server under load: a bounded queue, cancelling what waits, and nothing left behind."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest

from schemas.errors import ErrorResponse
from schemas.execution import Outcome
from tests.doubles.execution_server import ExecutionServer, running_server
from tests.doubles.tool_server import ToolServer

ENDLESS = "while True: pass\nresult = 1"
DEADLINE_SECONDS = 10.0


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for `condition`; it failing to come true fails the test."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.02)


def load_of(server: ExecutionServer) -> tuple[int, int]:
    """How many executions run and how many wait."""
    facts = server.jail_facts()
    return facts["running"], facts["waiting"]


def test_a_full_queue_turns_away_and_a_waiting_execution_can_be_cancelled(
    tmp_path: Path, desk: ToolServer
) -> None:
    settings: dict[str, Any] = {"executions_at_once": 1, "executions_waiting": 1, "warm_children": 0}
    with (
        running_server(tmp_path, desk, **settings) as server,
        ThreadPoolExecutor() as pool,
        ExitStack() as stack,
    ):
        events = stack.enter_context(server.stream(ENDLESS, execution_id="runs"))
        assert next(events).type == "started"
        waiting = pool.submit(server.execute, ENDLESS, execution_id="waits")
        wait_until(lambda: load_of(server) == (1, 1))
        turned_away = server.http.post("/execute", json=server.body("result = 1"))
        assert turned_away.status_code == 503
        assert turned_away.headers["retry-after"] == "2"
        assert ErrorResponse.model_validate_json(turned_away.content).error.code == "EXECUTION_QUEUE_FULL"
        server.http.post("/executions/waits/cancel")
        server.http.post("/executions/runs/cancel")
        assert waiting.result(timeout=5).outcome is Outcome.CANCELLED
        assert list(events)[-1].type == "finished"
        wait_until(lambda: load_of(server) == (0, 0))
        assert server.execute("result = 1").result == 1


def test_the_servers_own_limits_hold_unless_the_request_names_others(
    tmp_path: Path, desk: ToolServer
) -> None:
    settings: dict[str, Any] = {"execution_timeout_seconds": 0.3, "max_execution_memory_mb": 64}
    hungry = "import numpy as np\nresult = float(np.ones(12_000_000).sum())"
    with running_server(tmp_path, desk, **settings) as server:
        assert server.execute("import time\ntime.sleep(0.6)\nresult = 1").outcome is Outcome.TIMED_OUT
        assert server.execute("import time\ntime.sleep(0.6)\nresult = 1", timeout_seconds=5).result == 1
        assert server.execute(hungry, timeout_seconds=5).outcome is Outcome.OUT_OF_MEMORY
        assert server.execute(hungry, timeout_seconds=5, max_memory_mb=256).result == 12_000_000


def test_a_policy_file_of_the_operator_is_in_force_in_the_jail(tmp_path: Path, desk: ToolServer) -> None:
    site = tmp_path / "site.toml"
    site.write_text(
        "[limits]\ncalls_max = 2\n\n"
        '[[module]]\nid = "site-sklearn"\ndecision = "allow"\nwhy = "Our analysts fit linear models."\n'
        'modules = ["sklearn", "sklearn.linear_model"]\nloaded_for = ["sklearn"]\n'
        'accepts = ["from sklearn.linear_model import LinearRegression\\nresult = 1"]\n'
        'refuses = ["from sklearn.linear_model import _base"]\n',
        "utf-8",
    )
    script = (
        "import numpy as np\nfrom sklearn.linear_model import LinearRegression\n"
        "x = np.arange(9.0).reshape(-1, 1)\n"
        "result = round(float(LinearRegression().fit(x, 3 * x[:, 0]).coef_[0]), 9)"
    )
    with running_server(tmp_path, desk, sandbox_policy_files=[str(site)]) as server:
        assert server.execute(script).result == 3.0
        calls = server.execute("for n in range(3): mcp_client.add([n])\nresult = 1")
        assert calls.outcome is Outcome.TOO_MANY_CALLS
    with running_server(tmp_path, desk) as server:
        assert server.execute(script).outcome is Outcome.REFUSED


def test_a_cancelled_execution_ends_within_a_tenth_of_a_second(executor: ExecutionServer) -> None:
    took = []
    for place in range(5):
        with executor.stream(ENDLESS, execution_id=f"endless-{place}") as events:
            assert next(events).type == "started"
            asked = time.monotonic()
            executor.http.post(f"/executions/endless-{place}/cancel")
            assert list(events)[-1].type == "finished"
            took.append(time.monotonic() - asked)
    assert min(took) < 0.1


def test_cancelling_again_and_again_changes_nothing(executor: ExecutionServer) -> None:
    for place in range(5):
        name = f"again-{place}"
        with executor.stream(ENDLESS, execution_id=name) as events, ThreadPoolExecutor() as pool:
            assert next(events).type == "started"
            asked = list(
                pool.map(lambda _, name=name: executor.http.post(f"/executions/{name}/cancel"), range(6))
            )
            assert {reply.status_code for reply in asked} <= {202, 404}
            last = list(events)[-1]
        assert last.report is not None
        assert last.report.outcome is Outcome.CANCELLED


def test_a_rule_that_does_not_do_what_it_says_keeps_the_server_down(tmp_path: Path, desk: ToolServer) -> None:
    site = tmp_path / "site.toml"
    site.write_text(
        '[[module]]\nid = "site-odd"\ndecision = "allow"\nwhy = "It allows nothing of the sort."\n'
        'modules = ["shlex"]\naccepts = ["import os\\nresult = 1"]\nrefuses = ["import sys"]\n',
        "utf-8",
    )
    with pytest.raises(AssertionError, match="rule 'site-odd' should accept"):  # noqa: SIM117
        with running_server(tmp_path, desk, sandbox_policy_files=[str(site)]):
            pass


def test_hanging_up_ends_the_execution(executor: ExecutionServer) -> None:
    with executor.stream(ENDLESS, execution_id="abandoned") as events:
        assert next(events).type == "started"
    wait_until(lambda: load_of(executor)[0] == 0)
    assert executor.execute("result = 1", execution_id="abandoned").result == 1


def test_hanging_up_ends_an_execution_that_is_not_streamed(executor: ExecutionServer) -> None:
    body = executor.body(ENDLESS, execution_id="left", timeout_seconds=120)
    with (
        httpx2.Client(base_url=executor.url, trust_env=False) as impatient,
        pytest.raises(httpx2.ReadTimeout),
    ):
        impatient.post("/execute", json=body, timeout=httpx2.Timeout(30, read=0.5))
    wait_until(lambda: load_of(executor)[0] == 0)
    assert executor.execute("result = 1", execution_id="left").result == 1


def test_two_hundred_runs_leave_no_process_and_no_descriptor_behind(executor: ExecutionServer) -> None:
    scripts = [
        "result = 1",
        "import pandas as pd\nresult = pd.Series([1, 2]).sum()",
        "result = mcp_client.add([1])['total']",
        "1 / 0\nresult = 1",
        "import os\nresult = 1",
    ]
    for script in scripts * 2:
        executor.execute(script)
    wait_until(executor.is_at_rest)
    before = executor.descriptors()
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(executor.execute, scripts * 40))
    wait_until(executor.is_at_rest)
    wait_until(lambda: executor.descriptors() <= before + 3)  # our own further connections
