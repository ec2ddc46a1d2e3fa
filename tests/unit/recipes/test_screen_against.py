"""Rankings of a universe against a benchmark, by direct calculations."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from prompts.library import Library
from schemas.result import Result
from tests.doubles.recipe_run import RecipeRunner

TOLERANCE = 1e-9
SECTORS = ["XLK", "XLF", "XLE", "XLV", "XLY", "XLP", "XLI", "XLU", "XLB", "XLRE", "XLC"]


def figures(result: Result) -> dict[str, Any]:
    """Row id to value."""
    return {str(row.id): row.value for row in result.body}


def returns_of(runner: RecipeRunner, symbols: list[str], days: int) -> pd.DataFrame:
    """Daily returns by day and symbol."""
    data = runner.call("alpaca_market_stocks_multi_bars", {"symbols": symbols, "limit": days + 1})["data"]
    closes = pd.DataFrame(data["close"], index=pd.to_datetime(data["timestamp"]), dtype=float)
    return (closes / closes.shift() - 1).iloc[1:]


@pytest.mark.parametrize("order", ["highest", "lowest"])
def test_correlations_and_betas_are_those_of_numpy(
    order: str, runner: RecipeRunner, library: Library
) -> None:
    recipe = library.find("screen_against")
    asked = {"universe": "sectors", "benchmark": "QQQ", "days": 100, "order": order}
    correlations = figures(runner.run(recipe, measure="correlation", **asked))
    betas = figures(runner.run(recipe, measure="beta", **asked))
    returns = returns_of(runner, [*SECTORS, "QQQ"], 100)
    market = returns["QQQ"].to_numpy()
    for symbol in SECTORS:
        own = returns[symbol].to_numpy()
        assert correlations[symbol] == pytest.approx(np.corrcoef(own, market)[0, 1], abs=TOLERANCE)
        assert betas[symbol] == pytest.approx(np.polyfit(market, own, 1)[0], abs=TOLERANCE)
    for found in (correlations, betas):
        assert set(found) == set(SECTORS)
        assert list(found.values()) == sorted(found.values(), reverse=order == "highest")


@pytest.mark.parametrize(
    ("benchmark", "condition", "rival"),
    [("QQQ", "rose", "SPY"), ("QQQ", "fell", "SPY"), ("XLE", "beat", "SPY"), ("IWM", "beat", "QQQ")],
)
def test_a_mean_return_is_of_the_days_that_meet_the_condition(
    benchmark: str, condition: str, rival: str, runner: RecipeRunner, library: Library
) -> None:
    recipe = library.find("screen_against")
    asked = {"benchmark": benchmark, "condition": condition, "rival": rival}
    result = runner.run(recipe, universe="sectors", measure="mean_return", days=80, **asked)
    found = figures(result)
    returns = returns_of(runner, [*SECTORS, "QQQ", "IWM", "SPY"], 80)
    first, other = returns[benchmark].tolist(), returns[rival].tolist()
    met = [
        at
        for at in range(80)
        if {"rose": first[at] > 0, "fell": first[at] < 0, "beat": first[at] > other[at]}[condition]
    ]
    ranked = [symbol for symbol in SECTORS if symbol != benchmark]
    for symbol in ranked:
        assert found[symbol] == pytest.approx(np.mean(returns[symbol].to_numpy()[met]), abs=TOLERANCE)
    assert found["benchmark"] == pytest.approx(np.mean(returns[benchmark].to_numpy()[met]), abs=TOLERANCE)
    assert found["days"] == len(met)
    others = {"benchmark", "days", "rival"} if condition == "beat" else {"benchmark", "days"}
    assert set(found) == {*ranked, *others}
    if condition == "beat":
        assert found["rival"] == pytest.approx(np.mean(returns[rival].to_numpy()[met]), abs=TOLERANCE)
    event = f"beat {rival}" if condition == "beat" else condition
    assert f"by mean return on days when {benchmark} {event} (highest first)" in result.description
    assert ("(XLE itself is not ranked)" in result.description) is (benchmark == "XLE")


def test_holdings_are_held_against_a_benchmark_and_pairs_against_a_pair(
    runner: RecipeRunner, library: Library
) -> None:
    recipe = library.find("screen_against")
    held = runner.call("alpaca_trading_positions", {})["data"]["positions"]
    stocks = {row["symbol"] for row in held if row["asset_class"] != "crypto"}
    found = figures(runner.run(recipe, universe="holdings", benchmark="TLT", months=4))
    assert set(found) == stocks - {"TLT"}
    pairs = figures(runner.run(recipe, universe="crypto", benchmark="BTC/USD", days=60))
    closes = {
        symbol: runner.call("alpaca_market_crypto_bars", {"symbol": symbol, "limit": 61})["data"]["close"]
        for symbol in ("BTC/USD", "SOL/USD")
    }
    changes = [np.diff(each) / np.array(each[:-1]) for each in closes.values()]
    assert pairs["SOL/USD"] == pytest.approx(np.corrcoef(*changes)[0, 1], abs=TOLERANCE)


def test_who_cannot_be_compared_has_no_figure_and_a_reason(
    runner: RecipeRunner, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = library.find("screen_against")
    call = runner.call

    def shorten(name: str, arguments: dict[str, Any]) -> Any:
        answer = call(name, arguments)
        close = answer["data"]["close"]
        close["XLC"] = [None] * 60 + close["XLC"][60:]
        close["XLU"] = [100.0] * len(close["XLU"])
        close["XLE"] = [None] * len(close["XLE"])
        return answer

    monkeypatch.setattr(runner, "call", shorten)
    result = runner.run(recipe, universe="sectors", benchmark="SPY", days=90)
    reasons = {row.id: row.reason for row in result.body if row.value is None}
    assert set(reasons) == {"XLC", "XLU", "XLE"}
    assert "its closes are from 20" in reasons["XLC"]
    assert reasons["XLU"] == "a price does not move here"
    assert reasons["XLE"] == "it has no closes in this period"


def test_too_short_a_period_or_a_rival_that_is_the_benchmark_is_said(
    runner: RecipeRunner, library: Library
) -> None:
    recipe = library.find("screen_against")
    with pytest.raises(ValueError, match="choose a longer period"):
        runner.run(recipe, universe="sectors", days=10)
    with pytest.raises(ValueError, match="cannot beat itself"):
        runner.run(recipe, measure="mean_return", condition="beat", benchmark="SPY")
