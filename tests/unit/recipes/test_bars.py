"""Recipes over full bars and over several indicators: their figures are those of pandas on the same bars."""

from typing import Any

import pandas as pd
import pytest

from prompts.library import Library
from schemas.result import Result
from tests.doubles.recipe_run import RecipeRunner, ToolError

TOLERANCE = 1e-9
NAMES = ["open", "high", "low", "close", "volume"]


def figures(result: Result) -> dict[str, Any]:
    """Row id to value."""
    return {str(row.id): row.value for row in result.body}


def bars_of(runner: RecipeRunner, symbol: str, **request: Any) -> pd.DataFrame:
    """Bars as they were traded."""
    tool = "alpaca_market_crypto_bars" if "/" in symbol else "alpaca_market_stocks_bars"
    split = {} if "/" in symbol else {"adjustment": "split"}
    data = runner.call(tool, {"symbol": symbol, **split, **request})["data"]
    return pd.DataFrame({name: data[name] for name in NAMES}, index=pd.to_datetime(data["timestamp"]))


def test_a_summary_compares_the_close_with_a_day_a_month_and_a_year_before(
    runner: RecipeRunner, library: Library
) -> None:
    found = figures(runner.run(library.find("summary"), symbol="TSLA"))
    closes = bars_of(runner, "TSLA", limit=400)["close"]
    last = closes.iloc[-1]
    assert found["price"] == last
    assert found["change_day"] == pytest.approx(last / closes.iloc[-2] - 1, abs=TOLERANCE)
    assert found["change_month"] == pytest.approx(last / closes[:"2026-10-24"].iloc[-1] - 1, abs=TOLERANCE)
    year = closes["2025-11-24":]
    assert (found["year_high"], found["year_low"]) == (year.max(), year.min())
    assert found["volatility"] == pytest.approx(year.pct_change().std() * 252**0.5, abs=TOLERANCE)
    assert found["next_report"] > "2026-11-24" >= found["last_report"]


def test_a_summary_of_a_crypto_currency_has_no_reports(runner: RecipeRunner, library: Library) -> None:
    found = figures(runner.run(library.find("summary"), symbol="BTC/USD"))
    closes = bars_of(runner, "BTC/USD", limit=400)["close"]["2025-11-24":]
    assert found["volatility"] == pytest.approx(closes.pct_change().std() * 365**0.5, abs=TOLERANCE)
    assert "next_report" not in found


def test_the_high_and_the_low_of_a_period_are_the_extremes_of_its_days(
    runner: RecipeRunner, library: Library
) -> None:
    recipe = library.find("high_and_low")
    bars = bars_of(runner, "KO", start="2020-01-01", end="2020-12-31", limit=400)
    found = figures(runner.run(recipe, symbol="KO", days=None, start="2020-01-01", end="2020-12-31"))
    assert (found["high"], found["low"]) == (bars["high"].max(), bars["low"].min())
    assert (found["open"], found["close"]) == (bars["open"].iloc[0], bars["close"].iloc[-1])
    month = figures(runner.run(recipe, symbol="KO", days=None, months=1))
    newest = bars_of(runner, "KO", limit=40)["2026-10-25":]
    assert (month["high"], month["volume"]) == (newest["high"].max(), newest["volume"].sum())


def test_a_day_without_trading_is_answered_by_the_one_before_and_said(
    runner: RecipeRunner, library: Library
) -> None:
    result = runner.run(library.find("high_and_low"), symbol="TSLA", on="2026-11-22")
    bar = bars_of(runner, "TSLA", end="2026-11-20", limit=1).iloc[-1]
    assert result.description.startswith("2026-11-22 was no day of trading. On 2026-11-20")
    assert figures(result)["high"] == bar["high"]


def test_an_all_time_high_is_of_all_the_closes_and_says_where_they_begin(
    runner: RecipeRunner, library: Library
) -> None:
    result = runner.run(library.find("all_time_high"), symbols=["TSLA", "ETH/USD"])
    found = figures(result)
    for symbol in ("TSLA", "ETH/USD"):
        closes = bars_of(runner, symbol, limit=10_000)["close"]
        assert found[f"{symbol}:high"] == closes.max()
        assert found[f"{symbol}:from_high"] == pytest.approx(
            closes.iloc[-1] / closes.max() - 1, abs=TOLERANCE
        )
        assert f"begins on {closes.index[0]:%Y-%m-%d}" in result.description


def test_a_vwap_weighs_typical_prices_by_volume(runner: RecipeRunner, library: Library) -> None:
    recipe = library.find("within_the_day")
    found = figures(runner.run(recipe, symbol="NVDA", on="2026-11-20"))
    bars = bars_of(runner, "NVDA", timeframe="5Min", start="2026-11-20", end="2026-11-20", limit=1000)
    typical = (bars["high"] + bars["low"] + bars["close"]) / 3
    assert found["vwap"] == pytest.approx((typical * bars["volume"]).sum() / bars["volume"].sum())
    assert found["volume"] == bars["volume"].sum()
    days = runner.run(recipe, symbol="NVDA", timeframe="1Hour", days=2)
    assert {when[:10] for when in days.charts[0].x} == {"2026-11-23", "2026-11-24"}


def test_indicators_side_by_side_are_those_of_their_tools(runner: RecipeRunner, library: Library) -> None:
    chosen = ["rsi", "mfi", "averages", "obv", "roc"]
    found = figures(runner.run(library.find("indicators"), symbol="NVDA", indicators=chosen))
    single = figures(runner.run(library.find("rsi"), symbols=["NVDA"]))
    bars = bars_of(runner, "NVDA", adjustment="all", limit=500)
    assert found["RSI (14)"] == pytest.approx(single["NVDA"], abs=1e-6)
    assert found["50-day moving average"] == pytest.approx(bars["close"].tail(50).mean())
    assert found["rate of change (10)"] == pytest.approx(bars["close"].pct_change(10).iloc[-1])
    flow = (bars["high"] + bars["low"] + bars["close"]) / 3 * bars["volume"]
    moves = (flow / bars["volume"]).diff().tail(14)
    rising = flow.tail(14)[moves > 0].sum()
    assert found["money-flow index (14)"] == pytest.approx(100 * rising / flow.tail(14)[moves != 0].sum())
    signs = bars["close"].diff().tail(20).apply(lambda change: (change > 0) - (change < 0))
    assert found["obv_change"] == pytest.approx((signs * bars["volume"].tail(20)).sum())


def test_an_indicator_of_volume_takes_bars_that_have_one(runner: RecipeRunner, library: Library) -> None:
    found = figures(runner.run(library.find("indicators"), symbol="AAPL", indicators=["obv"]))
    bars = bars_of(runner, "AAPL", limit=500)
    signs = bars["close"].diff().tail(20).apply(lambda change: (change > 0) - (change < 0))
    assert found["obv_change"] == pytest.approx((signs * bars["volume"].tail(20)).sum())
    with pytest.raises(ToolError):
        runner.run(library.find("indicators"), symbol="ZZZZQ", indicators=["obv"])
