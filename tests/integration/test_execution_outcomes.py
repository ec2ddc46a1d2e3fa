"""Every fate of a script through the real execution server, which goes on after each of them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from schemas.execution import Outcome
from tests.doubles.execution_server import ExecutionServer

RAISED = {
    "def analyze():\n    return [][3]": "IndexError: list index out of range",
    "raise SystemExit(3)": "SystemExit: 3",
    "raise KeyboardInterrupt": "KeyboardInterrupt",
    "def f(n): return f(n + 1)\nf(0)": "RecursionError",
    "undefined": "NameError: name 'undefined' is not defined",
    "result = {'a': [object()]}": "NotJson: result.a[0]: a object cannot be part of a result",
}
REFUSED = {
    "import os": "line 1: the module 'os' is refused",
    "(1": "line 1: '(' was never closed",
    "def f():\n  return 1\n return 2": "line 3: unindent",
}
TIMED_OUT = {
    "while True: pass": "python",
    "sum(range(10**15))": "C code",
    "import re\nre.match('(a+)+b', 'a' * 60)": "a regular expression",
    "while True:\n  try:\n    while True: pass\n  except BaseException: pass": "one that will not end",
    "import time\ntime.sleep(60)": "sleep",
    "from mcp_client import wait\nwait(60)": "a tool",
}
OUT_OF_MEMORY = {
    "import numpy as np\nnp.ones(500_000_000)": 512,
    "grown = [0]\nwhile True: grown += grown": 64,
    "grown = 'x'\nwhile True: grown += grown": 64,
    "import pandas as pd\ndf = pd.DataFrame({'a': range(10**6)})\nwhile True: df = pd.concat([df, df])": 128,
}
TOO_MUCH = {
    "while True: print('x' * 1_000_000)": "printed more than it may",
    "result = list(range(600_000))": "returned more than it may",
    "result = ['x' * 1_000_000] * 9": "returned more than it may",
    "while True: mcp_client.step('again')": "printed more than it may",
}
TOO_MANY = {
    "for n in range(300): mcp_client.add([n])": "one after another",
    "mcp_client.call_many([('add', {'numbers': [n]}) for n in range(201)])": "at once",
}
CRASHED = {
    "import itertools\nx = iter(())\nfor _ in range(10**6): x = itertools.chain(x)\nlist(x)": "signal 11",
}
FAILURES: list[tuple[Outcome, str, str, str, dict[str, Any]]] = [
    *((Outcome.RAISED, "SCRIPT_ERROR", script, said, {}) for script, said in RAISED.items()),
    *((Outcome.REFUSED, "SCRIPT_REFUSED", script, said, {}) for script, said in REFUSED.items()),
    *(
        (
            Outcome.TIMED_OUT,
            "EXECUTION_TIMEOUT",
            script,
            "exceeded 0.3 second limit",
            {"timeout_seconds": 0.3},
        )
        for script in TIMED_OUT
    ),
    *(
        (
            Outcome.OUT_OF_MEMORY,
            "EXECUTION_OUT_OF_MEMORY",
            script,
            f"more than {size} MB",
            {"max_memory_mb": size},
        )
        for script, size in OUT_OF_MEMORY.items()
    ),
    *(
        (Outcome.TOO_MUCH_OUTPUT, "EXECUTION_OUTPUT_TOO_LARGE", script, said, {})
        for script, said in TOO_MUCH.items()
    ),
    *(
        (Outcome.TOO_MANY_CALLS, "EXECUTION_TOO_MANY_CALLS", script, "more than 200 tool calls", {})
        for script in TOO_MANY
    ),
    *((Outcome.CRASHED, "SCRIPT_CRASHED", script, said, {}) for script, said in CRASHED.items()),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: f"{failure[0]}: {failure[2]!r}")
def test_a_failing_script_has_its_outcome_and_the_server_goes_on(
    executor: ExecutionServer, failure: tuple[Outcome, str, str, str, dict[str, Any]]
) -> None:
    outcome, code, script, said, options = failure
    report = executor.execute(f"{script}\nif 0: result = 1\n", **options)
    assert (report.outcome, report.success, report.result) == (outcome, False, None)
    assert report.error is not None
    assert report.error.code == code
    assert said in report.error.message
    assert report.recovery_suggestions
    assert executor.execute("result = 1 + 1").result == 2


def test_an_exception_is_placed_in_the_script(executor: ExecutionServer) -> None:
    error = executor.execute("def f(x):\n    return 1 / x\n\nresult = f(0)\n").error
    assert error is not None
    assert error.details == {"exception": "ZeroDivisionError", "line": 2, "source": "return 1 / x"}


def test_a_refusal_carries_every_finding(executor: ExecutionServer) -> None:
    report = executor.execute("import os\nx = ().__class__\nresult = open('x')")
    assert [finding.line for finding in report.findings] == [1, 2, 3]
    assert all(finding.hint for finding in report.findings)


def test_a_time_out_says_how_far_the_script_came(executor: ExecutionServer) -> None:
    script = "import mcp_client\nfor n in 'abc': mcp_client.step(n)\nwhile True: pass\nresult = 1"
    report = executor.execute(script, timeout_seconds=0.3)
    assert report.error is not None
    assert report.error.details == {"timeout_seconds": 0.3, "steps_completed": 2, "last_step": "c"}
    assert report.metadata.steps == ["a", "b", "c"]
    assert 300 <= report.execution_time_ms < 1500


def test_what_was_printed_before_a_failure_is_kept(executor: ExecutionServer) -> None:
    report = executor.execute("print('one', 2, sep='-')\nprint('three', end='!')\n1 / 0\nresult = 1")
    assert report.metadata.printed == "one-2\nthree!"


def test_printing_much_but_not_too_much_is_cut(executor: ExecutionServer) -> None:
    report = executor.execute("for n in range(100): print('x' * 10_000)\nresult = 'done'")
    assert report.result == "done"
    assert len(report.metadata.printed) == 65_536


def test_memory_that_runs_out_may_be_caught_by_the_script(executor: ExecutionServer) -> None:
    script = "import numpy as np\ntry:\n    np.ones(10**9)\nexcept MemoryError:\n    result = 'caught'\n"
    assert executor.execute(script).result == "caught"


def test_a_cancelled_execution_ends_at_once(executor: ExecutionServer) -> None:
    with executor.stream("while True: pass\nresult = 1", execution_id="to-cancel") as events:
        assert next(events).type == "started"
        assert executor.http.post("/executions/to-cancel/cancel").status_code == 202
        last = list(events)[-1]
    assert last.type == "finished"
    assert last.report is not None
    assert last.report.outcome is Outcome.CANCELLED
    assert last.report.execution_time_ms < 1000


def test_a_script_that_waits_for_a_tool_can_be_cancelled(executor: ExecutionServer) -> None:
    with executor.stream("from mcp_client import wait\nresult = wait(60)", execution_id="waiting") as events:
        assert [next(events).type, next(events).type] == ["started", "tool_call_started"]
        executor.http.post("/executions/waiting/cancel")
        report = list(events)[-1].report
    assert report is not None
    assert report.outcome is Outcome.CANCELLED
    assert [call.tool for call in report.metadata.tool_calls] == ["wait"]


def test_what_was_used_is_reported(executor: ExecutionServer) -> None:
    small = executor.execute("result = 1").metadata.resources
    large = executor.execute(
        "import numpy as np\nresult = float(np.ones(10_000_000).sum())"
    ).metadata.resources
    assert small.peak_memory_bytes < 60_000_000 < large.peak_memory_bytes < 200_000_000
    busy = executor.execute("result = sum(range(10**7))").metadata.resources
    assert small.cpu_seconds < busy.cpu_seconds < 10


BAD_PARAMETERS = [
    ({"days": "many"}, "days", 'not of type "integer"'),
    ({"days": 3}, "days", "less than the minimum of 5"),
    ({"days": 5.5}, "days", "not of type"),
    ({"days": None}, "days", "not of type"),
    ({"symbols": ["A", 2]}, "symbols.1", 'not of type "string"'),
    ({"day": "31.1.2020"}, "day", "date"),
    ({"kind": "c"}, "kind", '"c" is not one of'),
    ({"dayz": 7}, "parameters", "dayz"),
]
SIGNATURE = """
from datetime import date
from typing import Literal

