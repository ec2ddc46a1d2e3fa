"""Tools as a script sees them, and the recording of what they answered."""

from typing import Any

import pytest

from schemas.execution import ExecutionReport, Outcome, Tape
from tests.doubles.execution_server import ExecutionServer

ASK = """
from mcp_client import prices, tally, call_many, ToolError

def analyze(symbol: str = "KO", days: int = 3) -> dict:
    first = tally()["count"]
    answered = prices(symbol, days=days)
    second = mcp_client.call("tally", {})["count"]
    return {"close": answered["data"]["close"], "first": first, "second": second}
"""
RANDOM = """
import random, uuid
from datetime import date, datetime
import numpy as np
import pandas as pd

result = {
    "now": [datetime.now(), date.today(), pd.Timestamp.now(tz="Europe/Paris")],
    "numpy": [np.random.rand(3), np.random.default_rng().normal(size=3)],
    "random": [random.random(), str(uuid.uuid4()), pd.Series(range(50)).sample(5)],
    "order": list({"b", "a", "c", "d"}),
    "identity": {str(name): hash(name) for name in ("a", "b")},
}
"""


def tape_of(report: ExecutionReport) -> dict[str, Any]:
    """The recording as a client would send it back."""
    assert report.tape is not None
    return report.tape.model_dump(mode="json")


def test_a_tool_answers_with_its_structured_content(executor: ExecutionServer) -> None:
    report = executor.execute("from mcp_client import prices\nresult = prices('KO', 2)")
    assert report.result["data"]["close"] == [100.0, 101.0]


def test_what_was_called_is_told_with_source_rows_and_time(executor: ExecutionServer) -> None:
    report = executor.execute(
        "from mcp_client import prices, add\nprices('KO', 2)\nprices('KO', 2)\nresult = add([1])"
    )
    metadata = report.metadata
    assert (metadata.mcp_calls_made, metadata.data_sources) == (["prices", "add"], ["desk"])
    first, again, last = metadata.tool_calls
    assert first.arguments == {"symbol": "KO", "days": 2}
    assert (first.occurrence, again.occurrence, last.occurrence) == (0, 1, 0)
    assert first.digest == again.digest != last.digest
    assert (first.row_count, last.row_count) == (2, None)
    assert first.metadata == {"source": "desk", "symbol": "KO"}
    assert 0 <= first.started_ms <= again.started_ms
    assert first.duration_ms > 0


def test_an_answer_that_is_still_true_is_given_again_and_the_tape_says_so(executor: ExecutionServer) -> None:
    report = executor.execute("from mcp_client import prices\nresult = [prices('XOM', 7), prices('XOM', 7)]")
    first, again = report.result
    assert first == again
    assert [call.cache_hit for call in report.metadata.tool_calls] == [False, True]
    assert report.metadata.cache_hit
    assert [call["cache_hit"] for call in tape_of(report)["calls"]] == [False, True]


def test_independent_calls_run_at_once_and_answer_in_order(executor: ExecutionServer) -> None:
    script = (
        "from mcp_client import call_many\n"
        "answers = call_many([('wait', {'seconds': 0.4 - n / 100}) for n in range(12)])\n"
        "result = [a['total'] for a in answers] + call_many([])"
    )
    report = executor.execute(script)
    assert report.result == [0.4 - n / 100 for n in range(12)]
    assert report.execution_time_ms < 2000


@pytest.mark.parametrize(
    ("call", "code", "message"),
    [
        ("find('APPL')", "unknown_symbol", "no APPL"),
        ("call('prizes', {})", "unknown_tool", "there is no tool 'prizes'; did you mean 'prices'?"),
        ("prices('KO', 0)", "bad_argument", "prices: days: 0 is less than the minimum of 1"),
        ("prices(symbl='KO')", "bad_argument", "prices has no argument 'symbl'; did you mean 'symbol'?"),
    ],
)
def test_a_failed_call_raises_an_error_that_can_be_caught(
    executor: ExecutionServer, call: str, code: str, message: str
) -> None:
    script = (
        "from mcp_client import find, prices, call, ToolError\n"
        f"try:\n    {call}\nexcept ToolError as e:\n    result = [e.code, e.message, str(e), e.tool]\n"
    )
    tool = call.removeprefix("call('").split("(")[0].split("'")[0]
    report = executor.execute(script)
    assert report.result == [code, message, message, tool]
    assert report.metadata.tool_calls[0].success is False


def test_an_uncaught_tool_error_tells_what_is_near(executor: ExecutionServer) -> None:
    report = executor.execute("from mcp_client import find\nresult = find('APPL')")
    assert report.outcome is Outcome.RAISED
    assert report.error is not None
    assert report.error.message == "ToolError: no APPL"
    assert report.error.details["tool_error"]["code"] == "unknown_symbol"
    assert report.recovery_suggestions[0] == "Did you mean AAPL?"


def test_an_import_of_an_unknown_tool_fails_by_name(executor: ExecutionServer) -> None:
    report = executor.execute("from mcp_client import prizes\nresult = 1")
    assert report.error is not None
    assert "prizes" in report.error.message


def test_arguments_are_converted_like_results(executor: ExecutionServer) -> None:
    ask = "[add(x)['total'] for x in (np.array([1.5, 2]), (1,), pd.Series([2]))]"
    script = f"import numpy as np, pandas as pd\nfrom mcp_client import add\nresult = {ask}"
    assert executor.execute(script).result == [3.5, 1.0, 2.0]


