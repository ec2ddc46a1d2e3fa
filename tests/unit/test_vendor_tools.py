"""The financial tools as a client sees them, over the sample vendor."""

from typing import Any

import pytest
from mcp.client import Client
from mcp_types import CallToolResult

from mcp_servers.financial.app import create_server
from mcp_servers.financial.market import Market
from mcp_servers.financial.vendors.sample import SampleVendor, load_sample

BARS = "alpaca_market_stocks_bars"


@pytest.fixture(scope="module")
def vendor() -> SampleVendor:
    return load_sample()


async def call(vendor: SampleVendor, name: str, **arguments: Any) -> CallToolResult:
    """What a client gets back."""
    async with Client(create_server(Market([vendor]))) as client:
        return await client.call_tool(name, arguments)


async def test_a_symbol_alone_gets_the_last_hundred_days(vendor: SampleVendor) -> None:
    result = await call(vendor, BARS, symbol="msft")
    assert isinstance(result.structured_content, dict)
    assert result.structured_content["status"] == "success"
    assert result.structured_content["data"]["symbol"] == "MSFT"
    assert len(result.structured_content["data"]["close"]) == 100
    assert result.structured_content["data"]["timestamp"][-1] == "2022-12-28"


async def test_the_screen_alone_gets_ten_rows(vendor: SampleVendor) -> None:
    result = await call(vendor, "alpaca_market_screener_most_actives")
    assert isinstance(result.structured_content, dict)
    assert len(result.structured_content["data"]["rows"]) == 10


async def test_an_end_before_the_start_is_refused(vendor: SampleVendor) -> None:
    result = await call(vendor, BARS, symbol="KO", start="2020-02-01", end="2020-01-01")
    assert isinstance(result.structured_content, dict)
    assert result.structured_content["code"] == "bad_argument"
    assert result.structured_content["details"] == {"start": "2020-02-01", "end": "2020-01-01"}


@pytest.mark.parametrize(
    ("name", "arguments", "field"),
    [
        (BARS, {}, "symbol"),
        (BARS, {"symbol": ""}, "symbol"),
        (BARS, {"symbol": "KO", "timeframe": "2Day"}, "timeframe"),
        (BARS, {"symbol": "KO", "limit": 0}, "limit"),
        (BARS, {"symbol": "KO", "limit": 10_001}, "limit"),
        (BARS, {"symbol": "KO", "start": "last year"}, "start"),
        (BARS, {"symbol": "KO", "adjustment": "none"}, "adjustment"),
        (BARS, {"symbol": "KO", "days": 30}, "days"),
        ("alpaca_market_stocks_snapshots", {"symbols": []}, "symbols"),
        ("alpaca_market_stocks_snapshots", {"symbols": "KO"}, "symbols"),
        ("alpaca_market_screener_most_actives", {"limit": 101}, "limit"),
    ],
)
async def test_a_bad_argument_is_named(
    vendor: SampleVendor, name: str, arguments: dict[str, Any], field: str
) -> None:
    result = await call(vendor, name, **arguments)
    assert result.is_error
    assert isinstance(result.structured_content, dict)
    assert result.structured_content["code"] == "bad_argument"
    assert [complaint["field"] for complaint in result.structured_content["details"]["fields"]] == [field]