def analyze(days: int = 30, symbols: list[str] = ["A"], day: date = date(2020, 1, 31),
            kind: Literal["a", "b"] = "a", rate: float = 1, limit: int | None = None) -> dict:
    \"\"\"Say what came.

    days: look back, 5 to 1000
    \"\"\"
    return {"types": [type(x).__name__ for x in (days, symbols, day, kind, rate, limit)], "day": day}
"""


@pytest.mark.parametrize(("parameters", "field", "said"), BAD_PARAMETERS)
def test_a_wrong_parameter_is_named(
    executor: ExecutionServer, parameters: dict[str, Any], field: str, said: str
) -> None:
    report = executor.execute(SIGNATURE, parameters=parameters)
    assert report.outcome is Outcome.REFUSED
    assert report.error is not None
    assert report.error.code == "INVALID_PARAMETERS"
    (problem,) = report.error.details["fields"]
    assert problem["field"] == field
    assert said in problem["message"]


def test_parameters_arrive_in_their_types_and_are_reported_with_the_defaults(
    executor: ExecutionServer,
) -> None:
    report = executor.execute(SIGNATURE, parameters={"days": 7, "day": "2021-05-06", "limit": 3})
    assert report.result == {"types": ["int", "list", "date", "str", "float", "int"], "day": "2021-05-06"}
    assert report.metadata.parameters == {
        "days": 7, "symbols": ["A"], "day": "2021-05-06", "kind": "a", "rate": 1, "limit": 3,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("result = 1", 1),
        ("if __name__ == '__main__':\n    result = [1]", [1]),
        ("def analyze():\n    return {'a': None}", {"a": None}),
        ("result = 1\ndef analyze(n: int = 2):\n    return n", 2),
        ("result = mcp_client.add([1, 2])['total']", 3.0),
        ("import pandas as pd\nresult = pd.DataFrame({'x': [1, 2]})", [{"x": 1}, {"x": 2}]),
    ],
)
def test_the_result_is_what_analyze_returns_or_result_holds(
    executor: ExecutionServer, script: str, expected: Any
) -> None:
    report = executor.execute(script)
    assert (report.outcome, report.result) == (Outcome.COMPLETED, expected)


def test_numbers_that_json_has_not_become_null_with_a_warning(executor: ExecutionServer) -> None:
    report = executor.execute("result = {'a': [1.5, float('nan')]}")
    assert report.result == {"a": [1.5, None]}
    assert report.metadata.warnings == ["result.a[1] is nan and became null"]


def test_runs_at_the_same_time_do_not_mix(executor: ExecutionServer) -> None:
    scripts = [
        f"import random\nrandom.seed({n})\nx = mcp_client.add([{n}])['total']\nresult = x" for n in range(12)
    ]
    with ThreadPoolExecutor(max_workers=6) as pool:
        reports = list(pool.map(executor.execute, scripts))
    assert [report.result for report in reports] == [float(n) for n in range(12)]
    assert executor.execute("result = x").outcome is Outcome.RAISED
