"""The financial tools as a client sees them: over the sample vendor, and over both network vendors."""

from typing import Any

import pytest
from mcp.client import Client
from mcp_types import CallToolResult

from mcp_servers.financial.app import create_server
from mcp_servers.financial.market import Market
from mcp_servers.financial.tools.arguments import spell_pair
from mcp_servers.financial.vendors.sample import load_sample
from mcp_servers.financial.vendors.vendor import Vendor
from schemas.market.envelope import PROBLEM_META_KEY
from tests.doubles.vendors.opened import StandIns
from tests.doubles.vendors.stand_in import SERVER_ERROR

BARS = "alpaca_market_stocks_bars"
MULTI_BARS = "alpaca_market_stocks_multi_bars"
CALENDAR = "alpaca_market_calendar"
EARNINGS = "eodhd_earnings_calendar"
CALLS: dict[str, dict[str, Any]] = {
    BARS: {"symbol": "AAPL", "limit": 3},
    MULTI_BARS: {"symbols": ["AAPL", "NEWCO"], "limit": 30},
    "alpaca_market_stocks_snapshots": {"symbols": ["AAPL"]},
    "alpaca_market_crypto_bars": {"symbol": "btcusd", "timeframe": "1Week", "limit": 4},
    "alpaca_market_crypto_snapshots": {"symbols": ["BTC", "eth-usd"]},
    "alpaca_market_news": {"symbols": ["AAPL"], "limit": 2},
    "alpaca_market_screener_most_actives": {"limit": 2},
    "alpaca_market_screener_movers": {"limit": 2, "market": "crypto"},
    "alpaca_market_clock": {},
    CALENDAR: {"start": "2023-07-03", "end": "2023-07-05"},
    "alpaca_market_assets": {"search": "apple"},
    "alpaca_trading_account": {},
    "alpaca_trading_positions": {},
    "alpaca_trading_orders": {},
    "alpaca_trading_portfolio_history": {},
    "alpaca_trading_watchlists": {},
    "eodhd_fundamentals": {"symbol": "AAPL"},
    "eodhd_dividends": {"symbol": "AAPL", "from_date": "2012-01-01", "to_date": "2013-01-01"},
    "eodhd_splits": {"symbol": "AAPL"},
    EARNINGS: {"symbols": ["AAPL"], "from_date": "2023-10-01", "to_date": "2024-03-01"},
    "eodhd_constituents": {"symbol": "SPX"},
}


@pytest.fixture
def offline() -> Market:
    """What there is with nothing configured."""
    return Market([load_sample()])


@pytest.fixture
def live(stand_ins: StandIns) -> Market:
    """Both keys, and the next vendor when one fails. One client may use it, whose end closes it."""
    vendors: list[Vendor] = [stand_ins.open_alpaca(), stand_ins.open_eodhd(), load_sample()]
    return Market(vendors, fallback=["failure"])


async def call(market: Market, name: str, arguments: dict[str, Any]) -> CallToolResult:
    """What a client gets back."""
    async with Client(create_server(market)) as client:
        return await client.call_tool(name, arguments)


def content(result: CallToolResult) -> dict[str, Any]:
    """The structured content, which every answer of ours has."""
    assert isinstance(result.structured_content, dict)
    return result.structured_content


def problem(result: CallToolResult) -> dict[str, Any]:
    """Why there is no answer."""
    told: dict[str, Any] = (result.meta or {})[PROBLEM_META_KEY]
    return told


async def test_a_symbol_alone_gets_the_last_hundred_days(offline: Market) -> None:
    answer = content(await call(offline, BARS, {"symbol": "msft"}))
    assert answer["status"] == "success"
    assert answer["data"]["symbol"] == "MSFT"
    assert len(answer["data"]["close"]) == 100
    assert answer["data"]["timestamp"][-1] == "2022-12-28"


async def test_the_screen_alone_gets_ten_rows(offline: Market) -> None:
    answer = content(await call(offline, "alpaca_market_screener_most_actives", {}))
    assert len(answer["data"]["rows"]) == 10


async def test_several_symbols_share_one_time_axis(offline: Market) -> None:
    alone = content(await call(offline, BARS, {"symbol": "KO", "limit": 5}))["data"]
    table = content(await call(offline, MULTI_BARS, {"symbols": ["KO", "XOM"], "limit": 5}))["data"]
    assert table["symbols"] == ["KO", "XOM"]
    assert table["timestamp"] == alone["timestamp"]
    assert table["close"]["KO"] == alone["close"]
    assert len(table["volume"]["XOM"]) == 5


