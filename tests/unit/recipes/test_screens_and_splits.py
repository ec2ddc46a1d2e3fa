"""Recipes that screen, split money, group symbols or look at single days, against direct calculations."""

import math
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from prompts.library import Library
from schemas.result import Result
from tests.doubles.recipe_run import RecipeRunner

TOLERANCE = 1e-9


def figures(result: Result) -> dict[str, Any]:
    """Row id to value."""
    return {str(row.id): row.value for row in result.body}


def closes_of(runner: RecipeRunner, symbol: str, limit: int, **arguments: Any) -> pd.Series:
    """Closes by time, the oldest first."""
    tool = "alpaca_market_crypto_bars" if "/" in symbol else "alpaca_market_stocks_bars"
    data = runner.call(tool, {"symbol": symbol, "limit": limit, **arguments})["data"]
    return pd.Series(data["close"], index=data["timestamp"], dtype=float)


def wilder_rsi(closes: pd.Series, window: int) -> float:
    """The last RSI, from the mean of the first changes on."""
    changes = [float(change) for change in closes.diff().dropna()]
    gain = sum(max(change, 0) for change in changes[:window]) / window
    loss = sum(max(-change, 0) for change in changes[:window]) / window
    for change in changes[window:]:
        gain = (gain * (window - 1) + max(change, 0)) / window
        loss = (loss * (window - 1) + max(-change, 0)) / window
    return 100 - 100 / (1 + gain / loss)


@pytest.mark.parametrize(("universe", "level"), [("gainers", {"above": 60}), ("losers", {"below": 45})])
def test_a_screen_by_rsi_finds_exactly_those_that_meet_it(
    runner: RecipeRunner, library: Library, universe: str, level: dict[str, float]
) -> None:
    result = runner.run(library.find("rsi_screen"), universe=universe, top=10, **level)
    found = figures(result)
    rows = runner.call("alpaca_market_screener_movers", {"limit": 10})["data"][universe]
    expected = {
        row["symbol"]: wilder_rsi(closes_of(runner, row["symbol"], 265, adjustment="split"), 14)
        for row in rows
    }
    met = {s for s, v in expected.items() if level.get("above", -1) < v < level.get("below", 101)}
    assert {symbol: found[symbol] for symbol in expected} == pytest.approx(expected, abs=1e-6)
    assert found["count"] == len(met)
    assert {str(row.id) for row in result.body if (row.description or "").endswith("; meets it")} == met


def test_a_screen_looks_at_holdings_the_most_active_or_named_symbols(
    runner: RecipeRunner, library: Library
) -> None:
    recipe = library.find("rsi_screen")
    held = {row["symbol"] for row in runner.call("alpaca_trading_positions", {})["data"]["positions"]}
    assert set(figures(runner.run(recipe, universe="holdings", above=50))) - {"count"} == held
    rows = runner.call("alpaca_market_screener_most_actives", {"limit": 5, "by": "volume"})["data"]["rows"]
    active = figures(runner.run(recipe, universe="active", top=5, below=50))
    assert set(active) - {"count"} == {row["symbol"] for row in rows}
    named = runner.run(recipe, symbols=["TSLA", "BTC/USD"], above=0)
    assert figures(named)["count"] == 2
    assert named.description.startswith("Of 2 symbols, 2 had a 14-day RSI above 0: ")


def test_an_indicator_over_several_windows_is_that_of_pandas(runner: RecipeRunner, library: Library) -> None:
    recipe = library.find("indicator_windows")
    closes = closes_of(runner, "KO", 450)
    found = figures(runner.run(recipe, symbols=["KO"], indicator="sma", windows=[50, 200]))
    for window in (50, 200):
        mean = closes.tail(window).mean()
        assert found[f"KO:{window}"] == pytest.approx(mean, abs=TOLERANCE)
        assert found[f"KO:{window}:distance"] == pytest.approx(closes.iloc[-1] / mean - 1, abs=TOLERANCE)
    rates = figures(runner.run(recipe, symbols=["KO"], indicator="roc", windows=[5, 20]))
    assert rates["KO:20"] == pytest.approx(closes.iloc[-1] / closes.iloc[-21] - 1, abs=TOLERANCE)


def test_an_average_on_bars_within_the_day_is_of_these_bars(runner: RecipeRunner, library: Library) -> None:
    recipe = library.find("indicator_windows")
    parameters = {"symbols": ["BTC/USD"], "indicator": "ema", "windows": [9, 21], "timeframe": "4Hour"}
    found = figures(runner.run(recipe, **parameters))
    closes = closes_of(runner, "BTC/USD", 271, timeframe="4Hour").tolist()
    for window in (9, 21):
        average = sum(closes[:window]) / window
        for close in closes[window:]:
            average += (close - average) * 2 / (window + 1)
        assert found[f"BTC/USD:{window}"] == pytest.approx(average, rel=1e-9)
    assert found["BTC/USD:close"] == closes[-1]
    with pytest.raises(ValueError, match="windows from 2 to 500"):
        runner.run(recipe, symbols=["BTC/USD"], windows=[1])


