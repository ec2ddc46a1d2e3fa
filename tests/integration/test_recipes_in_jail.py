"""Every recipe with its defaults in the real jail, through broker and tools: a whole answer, no warning."""

import math
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from api_server.presentation import present
from mcp_servers.financial.vendors.sample import load_sample
from mcp_servers.financial.vendors.vendor import Vendor
from prompts.library import load_library
from schemas.execution import ExecutionReport, Outcome
from schemas.result import Chart, Result
from tests.doubles.execution_server import running_server
from tests.doubles.house_tools import create_house_tools
from tests.doubles.simulated import CLOSED, vendor_at
from tests.doubles.tool_server import ToolServer

RECIPES = {recipe.name: recipe for recipe in load_library().recipes}
NUMBERS = frozenset({"percent", "currency", "number", "integer"})
Reports = Mapping[str, ExecutionReport]
pytestmark = pytest.mark.timeout(400)


def open_market(name: str) -> list[Vendor]:
    """Who is asked: as with nothing configured, or the simulated market for everything."""
    simulated = vendor_at(CLOSED)
    return [load_sample(), simulated] if name == "sample-first" else [simulated]


@pytest.fixture(scope="module", params=["sample-first", "simulated"])
def reports(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reports]:
    """All recipes run over one market."""
    folder = tmp_path_factory.mktemp("jail")
    tools = ToolServer(partial(create_house_tools, open_market(request.param)))
    with tools, running_server(folder, tools) as server, ThreadPoolExecutor(2) as pool:
        runs = pool.map(lambda recipe: server.execute(recipe.source), RECIPES.values())
        yield dict(zip(RECIPES, runs, strict=True))


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_completes_in_the_jail_with_a_whole_answer(name: str, reports: Reports) -> None:
    report = reports[name]
    assert report.outcome is Outcome.COMPLETED, report.error
    assert set(report.metadata.mcp_calls_made) <= set(RECIPES[name].tools)
    ids = [row.get("id") for row in report.result["body"]]
    assert all(ids), "every row has an id that stays when parameters change"
    assert len(set(ids)) == len(ids) > 0
    shown = present(report)
    # That answers are of several days is so for news and for symbols of two vendors, and is told.
    assert [warning for warning in shown.metadata.warnings if "of several days" not in warning] == []
    result = Result.model_validate(shown.result)
    assert result.description.endswith(".")
    for row in result.body:
        assert row.format is not None, row
        assert row.format not in NUMBERS or is_number(row.value), row
    for chart in result.charts:
        check_chart(chart)


def is_number(value: Any) -> bool:
    """A figure that there cannot be is null."""
    return value is None or (isinstance(value, int | float) and math.isfinite(value))


def check_chart(chart: Chart) -> None:
    """It has a title, something to draw, and columns of one length."""
    assert chart.title
    assert chart.series or chart.x
    for series in chart.series:
        assert len(series.x) == len(series.y) > 0, series.name
    columns = (chart.open, chart.high, chart.low, chart.close, chart.volume, *chart.z)
    assert {len(column) for column in columns if column} <= {len(chart.x)}
