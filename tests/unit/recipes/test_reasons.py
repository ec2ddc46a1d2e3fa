"""A row without a value says why: from the tool that knows it, or from the recipe."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from mcp_servers.financial.vendors.files.vendor import open_files
from mcp_servers.financial.vendors.sample import SampleVendor
from mcp_servers.financial.vendors.simulated.vendor import open_simulated
from prompts.library import Library
from schemas.result import Result
from tests.doubles.recipe_run import RecipeRunner, make_recipe_tools
from tests.doubles.vendors.sparse import SparseVendor
from tests.unit.recipes.conftest import NOW

DAYS = [f"{day:%Y-%m-%d}" for day in pd.bdate_range(end="2026-11-24", periods=400)]
STILL = dict.fromkeys(DAYS, "10,10,10,10,0")
FILES = {
    "STILL": STILL,
    "STILL-USD": STILL,
    "MOVES": {day: f"10,20,9,{10 + place % 7},500" for place, day in enumerate(DAYS)},
    "RISES": {day: f"10,,,{10 + place},500" for place, day in enumerate(DAYS)},
    "NEW": {"2026-11-24": "10,12,9,11,"},
    "CLOSES": {day: f",,,{10 + place % 7}," for place, day in enumerate(DAYS)},
    "YOUNG-USD": {day: f"10,20,9,{10 + place % 7},500" for place, day in enumerate(DAYS[-21:])},
    "QUIET-USD": {f"2026-11-24T{hour:02}:00:00Z": "10,12,9,11,0" for hour in range(20)},
}
"""Prices that never move, that do, that only rise, of one day, closes alone, of a month, without trades."""

Sparse = Callable[..., RecipeRunner]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RecipeRunner:
    """A runner over the files, and the simulated market beside them."""
    for name, rows in FILES.items():
        lines = [f"{day},{row}" for day, row in rows.items()]
        header = f"{'time' if name == 'QUIET-USD' else 'date'},open,high,low,close,volume"
        (tmp_path / f"{name}.csv").write_text("\n".join([header, *lines]))
    vendor = open_files(tmp_path, lambda: NOW)
    return RecipeRunner(make_recipe_tools([vendor, open_simulated(lambda: NOW)]), monkeypatch)


@pytest.fixture
def sparse(vendor: SampleVendor, monkeypatch: pytest.MonkeyPatch) -> Sparse:
    """A runner over vendors that do not know some fields."""

    def make(*missing: str) -> RecipeRunner:
        vendors = [SparseVendor(each, {*missing}) for each in (vendor, open_simulated(lambda: NOW))]
        return RecipeRunner(make_recipe_tools(vendors), monkeypatch)

    return make


def reasons(result: Result) -> dict[str, str]:
    """Row id to reason, of the rows without a value. No row has one beside its value."""
    assert not any(row.reason for row in result.body if row.value is not None)
    return {str(row.id): row.reason for row in result.body if row.value is None}


SHORT_OR_ENDED: list[tuple[str, dict[str, Any], Mapping[str, str]]] = [
    ("performance", {"days": 5}, {"cagr": "the period is shorter than one year"}),
    ("invested_once", {"months": 3}, {"annual_growth": "the period is shorter than one year"}),
    (
        "crypto_performance",
        {"days": 1},
        {
            "annual_growth": "the period is shorter than one year",
            "volatility": "the period has fewer than 3 closes",
        },
    ),
    ("max_drawdown", {"symbols": ["AAPL"]}, {"AAPL:recovery": "not recovered yet"}),
    ("rsi_backtest", {"months": 3}, {"strategy:sharpe_ratio": "the signal never led to a trade"}),
    (
        "dividend_raises",
        {"symbol": "PEP", "start": "2015-01-01"},
        {"last_cut": "it was never cut in these years"},
    ),
    (
        "earnings_dates",
        {"symbols": ["NVDA"], "days_ahead": 1},
        {"NVDA:next": "no date is known up to 2026-11-25"},
    ),
    ("summary", {"symbol": "INTC"}, {"trailing_pe": "there was no profit"}),
    ("summary", {"symbol": "SPY"}, dict.fromkeys(("market_cap", "trailing_pe"), "not known to the vendor")),
]


@pytest.mark.parametrize(("name", "parameters", "expected"), SHORT_OR_ENDED)
def test_what_the_period_or_the_company_does_not_give_is_told(
    name: str, parameters: dict[str, Any], expected: Mapping[str, str], runner: RecipeRunner, library: Library
) -> None:
    assert reasons(runner.run(library.find(name), **parameters)) == expected


STAYS = "the returns do not vary"
FROM_FILES: list[tuple[str, dict[str, Any], Mapping[str, str]]] = [
    ("beta_and_alpha", {"symbols": ["STILL"], "benchmark": "MOVES"}, {"STILL:correlation": STAYS}),
    (
        "correlation",
        {"symbols": ["MOVES", "STILL", "RISES"]},
        dict.fromkeys(("MOVES:STILL", "STILL:RISES"), "the returns of STILL do not vary"),
    ),
    ("bollinger_bands", {"symbol": "STILL"}, {"percent_b": "the prices do not move"}),
    ("indicator_windows", {"symbols": ["STILL"], "indicator": "rsi"}, {"STILL:14": "the price never moved"}),
    (
        "indicators",
        {"symbol": "STILL", "indicators": ["rsi", "averages"]},
        {"RSI (14)": "the prices do not move"},
    ),
    (
        "indicator_table",
        {"symbols": ["MOVES", "STILL"], "indicators": ["williams_r", "ema"]},
        {"STILL:Williams %R (14)": "the prices of the window have no range"},
    ),
    (
        "risk_summary",
        {"symbols": ["STILL"], "days": 100},
        {
            "STILL:sharpe": STAYS,
            "STILL:sortino": "no return falls short of the target",
            "STILL:calmar": "the returns never lead to a fall",
        },
    ),
    (
        "crypto_performance",
        {"symbol": "STILL/USD", "days": 60},
        {
            "annual_growth": "the period is shorter than one year",
            "sharpe": STAYS,
            "sortino": "no return falls short of the target",
            "calmar": "the returns never lead to a fall",
        },
    ),
    (
        "max_drawdown",
        {"symbols": ["RISES"]},
        dict.fromkeys(("RISES:peak", "RISES:trough", "RISES:recovery"), "the prices never fall"),
    ),
    (
        "sma_backtest",
        {"symbol": "STILL", "cost_bps": 0},
        {
            "strategy:sharpe_ratio": "the signal never led to a trade",
            "buy_and_hold:sharpe_ratio": STAYS,
        },
    ),
    (
        "portfolio_metrics",
        {"symbols": ["RISES", "MOVES"], "weights": [1.0, 0.0], "days": 100},
        {"sortino_ratio": "no return falls short of 0"},
    ),
    ("trading_volume", {"symbols": ["STILL"]}, {"STILL:ratio": "nothing was traded in the days before"}),
    ("high_and_low", {"symbol": "NEW"}, {"volume": "the data has no volume"}),
    ("within_the_day", {"symbol": "QUIET/USD", "timeframe": "1Hour"}, {"vwap": "there is no volume"}),
    (
        "summary",
        {"symbol": "YOUNG/USD"},
        dict.fromkeys(("change_month", "change_year"), "the data begins later"),
    ),
    ("latest_price", {"symbols": ["NEW"]}, {"NEW:change": "no close before is known"}),
    (
        "day_move",
        {"symbols": ["CLOSES"]},
        {f"CLOSES:{name}": f"the data has no {name} of this day" for name in ("open", "high", "low")},
    ),
]


@pytest.mark.parametrize(("name", "parameters", "expected"), FROM_FILES)
def test_what_the_prices_do_not_give_is_told(
    name: str, parameters: dict[str, Any], expected: Mapping[str, str], files: RecipeRunner, library: Library
) -> None:
    assert reasons(files.run(library.find(name), **parameters)) == expected


NOT_GIVEN, NOT_KNOWN = "the broker does not give it", "not known to the vendor"
NO_EQUITY, NO_CLOSE = "there is no equity of the last close", "no close before is known"
FROM_SPARSE: list[tuple[str, dict[str, Any], set[str], Mapping[str, str]]] = [
    (
        "account_overview",
        {},
        {"cash", "previous_equity"},
        {"cash": NOT_GIVEN, "cash_share": NOT_GIVEN, "change": NO_EQUITY},
    ),
    ("portfolio_overview", {}, {"previous_equity"}, {"day": NO_EQUITY}),
    ("portfolio_history", {}, {"gain_fraction"}, {"return": NOT_GIVEN}),
    (
        "holding",
        {"symbol": "AAPL"},
        {"price", "market_value"},
        {
            "price": NOT_GIVEN,
            "value": NOT_GIVEN,
            "distance": "there is no price or no cost",
            "weight": "there is no value",
        },
    ),
    ("crypto_price", {}, {"change_fraction"}, {"BTC/USD:change": NO_CLOSE}),
    ("price_and_return", {}, {"change_fraction"}, {"change": NO_CLOSE}),
    ("dividends", {}, {"dividend_yield"}, {"yield": NOT_KNOWN}),
    (
        "company_figures",
        {"items": ["revenue", "gross_margin", "net_debt"], "on": "2026-10-15"},
        {"revenue", "total_debt"},
        {
            "MSFT:revenue": "not in each of these reports",
            "MSFT:revenue:2026-09-30": "not in this report",
            "MSFT:gross_margin": "gross profit or a revenue above 0 is not reported",
            "MSFT:gross_margin:2026-09-30": "gross profit or a revenue above 0 is not reported",
        },
    ),
    (
        "financial_results",
        {"months": 3},
        {"net_income", "eps_actual"},
        {
            "2026-09-30:net_income": "not in this report",
            "2026-09-30:net_margin": "its amount or a revenue above 0 is not reported",
            "2026-09-30:eps": "not in this report",
        },
    ),
    ("within_the_day", {}, {"volume"}, {"vwap": "there is no volume", "volume": "the data has no volume"}),
]


@pytest.mark.parametrize("case", FROM_SPARSE)
def test_what_the_vendor_does_not_give_is_told(
    case: tuple[str, dict[str, Any], set[str], Mapping[str, str]], sparse: Sparse, library: Library
) -> None:
    name, parameters, missing, expected = case
    assert reasons(sparse(*missing).run(library.find(name), **parameters)) == expected


@pytest.mark.parametrize(
    ("name", "missing", "reason"),
    [
        ("most_actives", {"change_fraction"}, "the screen gives no change"),
        ("orders", {"quantity", "notional"}, "the order has neither shares nor an amount"),
        ("earnings_dates", {"surprise_fraction"}, NOT_KNOWN),
        ("earnings_dates", {"surprise_fraction", "eps_estimate"}, "there is no estimate to compare with"),
    ],
)
def test_what_every_row_lacks_is_told_in_each(
    name: str, missing: set[str], reason: str, sparse: Sparse, library: Library
) -> None:
    found = reasons(sparse(*missing).run(library.find(name)))
    assert set(found.values()) == {reason}
    assert len(found) >= 3


def test_gains_that_the_broker_does_not_give_are_no_gains_of_0(sparse: Sparse, library: Library) -> None:
    result = sparse("unrealized_gain").run(library.find("positions"))
    found = reasons(result)
    assert found.pop("gain") == "the broker does not give that of every position"
    assert set(found.values()) == {NOT_GIVEN}
    assert "gain" not in result.description


def test_a_loss_has_no_price_earnings_ratio_and_the_sentence_says_why(
    runner: RecipeRunner, library: Library
) -> None:
    result = runner.run(library.find("valuation"), symbols=["INTC", "SPY"])
    found = reasons(result)
    assert (found["INTC:trailing_pe"], found["SPY:trailing_pe"]) == ("there was no profit", NOT_KNOWN)
    assert "INTC has no P/E ratio (there was no profit)" in result.description


def test_a_figure_that_no_report_has_is_not_said_in_the_sentence(sparse: Sparse, library: Library) -> None:
    runner = sparse("revenue", "gross_profit")
    results = runner.run(library.find("financial_results"))
    assert "had a revenue of unknown size, and a net income of" in results.description
    with pytest.raises(ValueError, match="no reports of gross profit"):
        runner.run(library.find("company_figures"), items=["gross_profit"])
