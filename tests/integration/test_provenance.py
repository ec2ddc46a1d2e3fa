"""The source of every value, of scripts whose sources are known, through the jail."""

import asyncio
from collections.abc import Iterator

import httpx2
import pytest

from api_server.execution_client import ExecutionClient
from api_server.trust.provenance import Budget, find_sources
from schemas.execution import ExecutionReport, ToolCall
from schemas.provenance import Provenance, ValueSource
from schemas.replay import TapedRun
from tests.doubles.execution_server import ExecutionServer, running_server
from tests.doubles.known_sources import SCRIPTS, Known
from tests.doubles.sources_desk import create_sources_desk
from tests.doubles.tool_server import ToolServer

ENOUGH = Budget(seconds=30, runs_at_once=4)


@pytest.fixture(scope="module")
def jail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExecutionServer]:
    with (
        ToolServer(create_sources_desk) as desk,
        running_server(tmp_path_factory.mktemp("sources"), desk) as server,
    ):
        yield server


def record(jail: ExecutionServer, script: str) -> TapedRun:
    report = jail.execute(script)
    assert report.success, report.error
    assert report.tape is not None
    return TapedRun(tape=report.tape, report=report.model_copy(update={"tape": None}))


def sources_of(jail: ExecutionServer, taped: TapedRun, budget: Budget = ENOUGH) -> Provenance:
    async def search() -> Provenance:
        async with httpx2.AsyncClient(trust_env=False) as http:
            client = ExecutionClient(jail.url, http)

            async def run(variants: bytes) -> list[ExecutionReport]:
                return await client.execute_variants(variants, 30)

            return await find_sources(taped, run, budget)

    return asyncio.run(search())


def name_of(call: ToolCall) -> str:
    return f"{call.tool} {call.arguments['symbol']}" if "symbol" in call.arguments else call.tool


def named(found: Provenance, value: ValueSource) -> set[str]:
    return {name_of(found.calls[influence.call]) for influence in value.influences}


@pytest.mark.parametrize("known", SCRIPTS, ids=lambda known: known.name.replace(" ", "-"))
def test_each_value_has_the_sources_that_it_is_known_to_have(jail: ExecutionServer, known: Known) -> None:
    found = sources_of(jail, record(jail, known.script))
    rows = {value.id: value for value in found.values if value.kind == "row"}
    assert {id_: named(found, value) for id_, value in rows.items()} == known.sources
    assert {id_: value.is_from_data for id_, value in rows.items()} == {
        id_: bool(calls) for id_, calls in known.sources.items()
    }
    assert {name_of(call) for call in found.calls if not call.is_used and call.success} == known.dead
    elasticities = {
        (id_, name_of(found.calls[influence.call])): influence.elasticity
        for id_, value in rows.items()
        for influence in value.influences
    }
    for place, expected in known.elasticities.items():
        assert elasticities[place] == pytest.approx(expected, abs=0.002), place


def test_there_are_thirty_scripts_with_known_sources() -> None:
    assert len({known.script for known in SCRIPTS}) >= 30
