"""Other people's MCP servers, unchanged, beside our own tools in one script."""

import ast
import json
from collections.abc import Iterator
from typing import Any

import pytest

from api_server.llm.provider import Draft
from api_server.signatures import render_stubs
from api_server.writing.repair import is_repairable
from mcp_servers.analytics.app import create_server
from schemas.execution import Outcome
from schemas.tools import ServerState, ToolCatalogue
from tests.doubles.execution_server import ExecutionServer, running_server
from tests.doubles.peers import node_server, require_peers, time_server
from tests.doubles.tool_server import ToolServer

SCRIPT = """
import mcp_client
from mcp_client import (
    calculate_max_drawdown, convert_time, create_entities, create_relations, get_structured_content,
    get_sum, read_graph, call_many, ToolError,
)

def analyze(city: str = "New York") -> dict:
    noon = convert_time("Asia/Kolkata", "12:00", target_timezone="Asia/Tokyo")
    total = get_sum(a=1, b=2)
    exact = mcp_client.call("get-sum", {"a": 3, "b": 4})
    weather = get_structured_content(city)
    create_entities([
        {"name": name, "entityType": "company", "observations": ["listed"]} for name in ("AAPL", "MSFT")
    ])
    create_relations([{"from": "AAPL", "to": "MSFT", "relationType": "competes with"}])
    graph = read_graph()
    try:
        mcp_client.call("get-sum", {"a": city, "b": 1})
    except ToolError as error:
        refused = error.code
    fall, echoed = call_many([
        ("calculate_max_drawdown", {"prices": [100, 120, 90, 110]}),
        ("echo", {"message": "hello"}),
    ])
    return {
        "difference": noon["time_difference"], "total": total, "exact": exact, "weather": sorted(weather),
        "relations": [[link["from"], link["to"]] for link in graph["relations"]], "refused": refused,
        "fall": round(fall["max_drawdown"], 9), "echoed": echoed,
    }
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExecutionServer]:
    require_peers()
    folder = tmp_path_factory.mktemp("peers")
    peers: dict[str, Any] = {
        "everything": node_server("everything"),
        "memory": node_server(
            "memory", env={"MEMORY_FILE_PATH": "${MEMORY_FOLDER:-" + str(folder) + "}/graph.json"}
        ),
        "time": time_server(),
        "unset": {"url": "http://127.0.0.1:9/mcp", "headers": {"Authorization": "Bearer ${NO_SUCH_TOKEN}"}},
        "off": {"command": "nothing", "disabled": True},
    }
    file = folder / "mcp_servers.json"
    file.write_text(json.dumps({"mcpServers": peers}), "utf-8")
    with ToolServer(create_server) as ours, running_server(folder, ours) as running:
        yield running


def catalogue_of(server: ExecutionServer) -> ToolCatalogue:
    """What scripts can call."""
    return ToolCatalogue.model_validate_json(server.http.get("/tools").content)


def test_one_script_uses_our_tools_and_three_other_servers(server: ExecutionServer) -> None:
    report = server.execute(SCRIPT)
    assert report.outcome is Outcome.COMPLETED, report.error
    assert report.result == {
        "difference": "+3.5h",
        "total": "The sum of 1 and 2 is 3.",
        "exact": "The sum of 3 and 4 is 7.",
        "weather": ["conditions", "humidity", "temperature"],
        "relations": [["AAPL", "MSFT"]],
        "refused": "bad_argument",
        "fall": -0.25,
        "echoed": "Echo: hello",
    }
    assert report.tape is not None
    assert [call.tool for call in report.tape.calls if call.tool == "get_sum"] == ["get_sum"] * 3


def test_what_a_tool_says_in_words_is_for_whoever_wrote_the_call(server: ExecutionServer) -> None:
    report = server.execute(
        "from mcp_client import convert_time\nresult = convert_time('Mars/Phobos', '12:00', 'Asia/Tokyo')"
    )
    assert report.error is not None
    assert report.error.details["tool_error"]["code"] == "tool_refused"
    assert "Mars/Phobos" in report.error.message
    assert is_repairable(report, Draft(report.error.message, "", (), "m"))


def test_the_script_is_valid_before_it_runs_and_a_wrong_argument_is_not(server: ExecutionServer) -> None:
    def errors(script: str) -> list[str]:
        return [
            each["message"]
            for each in server.http.post("/validate", json={"script": script}).json()["errors"]
        ]

    assert errors(SCRIPT) == []
    wrong = "from mcp_client import get_sum\nresult = get_sum(1, c=2)"
    (said,) = errors(wrong)
    assert said.startswith("get_sum has no argument 'c'")


def test_every_server_is_shown_as_it_stands(server: ExecutionServer) -> None:
    states = {each.name: each for each in catalogue_of(server).servers}
    assert [states[name].state for name in ("everything", "memory", "time")] == [ServerState.CONNECTED] * 3
    assert states["off"].state is ServerState.DISABLED
    assert states["unset"].state is ServerState.FAILED
    assert "NO_SUCH_TOKEN is not set" in (states["unset"].last_error or "")
    assert states["everything"].stderr_tail


def test_every_tool_of_every_server_has_a_signature_in_valid_python(server: ExecutionServer) -> None:
    catalogue = catalogue_of(server)
    functions = [
        node for node in ast.parse(render_stubs(catalogue.tools)).body if isinstance(node, ast.FunctionDef)
    ]
    assert [function.name for function in functions] == [tool.name for tool in catalogue.tools]
    assert len(functions) >= 24