def test_the_tape_holds_everything_that_a_replay_needs(executor: ExecutionServer) -> None:
    report = executor.execute(ASK, parameters={"days": 2})
    tape = Tape.model_validate(tape_of(report))
    assert tape.execution_id == report.execution_id
    assert (tape.script, tape.parameters) == (ASK, {"symbol": "KO", "days": 2})
    assert {"python", "numpy", "pandas"} <= tape.packages.keys()
    assert len(tape.script_sha256) == len(tape.catalogue_digest) == 64
    assert [call.tool for call in tape.calls] == ["tally", "prices", "tally"]
    assert [call.occurrence for call in tape.calls] == [0, 0, 1]
    assert tape.calls[1].response["data"]["close"] == [100.0, 101.0]
    assert tape.calls[1].size > 0


def test_a_replay_gives_the_same_result_although_the_world_went_on(executor: ExecutionServer) -> None:
    first = executor.execute(ASK)
    live = executor.execute(ASK)
    replayed = executor.execute(ASK, tape=tape_of(first))
    assert live.result != first.result
    assert replayed.result == first.result
    assert [call.digest for call in replayed.metadata.tool_calls] == [
        call.digest for call in first.metadata.tool_calls
    ]
    assert tape_of(replayed)["calls"] == tape_of(first)["calls"]


def test_a_replay_takes_answers_by_arguments_and_not_by_order(executor: ExecutionServer) -> None:
    script = "from mcp_client import add\nresult = [add([n])['total'] for n in {}]"
    first = executor.execute(script.format("[1, 2]"))
    assert executor.execute(script.format("[2, 1]"), tape=tape_of(first)).result == [2.0, 1.0]


def test_a_replay_repeats_a_failed_call(executor: ExecutionServer) -> None:
    script = (
        "from mcp_client import find, ToolError\n"
        "try:\n    find('X')\nexcept ToolError as e:\n    result = [e.code, e.details]\n"
    )
    first = executor.execute(script)
    assert first.result == ["unknown_symbol", {"nearest": ["AAPL"]}]
    assert executor.execute(script, tape=tape_of(first)).result == first.result


def test_a_replay_that_leaves_its_tape_names_the_call(executor: ExecutionServer) -> None:
    first = executor.execute(ASK)
    replayed = executor.execute(ASK, parameters={"symbol": "XOM"}, tape=tape_of(first))
    assert replayed.outcome is Outcome.REFUSED
    assert replayed.error is not None
    assert replayed.error.code == "REPLAY_DIVERGED"
    assert replayed.error.details == {
        "tool": "prices",
        "arguments": {"symbol": "XOM", "days": 3},
        "occurrence": 0,
    }


def test_a_replay_asks_no_tool(executor: ExecutionServer) -> None:
    taped = tape_of(executor.execute("from mcp_client import tally\nresult = tally()['count']"))
    for _ in range(3):
        executor.execute("from mcp_client import tally\nresult = tally()['count']", tape=taped)
    after = executor.execute("from mcp_client import tally\nresult = tally()['count']").result
    assert after == taped["calls"][0]["response"]["count"] + 1


def test_clock_and_chance_come_from_the_tape(executor: ExecutionServer) -> None:
    first = executor.execute(RANDOM)
    assert first.outcome is Outcome.COMPLETED, first.error
    replays = [executor.execute(RANDOM, tape=tape_of(first)) for _ in range(3)]
    bodies = {report.model_dump_json(include={"result"}) for report in [first, *replays]}
    assert len(bodies) == 1
    assert first.result["now"][0] == tape_of(first)["clock"].removesuffix("Z")


def test_the_same_script_has_the_same_chance_whatever_its_execution(executor: ExecutionServer) -> None:
    script = (
        "import random\nimport numpy as np\nresult = [random.random(), np.random.default_rng().random(4)]"
    )
    results = [executor.execute(script, execution_id=f"chance-{place}").result for place in range(4)]
    assert all(result == results[0] for result in results)


def test_the_clock_is_that_of_the_start_and_stands_still(executor: ExecutionServer) -> None:
    script = (
        "from datetime import datetime, UTC\nimport time\n"
        "a = datetime.now(UTC)\ntime.sleep(0.05)\nresult = [a, datetime.now(UTC)]"
    )
    report = executor.execute(script)
    first, second = report.result
    assert first == second
    assert abs((report.timestamp - Tape.model_validate(tape_of(report)).clock).total_seconds()) < 5


@pytest.mark.parametrize("zone", ["Europe/Paris", "Asia/Kolkata", "US/Eastern", "Etc/GMT+5", "Pacific/Apia"])
def test_every_time_zone_is_there_although_no_file_is(executor: ExecutionServer, zone: str) -> None:
    script = (
        "import pandas as pd\nfrom datetime import datetime\nfrom zoneinfo import ZoneInfo\n"
        f"stamp = pd.Timestamp('2020-07-01 12:00', tz='UTC').tz_convert('{zone}')\n"
        f"plain = datetime(2020, 7, 1, 12, tzinfo=ZoneInfo('UTC')).astimezone(ZoneInfo('{zone}'))\n"
        "result = [stamp, plain]"
    )
    report = executor.execute(script)
    assert report.outcome is Outcome.COMPLETED, report.error
    assert report.result[0] == report.result[1]


def test_a_tape_of_hostile_values_is_refused_at_the_door(executor: ExecutionServer) -> None:
    tape = tape_of(executor.execute("from mcp_client import add\nresult = add([1])"))
    tape["calls"][0]["response"] = 10**30
    reply = executor.http.post("/execute", json=executor.body("result = 1", tape=tape))
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "INVALID_REQUEST")
