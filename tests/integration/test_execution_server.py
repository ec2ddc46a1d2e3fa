"""The addresses of the execution server: checking, running with events, tools, health, errors."""

from pathlib import Path
from typing import Any

import pytest

from executor.__main__ import main
from sandbox_policies.policy import load_policy
from schemas.errors import ErrorResponse
from schemas.execution import Outcome
from schemas.tools import ServerState, ToolCatalogue
from schemas.validation import ValidationReport
from service.http import UnsafeAddress
from tests.doubles.execution_server import ExecutionServer

TALKATIVE = """
import mcp_client
from mcp_client import add

def analyze(n: int = 2) -> float:
    mcp_client.step("adding")
    print("hello")
    return add([n, 1])["total"]
"""


def validate(executor: ExecutionServer, script: str) -> ValidationReport:
    """The report of `/validate`."""
    reply = executor.http.post("/validate", json={"script": script})
    assert reply.status_code == 200, reply.text
    return ValidationReport.model_validate_json(reply.content)


def read_error(reply: Any, status: int) -> ErrorResponse:
    """The body in the one shape."""
    assert reply.status_code == status, reply.text
    body = ErrorResponse.model_validate_json(reply.content)
    assert body.request_id == reply.headers["x-request-id"]
    return body


def test_a_good_script_is_valid_with_its_calls_and_parameters(executor: ExecutionServer) -> None:
    report = validate(executor, TALKATIVE)
    assert (report.valid, report.errors, report.security_score) == (True, [], 100)
    assert report.mcp_calls == ["add"]
    assert report.parameters["properties"]["n"] == {"type": "integer", "title": "n", "default": 2}
    assert report.estimated_runtime_ms > 0


@pytest.mark.parametrize(
    ("call", "code", "said", "hint"),
    [
        ("prizes('KO')", "UNKNOWN_TOOL", "there is no tool 'prizes'", "Write prices."),
        ("call('weather', {})", "UNKNOWN_TOOL", "there is no tool 'weather'", "See the tool's signature."),
        ("prices('KO', dayz=3)", "TOOL_ARGUMENT", "did you mean 'days'?", "See"),
        ("prices('KO', days=0)", "TOOL_ARGUMENT", "0 is less than the minimum of 1", "See"),
        ("prices()", "TOOL_ARGUMENT", '"symbol" is a required property', "See"),
        ("prices(x, dayz=y)", "TOOL_ARGUMENT", "did you mean 'days'?", "See"),
        ("call('prices', {'dayz': y})", "TOOL_ARGUMENT", "did you mean 'days'?", "See"),
        ("call_many([('prices', {'symbol': 3})])", "TOOL_ARGUMENT", "3 is not of type", "See"),
    ],
)
def test_a_wrong_tool_call_is_found_before_anything_runs(
    executor: ExecutionServer, call: str, code: str, said: str, hint: str
) -> None:
    report = validate(executor, f"from mcp_client import prices, prizes, call, call_many\nresult = {call}")
    (finding,) = report.errors
    assert not report.valid
    assert (finding.code, finding.line) == (code, 2)
    assert said in finding.message
    assert finding.hint.startswith(hint)


def test_a_call_that_cannot_be_known_is_left_to_run_time(executor: ExecutionServer) -> None:
    script = "from mcp_client import prices, call\nresult = [prices(x, days=y), prices(**z), call(tool, {})]"
    assert validate(executor, script).valid


def test_wrong_calls_and_other_findings_come_in_the_order_of_the_text(executor: ExecutionServer) -> None:
    report = validate(executor, "import os\nx = mcp_client.prizes()\nresult = open('y')")
    assert [finding.line for finding in report.errors] == [1, 2, 3]


@pytest.mark.parametrize(
    "script",
    [
        "(" * 100_000,
        "x = " + "-" * 100_000 + "1",
        "x = a" + ".a" * 90_000,
        "x = " + "+".join("1" * 90_000),
        "x = " + "9" * 190_000,
        "x = 1\0",
    ],
    ids=lambda script: script[:12],
)
def test_a_bomb_for_the_parser_gets_a_report(executor: ExecutionServer, script: str) -> None:
    assert not validate(executor, script).valid
    assert executor.execute("result = 1").result == 1


def test_events_tell_what_happens_and_end_with_the_report(executor: ExecutionServer) -> None:
    with executor.stream(TALKATIVE, parameters={"n": 4}) as stream:
        events = list(stream)
    assert [event.type for event in events] == [
        "started", "step", "printed", "tool_call_started", "tool_call_finished", "finished",
    ]  # fmt: skip
    assert events[1].text == "adding"
    assert events[2].text == "hello\n"
    assert (events[3].tool, events[3].arguments) == ("add", {"numbers": [4, 1]})
    assert events[4].call is not None
    assert events[4].call.success
    report = events[5].report
    assert report is not None
    assert report.result == 5.0
    assert events[4].call == report.metadata.tool_calls[0]
    assert [event.at_ms for event in events] == sorted(event.at_ms for event in events)


def test_events_of_a_refused_script_are_only_the_end(executor: ExecutionServer) -> None:
    with executor.stream("import os\nresult = 1") as stream:
        (event,) = stream
    assert event.report is not None
    assert event.report.outcome is Outcome.REFUSED


def test_the_stream_is_json_lines(executor: ExecutionServer) -> None:
    headers = {"accept": "application/x-ndjson"}
    reply = executor.http.post("/execute", json=executor.body("result = 1"), headers=headers)
    assert reply.headers["content-type"] == "application/x-ndjson"
    assert reply.content.endswith(b"}\n")