def test_a_table_of_indicators_has_the_figures_of_each_symbol_alone(
    runner: RecipeRunner, library: Library
) -> None:
    names = ["rsi", "macd", "adx", "averages"]
    table = figures(runner.run(library.find("indicator_table"), symbols=["AMD", "ETH/USD"], indicators=names))
    for symbol in ("AMD", "ETH/USD"):
        alone = figures(runner.run(library.find("indicators"), symbol=symbol, indicators=names))
        assert {name: table[f"{symbol}:{name}"] for name in alone} == alone
    assert len(table) == 2 * len(alone)


def test_groups_are_those_of_average_linkage(
    runner: RecipeRunner, library: Library, closes: pd.DataFrame
) -> None:
    symbols = ["JPM", "BAC", "XOM", "CVX", "KO", "PEP", "AAPL", "MSFT"]
    matrix = closes[symbols].tail(505).pct_change().dropna().corr()
    tree = linkage(squareform(1 - matrix.to_numpy(), checks=False), method="average")
    for threshold in (0.4, 0.55, 0.7):
        found = figures(
            runner.run(library.find("correlation_clusters"), symbols=symbols, threshold=threshold)
        )
        labels = dict(zip(symbols, fcluster(tree, 1 - threshold, criterion="distance"), strict=True))
        ours = {frozenset(s for s in symbols if found[s] == number) for number in set(found.values())}
        theirs = {frozenset(s for s in symbols if labels[s] == label) for label in set(labels.values())}
        assert ours == theirs


def test_money_in_equal_parts_buys_equal_amounts(
    runner: RecipeRunner, library: Library, closes: pd.DataFrame
) -> None:
    symbols = ["KO", "PEP", "PG"]
    found = figures(runner.run(library.find("money_split"), symbols=symbols, amount=9_000))
    for symbol in symbols:
        assert found[symbol] == pytest.approx(3_000, abs=TOLERANCE)
        assert found[f"{symbol}:shares"] == pytest.approx(3_000 / closes[symbol].iloc[-1], abs=TOLERANCE)
    assert found["cash"] == 0


def test_money_is_split_by_given_weights(
    runner: RecipeRunner, library: Library, closes: pd.DataFrame
) -> None:
    recipe = library.find("money_split")
    found = figures(runner.run(recipe, symbols=["KO", "XOM"], amount=5_000, weights=[0.3, 0.7], days=10))
    assert (found["KO"], found["XOM"]) == pytest.approx((1_500, 3_500), abs=TOLERANCE)
    assert found["XOM:shares"] == pytest.approx(3_500 / closes["XOM"].iloc[-1], abs=TOLERANCE)
    with pytest.raises(ValueError, match="together make 1"):
        runner.run(recipe, symbols=["KO", "XOM"], weights=[0.5, 0.6])


@pytest.mark.parametrize("amount", [777, 10_000, 123_456])
def test_whole_shares_cost_no_more_than_the_money_and_stay_within_one_of_the_weights(
    runner: RecipeRunner, library: Library, closes: pd.DataFrame, amount: float
) -> None:
    symbols = ["AAPL", "KO", "XOM"]
    parameters = {"symbols": symbols, "objective": "min_variance"}
    found = figures(runner.run(library.find("money_split"), amount=amount, whole_shares=True, **parameters))
    weights = figures(runner.run(library.find("optimal_weights"), **parameters))
    prices = closes[symbols].iloc[-1]
    spent = 0.0
    for symbol in symbols:
        shares = found[f"{symbol}:shares"]
        assert shares == int(shares) >= 0
        assert abs(shares - amount * weights[symbol] / prices[symbol]) < 1
        spent += shares * prices[symbol]
    assert found["cash"] == pytest.approx(amount - spent, abs=1e-6)
    assert found["cash"] >= 0


def test_no_mix_of_two_within_the_volatility_returned_more(
    runner: RecipeRunner, library: Library, closes: pd.DataFrame
) -> None:
    parameters = {"symbols": ["KO", "AAPL"], "target_volatility": 0.28}
    found = figures(runner.run(library.find("optimal_weights"), **parameters))
    returns = closes[["KO", "AAPL"]].tail(757).pct_change().dropna()
    mean, covariance = returns.mean().to_numpy() * 252, returns.cov().to_numpy() * 252
    mixes = [np.array([share, 1 - share]) for share in np.linspace(0, 1, 10_001)]
    allowed = [mix @ mean for mix in mixes if math.sqrt(mix @ covariance @ mix) <= 0.28]
    assert found["volatility"] <= 0.28 + 1e-6
    assert found["expected_return"] == pytest.approx(max(allowed), abs=1e-4)


