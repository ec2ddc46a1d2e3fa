"""Replay, re-run, comparison, sources, export and import over HTTP, through the real jail."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from api_server.errors import DatabaseUnavailable
from api_server.storage.audit import Origin
from api_server.storage.tapes import Packed, TapeStore
from tests.doubles.execution_server import ExecutionServer, running_server
from tests.doubles.sources_desk import create_sources_desk
from tests.doubles.tool_server import ToolServer
from tests.doubles.trust_api import ANN, BOB, TrustApi, opened_trust_api

SCRIPT = '''
from datetime import datetime
import numpy as np
from mcp_client import bars, quote

def analyze(symbol: str = "AAA", days: int = 5, limit: float = 0.5) -> dict:
    """The mean close of a symbol.

    days: days to look back, 1 to 30
    """
    print("asking")
    close = bars(symbol=symbol, days=days)["data"]["close"]
    price = quote(symbol=symbol)["data"]["price"]
    names = list({"red", "green", "blue", symbol})
    body = [
        {"id": "mean", "key": f"Mean of {symbol}", "value": sum(close) / len(close)},
        {"id": "price", "key": "Price", "value": price},
        {"id": "noise", "key": "Noise", "value": np.random.default_rng().normal()},
        {"id": "now", "key": "Now", "value": datetime.now().isoformat()},
        {"id": "names", "key": "Names", "value": ", ".join(names)},
        {"id": "days", "key": "Days", "value": days},
    ]
    return {"description": f"{symbol} over {days} days", "body": body}
'''
ADVICE = {"replay": "POST", "export": "GET", "provenance": "GET"}


@pytest.fixture(scope="module")
def jail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExecutionServer]:
    with (
        ToolServer(create_sources_desk) as desk,
        running_server(tmp_path_factory.mktemp("trust"), desk) as server,
    ):
        yield server


@pytest.fixture
async def api(tmp_path: Path, jail: ExecutionServer) -> AsyncIterator[TrustApi]:
    async with opened_trust_api(tmp_path, jail.url) as opened:
        yield opened


async def test_a_replay_is_identical(api: TrustApi) -> None:
    execution_id = await api.ask(SCRIPT)
    found = (await api.call("POST", f"/executions/{execution_id}/replay"))["data"]
    assert (found["is_identical"], found["divergences"], found["changed_versions"]) == (True, [], [])
    assert len(found["result_sha256"]) == 64
    assert found["report"]["result"]["description"] == "AAA over 5 days"


async def test_a_script_that_raised_is_replayed_to_the_same_error(api: TrustApi) -> None:
    script = "from mcp_client import quote\nresult = quote(symbol='AAA')\nraise ValueError('too few')"
    found = (await api.call("POST", f"/executions/{await api.ask(script)}/replay"))["data"]
    assert found["is_identical"]
    assert found["report"]["error"]["message"] == "ValueError: too few"


async def test_a_script_that_asks_the_address_of_an_object_diverges_at_a_named_place(api: TrustApi) -> None:
    script = "from mcp_client import quote\nresult = {'a': 1, 'b': [repr(object())]}"
    for _ in range(5):  # two children may by chance have the object at the same address
        found = (await api.call("POST", f"/executions/{await api.ask(script)}/replay"))["data"]
        if not found["is_identical"]:
            break
    (divergence,) = found["divergences"]
    assert (divergence["kind"], divergence["path"]) == ("result", "b[0]")
    assert divergence["recorded"] != divergence["replayed"]


async def test_a_rerun_has_other_parameters_and_knows_its_parent(api: TrustApi) -> None:
    parent = await api.ask(SCRIPT)
    found = await api.call("POST", f"/executions/{parent}/rerun", json={"parameters": {"days": 7}})
    assert (found["status"], found["parent_id"], found["root_id"]) == ("success", parent, parent)
    assert found["parameters"] == {"symbol": "AAA", "days": 7, "limit": 0.5}
    assert found["execution"]["result"]["description"] == "AAA over 7 days"
    again = await api.call(
        "POST", f"/executions/{found['execution_id']}/rerun", json={"parameters": {"symbol": "BBB"}}
    )
    assert (again["parent_id"], again["root_id"]) == (found["execution_id"], parent)
    assert again["execution"]["result"]["description"] == "BBB over 7 days"


@pytest.mark.parametrize(
    ("parameters", "fields"),
    [({"days": "many"}, ["days"]), ({"days": 31}, ["days"]), ({"symbol": 1, "days": 0}, ["days", "symbol"])],
)
async def test_wrong_parameters_are_named_before_anything_runs(
    api: TrustApi, parameters: dict[str, Any], fields: list[str]
) -> None:
    parent = await api.ask(SCRIPT)
    reply = await api.http.post(f"/executions/{parent}/rerun", json={"parameters": parameters}, headers=ANN)
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "INVALID_PARAMETERS")
    assert sorted(field["field"] for field in reply.json()["error"]["details"]["fields"]) == fields
    assert len(await api.trust.child_runs.storage.executions.list_runs("ann", parent)) == 1


async def test_an_unknown_parameter_is_refused(api: TrustApi) -> None:
    parent = await api.ask(SCRIPT)
    reply = await api.http.post(f"/executions/{parent}/rerun", json={"parameters": {"dys": 3}}, headers=ANN)
    assert reply.status_code == 422
    assert "dys" in reply.text


async def test_a_rerun_on_recorded_data_does_not_ask_the_tools(api: TrustApi) -> None:
    parent = await api.ask(SCRIPT)
    body = {"parameters": {"limit": 0.25}, "data": "recorded"}
    found = await api.call("POST", f"/executions/{parent}/rerun", json=body)
    assert found["status"] == "success"
    replay = await api.call("POST", f"/executions/{found['execution_id']}/replay")
    assert replay["data"]["is_identical"]


async def test_a_rerun_on_recorded_data_names_the_call_that_is_not_on_the_tape(api: TrustApi) -> None:
    parent = await api.ask(SCRIPT)
    body = {"parameters": {"days": 6}, "data": "recorded"}
    found = await api.call("POST", f"/executions/{parent}/rerun", json=body)
    error = found["execution"]["error"]
    assert (found["status"], error["code"]) == ("refused", "REPLAY_DIVERGED")
    assert error["details"] == {"tool": "bars", "arguments": {"symbol": "AAA", "days": 6}, "occurrence": 0}


async def test_a_repeated_rerun_is_the_same_and_another_users_is_a_conflict(api: TrustApi) -> None:
    parent, request_id = await api.ask(SCRIPT), str(uuid4())
    body = {"parameters": {"days": 4}, "request_id": request_id}
    first = await api.call("POST", f"/executions/{parent}/rerun", json=body)
    again = await api.call("POST", f"/executions/{parent}/rerun", json=body)
    assert first["execution_id"] == again["execution_id"] == f"exec_{request_id.replace('-', '')}"
    assert first["execution"] == again["execution"]
    other = await api.ask(SCRIPT, user="bob")
    reply = await api.http.post(f"/executions/{other}/rerun", json=body, headers=BOB)
    assert reply.status_code == 409


async def test_two_runs_are_compared_in_figures_and_words(api: TrustApi) -> None:
    old = await api.ask(SCRIPT)
    rerun = await api.call("POST", f"/executions/{old}/rerun", json={"parameters": {"symbol": "BBB"}})
    found = (await api.call("GET", f"/executions/{old}/compare/{rerun['execution_id']}"))["data"]
    assert [change["path"] for change in found["parameters"]] == ["symbol"]
    rows = {row["id"]: row for row in found["rows"]}
    assert (rows["price"]["old"], rows["price"]["new"], rows["price"]["ratio"]) == (100.0, 50.0, -0.5)
    assert {"noise", "days"}.isdisjoint(rows)
    assert {(call["tool"], call["fate"]) for call in found["calls"]} == {
        ("bars", "removed"),
        ("bars", "added"),
        ("quote", "removed"),
        ("quote", "added"),
    }
    assert any("Price from 100 to 50 (-50.00%)" in sentence for sentence in found["words"])
    assert "Parameters differ: symbol from AAA to BBB." in found["words"]
    same = (await api.call("GET", f"/executions/{old}/compare/{old}"))["data"]
    assert (same["is_same_result"], same["words"]) == (True, ["Both runs gave the same result."])


async def test_the_sources_of_an_answer_are_found_once(api: TrustApi) -> None:
    execution_id = await api.ask(SCRIPT)
    first = (await api.call("GET", f"/executions/{execution_id}/provenance"))["data"]
    values = {value["id"]: value for value in first["values"]}
    assert [influence["call"] for influence in values["mean"]["influences"]] == [0]
    assert [influence["call"] for influence in values["price"]["influences"]] == [1]
    assert not any(values[name]["is_from_data"] for name in ("noise", "now", "names", "days"))
    assert first["calls"][0]["metadata"]["source"] == "desk"
    assert "response" not in first["calls"][0]
    again = (await api.call("GET", f"/executions/{execution_id}/provenance"))["data"]
    assert again == first


async def test_sources_that_a_script_hides_are_not_searched_again(api: TrustApi) -> None:
    script = (
        "from mcp_client import quote\nresult = quote(symbol='AAA')['data']['price']\nassert result == 100"
    )
    path = f"/executions/{await api.ask(script)}/provenance"
    first = (await api.call("GET", path))["data"]
    assert (first["is_complete"], first["calls"][0]["tested"]) == (False, "script_fails")
    assert (await api.call("GET", path))["data"] == first


async def test_there_are_no_sources_where_there_are_no_values(api: TrustApi) -> None:
    execution_id = await api.ask("result = 1\nraise ValueError('no')")
    reply = await api.http.get(f"/executions/{execution_id}/provenance", headers=ANN)
    assert (reply.status_code, reply.json()["error"]["code"]) == (409, "NOT_REPLAYABLE")


async def test_an_export_is_imported_and_replayed_by_another_user(api: TrustApi) -> None:
    execution_id = await api.ask(SCRIPT)
    reply = await api.http.get(f"/executions/{execution_id}/export", headers=ANN)
    assert f'filename="{execution_id}.qna.json"' in reply.headers["content-disposition"]
    imported = (await api.call("POST", "/executions/import", BOB, content=reply.content))["data"]
    assert (imported["original_id"], imported["origin"]) == (execution_id, "this_installation")
    assert imported["public_key"] == (await api.call("GET", "/installation"))["public_key"]
    path = f"/executions/{imported['execution_id']}"
    replay = (await api.call("POST", f"{path}/replay", BOB))["data"]
    assert replay["is_identical"]
    rerun = await api.call("POST", f"{path}/rerun", BOB, json={"parameters": {"days": 3}})
    assert rerun["execution"]["result"]["description"] == "AAA over 3 days"
    twice = (await api.call("POST", "/executions/import", BOB, content=reply.content))["data"]
    assert twice == imported


async def export(api: TrustApi) -> bytes:
    reply = await api.http.get(f"/executions/{await api.ask(SCRIPT)}/export", headers=ANN)
    return reply.content


async def import_file(api: TrustApi, content: bytes) -> str:
    """The id of an execution that can be replayed as soon as it is said to be there."""
    imported = await api.call("POST", "/executions/import", BOB, content=content)
    execution_id: str = imported["data"]["execution_id"]
    replay = await api.call("POST", f"/executions/{execution_id}/replay", BOB)
    assert replay["data"]["is_identical"]
    return execution_id


async def test_a_file_that_is_imported_many_times_at_once_is_one_execution_in_one_session(
    api: TrustApi,
) -> None:
    content = await export(api)
    ids = await asyncio.gather(*(import_file(api, content) for _ in range(6)))
    assert len({*ids, await import_file(api, content)}) == 1
    for path, kind in (("/executions", "executions"), ("/conversation/sessions", "sessions")):
        assert len((await api.call("GET", path, BOB))["data"][kind]) == 1, kind


@pytest.mark.parametrize("path", ["/executions/exec", "/conversation/sess"])
async def test_what_was_deleted_is_imported_anew(api: TrustApi, path: str) -> None:
    content = await export(api)
    first = await import_file(api, content)
    await api.call("DELETE", first.replace("exec", path), BOB)
    assert await import_file(api, content) != first


class FullDisk(TapeStore):
    """Keeps no tapes."""

    async def put(self, connection: AsyncConnection, execution_id: str, packed: Packed) -> None:
        raise DatabaseUnavailable(f"{connection.dialect.name} has no space left for {execution_id}: {packed}")


async def test_an_import_that_broke_off_does_not_stand_in_the_way_of_the_next(api: TrustApi) -> None:
    content, runs = await export(api), api.trust.child_runs
    storage = replace(runs.storage, tapes=FullDisk(runs.storage.database, size_max_mb=1))
    exchange = replace(api.trust.exchange, runs=replace(runs, storage=storage))
    with pytest.raises(DatabaseUnavailable):
        await exchange.import_file("bob", content, Origin())
    (broken,) = await runs.storage.servers.mark_interrupted()
    assert await import_file(api, content) != broken


async def test_a_changed_file_is_not_imported(api: TrustApi) -> None:
    execution_id = await api.ask(SCRIPT)
    exported = await api.http.get(f"/executions/{execution_id}/export", headers=ANN)
    changed = orjson.loads(exported.content)
    changed["report"]["result"]["body"][1]["value"] = 200.0
    reply = await api.http.post("/executions/import", content=orjson.dumps(changed), headers=ANN)
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "BAD_EXPORT")


async def test_nothing_of_another_user_can_be_reached(api: TrustApi) -> None:
    of_ann, of_bob = await api.ask(SCRIPT), await api.ask(SCRIPT, user="bob")
    # Ann can do all of this, or the test would show nothing.
    for action, method in ADVICE.items():
        await api.call(method, f"/executions/{of_ann}/{action}", ANN)
    await api.call("GET", f"/executions/{of_ann}/provenance", ANN)
    attempts: list[tuple[str, str, Any]] = [
        (method, f"/executions/{of_ann}/{action}", None) for action, method in ADVICE.items()
    ]
    attempts += [("GET", f"/executions/{of_ann}/compare/{of_bob}", None)]
    attempts += [("GET", f"/executions/{of_bob}/compare/{of_ann}", None)]
    attempts += [("POST", f"/executions/{of_ann}/rerun", {"data": data}) for data in ("live", "recorded")]
    for method, path, body in attempts:
        reply = await api.http.request(method, path, json=body, headers=BOB)
        assert (reply.status_code, reply.json()["error"]["code"]) == (404, "EXECUTION_NOT_FOUND"), path