def test_tools_are_listed_with_their_servers(executor: ExecutionServer) -> None:
    catalogue = ToolCatalogue.model_validate_json(executor.http.get("/tools").content)
    assert [tool.name for tool in catalogue.tools] == ["add", "fail", "find", "prices", "tally", "wait"]
    assert [server.name for server in catalogue.servers] == ["financial", "analytics", "validation"]
    assert {server.state for server in catalogue.servers} == {ServerState.CONNECTED}


def test_the_tools_come_with_the_policy_that_scripts_are_held_against(executor: ExecutionServer) -> None:
    catalogue = ToolCatalogue.model_validate_json(executor.http.get("/tools").content)
    tape = executor.execute("result = 1").tape
    assert tape is not None
    assert catalogue.policy_version == tape.policy_version != ""


def test_health_names_the_layers_of_the_jail_and_every_tool_server(executor: ExecutionServer) -> None:
    health = executor.health()
    assert (health.service, health.status) == ("executor", "up")
    assert [part.name for part in health.parts] == [
        "jail",
        "tool_answers",
        "financial",
        "analytics",
        "validation",
    ]
    layers = health.parts[0].facts["layers"]
    assert {layers[name] for name in load_policy().layers.required} == {"on"}
    assert health.parts[2].facts["tools"] == 6


BODY = {"script": "result = 1", "execution_id": "x"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"script": ""}, "script"),
        ({"script": "x" * 200_001}, "script"),
        ({"script": 5}, "script"),
        ({"execution_id": "../x"}, "execution_id"),
        ({"execution_id": "x" * 129}, "execution_id"),
        ({"timeout_seconds": 0}, "timeout_seconds"),
        ({"timeout_seconds": 121}, "timeout_seconds"),
        ({"max_memory_mb": 4096}, "max_memory_mb"),
        ({"max_memory_mb": 1}, "max_memory_mb"),
        ({"parameters": [1]}, "parameters"),
        ({"parameters": {"a": 10**30}}, "parameters.a"),
        ({"tape": {}}, "tape.execution_id"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_a_wrong_request_is_told_by_field(
    executor: ExecutionServer, change: dict[str, Any], field: str
) -> None:
    error = read_error(executor.http.post("/execute", json={**BODY, **change}), 422).error
    assert error.code == "INVALID_REQUEST"
    assert field in [problem["field"] for problem in error.details["fields"]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "INVALID_JSON"),
        (b"", "INVALID_REQUEST"),
        (b'{"script": "result = \\"\\ud800\\"", "execution_id": "x"}', "INVALID_REQUEST"),
        (b'{"script": "result = 1", "execution_id": "x", "parameters": {"a": "\\ud800"}}', "INVALID_REQUEST"),
        (b'{"script": "result = 1", "execution_id": "x", "parameters": {"a": NaN}}', "INVALID_REQUEST"),
    ],
)
def test_a_body_that_is_not_plain_json_is_refused(
    executor: ExecutionServer, content: bytes, code: str
) -> None:
    headers = {"content-type": "application/json"}
    reply = executor.http.post("/execute", content=content, headers=headers)
    assert read_error(reply, 422).error.code == code


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "NOT_FOUND"),
        ("GET", "/execute", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/executions/nobody/cancel", 404, "NOT_FOUND"),
    ],
)
def test_other_errors_have_the_one_shape(
    executor: ExecutionServer, method: str, path: str, status: int, code: str
) -> None:
    assert read_error(executor.http.request(method, path), status).error.code == code


def test_an_id_that_runs_already_is_refused(executor: ExecutionServer) -> None:
    with executor.stream("while True: pass\nresult = 1", execution_id="twin") as events:
        assert next(events).type == "started"
        second = executor.http.post("/execute", json={**BODY, "execution_id": "twin"})
        assert read_error(second, 409).error.code == "EXECUTION_ID_IN_USE"
        executor.http.post("/executions/twin/cancel")
        assert [event.type for event in events] == ["finished"]
    assert executor.execute("result = 1", execution_id="twin").result == 1


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("EXECUTION_SERVER_HOST", "0.0.0.0", "will not listen on '0.0.0.0'"),  # noqa: S104  it must refuse
        ("SANDBOX_POLICY_FILES", '["/nowhere/site.toml"]', "policy file '/nowhere/site.toml' cannot be read"),
    ],
)
def test_a_server_that_may_not_start_says_why_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, value)
    with pytest.raises((SystemExit, UnsafeAddress)) as caught:
        main()
    assert str(caught.value).startswith(f"executor: {said}")


def test_what_ran_is_counted_by_outcome_and_tool(executor: ExecutionServer) -> None:
    def read(line: str) -> float:
        found = [row for row in executor.http.get("/metrics").text.splitlines() if row.startswith(f"{line} ")]
        return float(found[0].rpartition(" ")[2]) if found else 0.0

    lines = [
        'qna_executions_total{outcome="completed"}',
        'qna_executions_total{outcome="raised"}',
        'qna_tool_calls_total{success="true",tool="add"}',
        'qna_tool_calls_total{success="false",tool="unknown"}',
        "qna_execution_seconds_count",
    ]
    before = list(map(read, lines))
    executor.execute("result = mcp_client.add([1])['total']")
    executor.execute("mcp_client.call('nothing', {})\nresult = 1")
    assert [now - then for now, then in zip(map(read, lines), before, strict=True)] == [1, 1, 1, 1, 2]
    assert read("qna_executions_running") == 0
