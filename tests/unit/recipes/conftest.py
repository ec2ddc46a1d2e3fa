"""The tools that recipes are tested with: real closes of the sample, and the simulated market beside them."""

from datetime import UTC, datetime

import pandas as pd
import pytest
from mcp.server.mcpserver.tools import Tool

from mcp_servers.financial.vendors.sample import SampleVendor, load_sample
from mcp_servers.financial.vendors.simulated.vendor import open_simulated
from prompts.library import Library, load_library
from tests.doubles.recipe_run import RecipeRunner, make_recipe_tools

NOW = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def vendor() -> SampleVendor:
    return load_sample()


@pytest.fixture(scope="session")
def closes(vendor: SampleVendor) -> pd.DataFrame:
    return vendor.data.closes


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library()


@pytest.fixture(scope="session")
def tools(vendor: SampleVendor) -> list[Tool]:
    return make_recipe_tools([vendor, open_simulated(lambda: NOW)])


@pytest.fixture
def runner(tools: list[Tool], monkeypatch: pytest.MonkeyPatch) -> RecipeRunner:
    return RecipeRunner(tools, monkeypatch)