async def test_a_table_that_would_be_too_large_says_how_large_it_may_be(offline: Market) -> None:
    arguments = {"symbols": ["KO"] * 50, "limit": 10_000}
    answer = problem(await call(offline, MULTI_BARS, arguments))
    assert answer["code"] == "bad_argument"
    assert answer["details"] == {"limit_max": 4000}


@pytest.mark.parametrize(
    ("name", "arguments", "facts"),
    [
        (BARS, {"symbol": "KO", "start": "2020-02-01", "end": "2020-01-01"}, {"start", "end"}),
        (CALENDAR, {"start": "2020-02-01", "end": "2020-01-01"}, {"start", "end"}),
        (CALENDAR, {"start": "1990-02-01", "end": "2020-01-01"}, {"days_max"}),
        (EARNINGS, {"symbols": [], "from_date": "2024-01-01", "to_date": "2024-02-01"}, {"days_max"}),
        (
            EARNINGS,
            {"symbols": [], "from_date": "2024-02-01", "to_date": "2024-01-01"},
            {"from_date", "to_date"},
        ),
        ("alpaca_market_assets", {"search": "  "}, set()),
    ],
)
async def test_an_impossible_period_or_search_is_refused(
    offline: Market, name: str, arguments: dict[str, Any], facts: set[str]
) -> None:
    answer = problem(await call(offline, name, arguments))
    assert answer["code"] == "bad_argument"
    assert set(answer["details"]) == facts


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
        (BARS, {"symbol": "KO", "feed": "bloomberg"}, "feed"),
        (BARS, {"symbol": "KO", "days": 30}, "days"),
        (MULTI_BARS, {"symbols": []}, "symbols"),
        ("alpaca_market_stocks_snapshots", {"symbols": []}, "symbols"),
        ("alpaca_market_stocks_snapshots", {"symbols": "KO"}, "symbols"),
        ("alpaca_market_screener_most_actives", {"limit": 101}, "limit"),
        ("alpaca_market_news", {"symbols": ["KO"], "limit": 101}, "limit"),
        ("alpaca_trading_orders", {"status": "mine"}, "status"),
        ("alpaca_trading_account", {"account": "1"}, "account"),
        ("eodhd_dividends", {"symbol": "KO", "from_date": "then"}, "from_date"),
        (CALENDAR, {"start": "2024-01-01"}, "end"),
    ],
)
async def test_a_bad_argument_is_named(
    offline: Market, name: str, arguments: dict[str, Any], field: str
) -> None:
    result = await call(offline, name, arguments)
    assert result.is_error
    assert problem(result)["code"] == "bad_argument"
    assert [complaint["field"] for complaint in problem(result)["details"]["fields"]] == [field]


async def test_a_kind_of_data_that_nobody_has_says_what_to_do(offline: Market) -> None:
    result = await call(offline, "alpaca_trading_positions", {})
    assert result.is_error
    assert problem(result)["code"] == "not_configured"
    assert "set the key" in problem(result)["message"]


async def test_there_is_a_call_of_every_tool(live: Market) -> None:
    assert {tool.name for tool in await create_server(live).list_tools()} == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
async def test_every_tool_answers_in_the_envelope_with_its_source(live: Market, name: str) -> None:
    result = await call(live, name, CALLS[name])
    answer = content(result)
    assert not result.is_error, answer
    assert answer["status"] == "success"
    assert answer["metadata"]["source"] == name.partition("_")[0]
    assert answer["metadata"]["simulated"] is False


async def test_a_failure_falls_back_and_the_label_says_so(live: Market, stand_ins: StandIns) -> None:
    stand_ins.alpaca.faults.extend([SERVER_ERROR] * 3)
    answer = content(await call(live, BARS, {"symbol": "AAPL", "limit": 3}))
    assert answer["metadata"]["source"] == "eodhd"
    assert answer["metadata"]["fallback_from"] == [{"vendor": "alpaca", "code": "vendor_unavailable"}]


@pytest.mark.parametrize(
    ("written", "pair"),
    [
        ("BTC/USD", "BTC/USD"),
        ("btc-usd", "BTC/USD"),
        ("BTCUSD", "BTC/USD"),
        ("ETHBTC", "ETH/BTC"),
        ("SOLUSDT", "SOL/USDT"),
        ("BTC", "BTC/USD"),
        (" eth ", "ETH/USD"),
    ],
)
def test_a_pair_is_understood_however_it_is_written(written: str, pair: str) -> None:
    assert spell_pair(written) == pair
