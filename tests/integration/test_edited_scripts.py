"""`POST /execute` and `POST /validate` of the API server: scripts that a person has changed."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.doubles.asked_api import AskedApi, asked_api, prepared
from tests.doubles.execution_server import ExecutionServer

SCRIPT = '''
from mcp_client import add

def analyze(first: int = 1, second: int = 2) -> dict:
    """Sum.

    first: one
    second: the other
    """
    total = add(numbers=[first, second])["total"]
    return {"description": "sum", "body": [{"key": "sum", "value": total}]}
'''


@pytest.fixture
async def api(executor: ExecutionServer, api_folder: Path) -> AsyncIterator[AskedApi]:
    async with asked_api(executor, api_folder, prepared()) as opened:
        yield opened


async def test_a_changed_script_runs_with_its_parameters_and_keeps_its_parent(api: AskedApi) -> None:
    parent_id = (await api.post("/execute", script="result = 1")).json()["data"]["execution_id"]
    reply = await api.post("/execute", script=SCRIPT, parameters={"first": 40}, execution_id=parent_id)
    data = reply.json()["data"]
    assert data["execution"]["result"]["body"][0]["value"] == 42
    assert data["parameters"]["values"] == {"first": 40, "second": 2}
    assert data["parent_id"] == parent_id
    assert data["model"] == "edited"
    assert data["mcp_calls"] == ["add"]
    assert data["python_code"] == SCRIPT


async def test_a_parent_that_is_not_there_is_said(api: AskedApi) -> None:
    reply = await api.post("/execute", script=SCRIPT, execution_id="exec_of_nobody")
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "EXECUTION_NOT_FOUND")


async def test_the_id_of_the_request_is_the_id_of_the_execution(api: AskedApi) -> None:
    request_id = uuid4()
    reply = await api.post("/execute", script=SCRIPT, request_id=str(request_id))
    assert reply.json()["data"]["execution_id"] == f"exec_{request_id.hex}"


async def test_what_must_not_run_is_refused_with_every_finding(api: AskedApi) -> None:
    reply = await api.post("/execute", script="import os\nimport socket\n" + SCRIPT)
    problem = reply.json()
    assert reply.status_code == 422
    assert problem["error"]["code"] == "SCRIPT_REJECTED"
    assert [finding["line"] for finding in problem["error"]["details"]["errors"]] == [1, 2]
    assert all(finding["hint"] for finding in problem["error"]["details"]["errors"])


async def test_parameters_that_do_not_fit_are_named(api: AskedApi) -> None:
    reply = await api.post("/execute", script=SCRIPT, parameters={"first": "many"})
    problem = reply.json()
    assert reply.status_code == 422
    assert problem["error"]["code"] == "INVALID_PARAMETERS"
    assert [field["field"] for field in problem["error"]["details"]["fields"]] == ["first"]


async def test_a_changed_script_that_raises_is_an_answer_with_its_outcome(api: AskedApi) -> None:
    reply = await api.post("/execute", script="result = 1 / 0")
    assert reply.status_code == 200
    assert reply.json()["status"] == "raised"


async def test_a_script_can_be_checked_while_it_is_changed(api: AskedApi) -> None:
    report = (await api.post("/validate", script=SCRIPT.replace("add", "ad"))).json()
    assert report["valid"] is False
    assert report["errors"][0]["code"] == "UNKNOWN_TOOL"
    assert (await api.post("/validate", script=SCRIPT)).json()["valid"] is True
