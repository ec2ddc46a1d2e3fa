"""The catalogue of each MCP server: published schemas are reviewed, and keep the conventions.

`WRITE_TOOL_SNAPSHOTS=1 pytest tests/contract/test_tools.py` writes the snapshots anew.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp.server.mcpserver import MCPServer
from mcp_types import Tool

from mcp_servers.analytics.app import create_server as create_analytics
from mcp_servers.financial.app import create_server as create_financial
from mcp_servers.financial.market import Market
from mcp_servers.financial.tools.account import AccountTools
from mcp_servers.financial.tools.companies import CompanyTools
from mcp_servers.financial.tools.news_and_screens import NewsAndScreenTools
from mcp_servers.financial.tools.prices import PriceTools
from mcp_servers.financial.tools.reference import ReferenceTools
from mcp_servers.financial.vendors.sample import load_sample
from mcp_servers.validation.app import create_server as create_validation
from mcp_servers.validation.checker import CheckLimits, ScriptChecker

SNAPSHOTS = Path(__file__).parent.parent / "tool_snapshots"
FINANCIAL_README = Path(__file__).parents[2] / "mcp_servers" / "financial" / "README.md"
SERVERS: dict[str, Callable[[], MCPServer]] = {
    "financial": lambda: create_financial(Market([load_sample()])),
    "analytics": create_analytics,
    "validation": lambda: create_validation(ScriptChecker(CheckLimits())),
}
BOUNDS = {
    "string": {"maxLength", "enum", "format"},
    "array": {"maxItems"},
    "object": {"maxProperties"},
    "integer": {"maximum"},
    "number": {"maximum"},
}
PUBLISHED_ARGUMENTS = {
    "alpaca_market_stocks_bars": ["symbol", "timeframe", "limit"],
    "alpaca_market_stocks_snapshots": ["symbols"],
    "alpaca_market_stocks_multi_bars": ["symbols", "timeframe", "limit"],
    "alpaca_market_crypto_bars": ["symbol", "timeframe", "limit"],
    "alpaca_market_crypto_snapshots": ["symbols"],
    "alpaca_market_news": ["symbols", "limit"],
    "alpaca_market_screener_most_actives": ["limit"],
    "alpaca_market_screener_movers": ["limit", "market"],
    "alpaca_market_clock": [],
    "alpaca_market_calendar": ["start", "end"],
    "alpaca_market_assets": ["search", "limit", "asset_class"],
    "alpaca_trading_account": [],
    "alpaca_trading_positions": [],
    "alpaca_trading_orders": [],
    "alpaca_trading_portfolio_history": ["period", "timeframe"],
    "alpaca_trading_watchlists": [],
    "eodhd_fundamentals": ["symbol"],
    "eodhd_dividends": ["symbol", "from_date", "to_date"],
    "eodhd_splits": ["symbol"],
    "eodhd_earnings_calendar": ["symbols", "from_date", "to_date"],
    "eodhd_constituents": ["symbol"],
    "calculate_sma": ["prices", "period"],
    "calculate_ema": ["prices", "period"],
    "calculate_wma": ["prices", "period"],
    "calculate_rolling_std": ["prices", "period", "ddof"],
    "calculate_z_score": ["prices", "period", "ddof"],
    "calculate_rsi": ["prices", "period"],
    "calculate_macd": ["prices", "fast", "slow", "signal"],
    "calculate_stochastic": ["high", "low", "close", "k_period", "k_smoothing", "d_period"],
    "calculate_williams_r": ["high", "low", "close", "period"],
    "calculate_cci": ["high", "low", "close", "period"],
    "calculate_roc": ["prices", "period"],
    "calculate_atr": ["high", "low", "close", "period"],
    "calculate_bollinger_bands": ["prices", "period", "deviations"],
    "calculate_keltner_channels": ["high", "low", "close", "period", "atr_period", "multiplier"],
    "calculate_donchian_channels": ["high", "low", "period"],
    "calculate_adx": ["high", "low", "close", "period"],
    "calculate_ichimoku": ["high", "low", "close", "conversion_period", "base_period", "span_b_period"],
    "calculate_obv": ["close", "volume"],
    "calculate_vwap": ["high", "low", "close", "volume", "period"],
    "calculate_mfi": ["high", "low", "close", "volume", "period"],
    "detect_sma_crossover": ["prices", "short_window", "long_window"],
    "detect_ema_crossover": ["prices", "short_window", "long_window"],
    "detect_rsi_signals": ["prices", "period", "oversold", "overbought"],
    "detect_macd_signals": ["prices", "fast", "slow", "signal"],
    "detect_bollinger_squeeze": ["prices", "period", "deviations", "lookback"],
    "detect_support_resistance": ["prices", "lookback"],
    "backtest_signal": ["prices", "positions", "cost_bps", "delay_bars"],
    "backtest_strategy": ["prices", "strategy", "parameters", "direction", "cost_bps", "delay_bars"],
    "calculate_volatility": ["returns", "period"],
    "calculate_sharpe_ratio": ["returns", "risk_free_rate"],
    "calculate_max_drawdown": ["prices"],
    "calculate_correlation_matrix": ["price_series"],
    "calculate_sortino_ratio": ["returns", "target_return"],
    "calculate_downside_deviation": ["returns", "target_return"],
    "calculate_omega_ratio": ["returns", "target_return"],
    "calculate_calmar_ratio": ["returns"],
    "calculate_ulcer_index": ["prices"],
    "calculate_var": ["returns", "confidence", "method"],
    "calculate_cvar": ["returns", "confidence", "method"],
    "calculate_tail_ratio": ["returns"],
    "calculate_skewness": ["returns"],
    "calculate_kurtosis": ["returns"],
    "calculate_beta": ["returns", "benchmark"],
    "calculate_alpha": ["returns", "benchmark", "risk_free_rate"],
    "calculate_information_ratio": ["returns", "benchmark"],
    "calculate_rolling_volatility": ["returns", "window"],
    "calculate_rolling_sharpe_ratio": ["returns", "window", "risk_free_rate"],
    "calculate_rolling_beta": ["returns", "benchmark", "window"],
    "calculate_rolling_correlation": ["returns", "benchmark", "window"],
    "calculate_rolling_drawdown": ["prices", "window"],
    "calculate_drawdowns": ["prices", "top"],
    "calculate_returns": ["prices", "kind"],
    "calculate_return_summary": ["prices"],
    "calculate_hit_rate": ["returns"],
    "calculate_streaks": ["returns"],
    "calculate_gaps": ["opens", "closes", "threshold"],
    "calculate_seasonality": ["returns", "by"],
    "calculate_conditional_returns": ["returns", "condition", "threshold", "direction", "lag"],
    "calculate_autocorrelation": ["returns", "lags"],
    "calculate_return_distribution": ["returns", "percents"],
    "calculate_covariance_matrix": ["price_series", "shrinkage"],
    "optimize_portfolio_weights": ["expected_returns", "cov_matrix"],
    "optimize_portfolio": ["price_series", "objective"],
    "calculate_efficient_frontier": ["price_series", "points"],
    "calculate_portfolio_metrics": ["weights", "returns"],
    "calculate_concentration": ["weights"],
    "calculate_risk_contribution": ["weights", "price_series"],
    "calculate_diversification_ratio": ["weights", "price_series"],
    "calculate_return_attribution": ["weights", "price_series"],
    "calculate_stress_scenarios": ["weights", "scenarios"],
    "calculate_worst_windows": ["weights", "price_series", "window"],
    "validate_python_script": ["code"],
    "check_mcp_calls": ["code"],
    "estimate_runtime": ["code"],
}


@pytest.fixture(params=list(SERVERS))
async def server(request: pytest.FixtureRequest) -> MCPServer:
    return SERVERS[request.param]()


async def test_the_schemas_are_those_that_were_reviewed(server: MCPServer) -> None:
    path = SNAPSHOTS / f"{server.name}.json"
    dumped = [
        tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in await server.list_tools()
    ]
    if os.environ.get("WRITE_TOOL_SNAPSHOTS"):
        path.write_text(json.dumps(dumped, indent=2, sort_keys=True) + "\n", "utf-8")
    assert dumped == json.loads(path.read_text("utf-8")), (
        "a tool changed: review it, then write the snapshots"
    )


def test_every_snapshot_belongs_to_a_server() -> None:
    assert {path.stem for path in SNAPSHOTS.glob("*.json")} == set(SERVERS)


async def test_the_published_names_and_arguments_are_kept() -> None:
    published = {
        tool.name: list(tool.input_schema["properties"])
        for create in SERVERS.values()
        for tool in await create().list_tools()
    }
    assert published.keys() == PUBLISHED_ARGUMENTS.keys()
    for name, arguments in PUBLISHED_ARGUMENTS.items():
        assert published[name][: len(arguments)] == arguments


async def test_no_tool_is_doubled() -> None:
    names = [tool.name for create in SERVERS.values() for tool in await create().list_tools()]
    assert len(names) == len(set(names))


async def test_no_financial_tool_is_orphaned() -> None:
    written = {
        name
        for tools in (PriceTools, NewsAndScreenTools, ReferenceTools, AccountTools, CompanyTools)
        for name in vars(tools)
        if not name.startswith("_")
    }
    listed = {tool.name for tool in await SERVERS["financial"]().list_tools()}
    assert written == listed


async def test_the_readme_of_the_financial_server_lists_its_tools_with_their_volatility() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .+ \| (\d+) \|$", FINANCIAL_README.read_text("utf-8"), re.MULTILINE)
    tools = await SERVERS["financial"]().list_tools()
    assert dict(rows) == {tool.name: str((tool.meta or {})["volatility"]) for tool in tools}
    assert len(rows) == len(tools)


async def test_every_tool_keeps_the_conventions(server: MCPServer) -> None:
    for tool in await server.list_tools():
        assert tool.description
        assert tool.output_schema is not None
        assert tool.output_schema["properties"]
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.destructive_hint is False
        assert tool.meta is not None
        assert tool.meta["volatility"] > 0
        assert tool.input_schema["additionalProperties"] is False


async def test_every_argument_is_described_and_bounded(server: MCPServer) -> None:
    for tool in await server.list_tools():
        for name, schema in tool.input_schema["properties"].items():
            assert schema.get("description"), f"{tool.name}.{name} has no description"
        for place, schema in typed_places(tool):
            assert BOUNDS[schema["type"]] & schema.keys(), f"{place} has no bound"


def typed_places(tool: Tool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every place in a tool's arguments that holds a string, number, list or object."""
    waiting = list(tool.input_schema["properties"].items())
    while waiting:
        name, schema = waiting.pop()
        branches = [*schema.get("anyOf", []), schema.get("items"), schema.get("additionalProperties")]
        waiting.extend((name, branch) for branch in branches if isinstance(branch, dict))
        if schema.get("type") in BOUNDS:
            yield f"{tool.name}.{name}", schema