def test_weights_of_coins_are_of_years_of_365_days(runner: RecipeRunner, library: Library) -> None:
    symbols = ["BTC/USD", "ETH/USD"]
    found = figures(
        runner.run(library.find("optimal_weights"), symbols=symbols, objective="min_variance", days=365)
    )
    table = pd.DataFrame({symbol: closes_of(runner, symbol, 366) for symbol in symbols})
    covariance = table.pct_change().dropna().cov().to_numpy() * 365
    weights = np.array([found[symbol] for symbol in symbols])
    assert found["volatility"] == pytest.approx(math.sqrt(weights @ covariance @ weights), abs=1e-6)


def test_a_move_of_a_day_is_its_close_over_the_one_before(runner: RecipeRunner, library: Library) -> None:
    recipe = library.find("day_move")
    result = runner.run(recipe, symbols=["TSLA", "KO", "BTC/USD"], on="2026-11-18")
    found = figures(result)
    for symbol in ("TSLA", "KO", "BTC/USD"):
        adjusted = {} if "/" in symbol else {"adjustment": "split"}
        before, close = closes_of(runner, symbol, 10, start="2026-11-17", end="2026-11-18", **adjusted)
        assert found[symbol] == pytest.approx(close / before - 1, abs=TOLERANCE)
        assert found[f"{symbol}:close"] == close
    weekend = runner.run(recipe, symbols=["TSLA"], on="2026-11-22")
    assert weekend.description.startswith("2026-11-22 was no day of trading for TSLA. TSLA moved ")
    assert "on 2026-11-20" in weekend.description


def test_the_profit_of_days_adds_up_to_the_gain_of_the_history(
    runner: RecipeRunner, library: Library
) -> None:
    recipe = library.find("profit_by_day")
    history = runner.call("alpaca_trading_portfolio_history", {"period": "1M"})["data"]
    gains = pd.Series(history["gain"], index=pd.to_datetime(history["timestamp"]))
    first, last = gains.index[2].date(), gains.index[-2].date()
    found = figures(runner.run(recipe, start=first.isoformat(), end=last.isoformat()))
    assert found["total"] == pytest.approx(gains.iloc[-2] - gains.iloc[1], abs=0.01)
    assert len(found) == len(gains[2:-1]) + 1
    one = figures(runner.run(recipe, on=last.isoformat()))
    assert one == pytest.approx({"total": found[str(last)], str(last): found[str(last)]}, abs=TOLERANCE)
    assert len(figures(runner.run(recipe, days=7))) == 8
    with pytest.raises(ValueError, match="no profit and loss for 2026-11-22"):
        runner.run(recipe, on=date(2026, 11, 22).isoformat())
    with pytest.raises(ValueError, match="history for a year"):
        runner.run(recipe, start="2024-01-01")


@pytest.mark.parametrize(("order", "sign"), [("highest", 1), ("lowest", -1)])
def test_holdings_are_ahead_or_behind_by_the_difference_of_returns(
    runner: RecipeRunner, library: Library, order: str, sign: int
) -> None:
    result = runner.run(library.find("holdings_against"), benchmark="SPY", days=30, order=order)
    found = figures(result)
    held = runner.call("alpaca_trading_positions", {})["data"]["positions"]
    stocks = [each["symbol"] for each in held if each["asset_class"] != "crypto" and each["symbol"] != "SPY"]
    arguments = {"symbols": [*stocks, "SPY"], "limit": 31}
    table = pd.DataFrame(runner.call("alpaca_market_stocks_multi_bars", arguments)["data"]["close"]).dropna()
    returns = table.iloc[-1] / table.iloc[0] - 1
    expected = (returns[stocks] - returns["SPY"]).to_dict()
    assert {symbol: found[symbol] for symbol in stocks} == pytest.approx(expected, abs=TOLERANCE)
    assert found["benchmark"] == pytest.approx(returns["SPY"], abs=TOLERANCE)
    met = sum(sign * value > 0 for value in expected.values())
    side = "better" if sign > 0 else "worse"
    assert f"Of {len(stocks)} holdings, {met or 'none'} did {side} than SPY" in result.description


def test_bars_within_some_days_are_all_of_them(runner: RecipeRunner, library: Library) -> None:
    recipe = library.find("within_the_day")
    days = {"start": "2026-11-17", "end": "2026-11-19"}
    found = figures(runner.run(recipe, symbol="TSLA", timeframe="30Min", **days))
    arguments = {"symbol": "TSLA", "timeframe": "30Min", "limit": 1000, "adjustment": "split", **days}
    data = runner.call("alpaca_market_stocks_bars", arguments)["data"]
    assert (found["high"], found["low"]) == (max(data["high"]), min(data["low"]))
    assert found["volume"] == sum(data["volume"])
    with pytest.raises(ValueError, match="at most 31 days"):
        runner.run(recipe, symbol="TSLA", start="2025-01-01", end="2025-12-31")
