"""Recipes over prices: each figure is that of a direct calculation on the same bars."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mcp_servers.financial.vendors.sample import SampleVendor
from prompts.library import Library
from schemas.result import Result
from tests.doubles.recipe_run import RecipeRunner, make_recipe_tools

TOLERANCE = 1e-9
YEAR_2008 = {"days": None, "start": "2008-01-01", "end": "2008-12-31"}


def figures(result: Result) -> dict[str, Any]:
    """Row id to value."""
    return {str(row.id): row.value for row in result.body}


def wilder(values: Any, window: int) -> Any:
    """Wilder's smoothing, seeded with the mean of the first values."""
    seed = pd.Series([values.iloc[:window].mean()])
    return pd.concat([seed, values.iloc[window:]]).ewm(alpha=1 / window, adjust=False).mean()


def bars_of(runner: RecipeRunner, symbol: str, limit: int) -> Any:
    """The bars that the recipe sees too."""
    tool = "alpaca_market_crypto_bars" if "/" in symbol else "alpaca_market_stocks_bars"
    table = runner.call(tool, {"symbol": symbol, "limit": limit})["data"]
    return pd.DataFrame({name: table[name] for name in ("open", "high", "low", "close", "volume")})


def test_an_rsi_weighs_gains_against_losses(runner: RecipeRunner, library: Library, closes: Any) -> None:
    result = runner.run(library.find("rsi"), symbols=["KO", "GE"], order="lowest")
    for symbol in ("KO", "GE"):
        moves = closes[symbol].tail(514).diff().dropna()
        gains = wilder(moves.clip(lower=0), 14).iloc[-1]
        losses = wilder(-moves.clip(upper=0), 14).iloc[-1]
        assert figures(result)[symbol] == pytest.approx(100 - 100 / (1 + gains / losses), abs=1e-6)
    found = [row.value for row in result.body]
    assert found == sorted(found)


def test_a_macd_is_the_fast_average_minus_the_slow_one(
    runner: RecipeRunner, library: Library, closes: Any
) -> None:
    found = figures(runner.run(library.find("macd"), symbol="MSFT"))
    series = closes["MSFT"]
    macd = series.ewm(span=12, adjust=False).mean() - series.ewm(span=26, adjust=False).mean()
    # 500 bars are enough for the beginning not to matter.
    assert found["macd"] == pytest.approx(macd.iloc[-1], abs=1e-6)
    assert found["signal"] == pytest.approx(macd.ewm(span=9, adjust=False).mean().iloc[-1], abs=1e-6)
    assert found["histogram"] == pytest.approx(found["macd"] - found["signal"], abs=TOLERANCE)


def test_bollinger_bands_stand_two_population_deviations_away(
    runner: RecipeRunner, library: Library, closes: Any
) -> None:
    found = figures(runner.run(library.find("bollinger_bands"), symbol="JPM"))
    last = closes["JPM"].tail(20)
    assert found["middle"] == pytest.approx(last.mean(), abs=TOLERANCE)
    assert found["upper"] == pytest.approx(last.mean() + 2 * last.std(ddof=0), abs=TOLERANCE)
    assert found["lower"] == pytest.approx(last.mean() - 2 * last.std(ddof=0), abs=TOLERANCE)
    assert found["close"] == last.iloc[-1]


def test_an_exponential_average_forgets_by_its_factor(
    runner: RecipeRunner, library: Library, closes: Any
) -> None:
    found = figures(runner.run(library.find("exponential_average"), symbols=["XOM"], window=20))
    expected = closes["XOM"].tail(1000).ewm(span=20, adjust=False).mean().iloc[-1]
    assert found["XOM:ema"] == pytest.approx(expected, abs=1e-6)
    assert found["XOM"] == pytest.approx(found["XOM:close"] / found["XOM:ema"] - 1, abs=TOLERANCE)


def test_an_average_true_range_counts_the_close_before(runner: RecipeRunner, library: Library) -> None:
    found = figures(runner.run(library.find("average_true_range"), symbols=["TSLA"]))
    bars = bars_of(runner, "TSLA", 264)
    before = bars["close"].shift()
    ranges = pd.concat([bars.high - bars.low, (bars.high - before).abs(), (bars.low - before).abs()], axis=1)
    expected = [wilder(ranges.max(axis=1).iloc[skip:], 14).iloc[-1] for skip in (0, 1)]
    assert found["TSLA"] == pytest.approx(np.mean(expected), abs=1e-6)


def test_indicators_know_crypto_currencies(runner: RecipeRunner, library: Library) -> None:
    result = runner.run(library.find("year_range"), symbols=["BTC/USD"])
    close = bars_of(runner, "BTC/USD", 370)["close"].tail(365)
    assert figures(result)["BTC/USD:high"] == pytest.approx(close.max(), abs=TOLERANCE)
    assert result.body[0].unit == "USD"


def test_where_a_vendor_has_closes_alone_another_s_traded_bars_have_a_true_range(
    runner: RecipeRunner, library: Library
) -> None:
    found = figures(runner.run(library.find("average_true_range"), symbols=["AAPL"]))
    traded = {"symbol": "AAPL", "limit": 264, "adjustment": "split"}
    bars = pd.DataFrame(runner.call("alpaca_market_stocks_bars", traded)["data"])
    before = bars["close"].shift()
    ranges = pd.concat([bars.high - bars.low, (bars.high - before).abs(), (bars.low - before).abs()], axis=1)
    expected = wilder(ranges.max(axis=1).iloc[1:], 14).iloc[-1]
    assert found["AAPL"] == pytest.approx(expected, abs=1e-6)
    assert found["AAPL:fraction"] == pytest.approx(expected / bars["close"].iloc[-1], abs=1e-6)


def test_closes_alone_have_no_true_range_and_that_is_said(
    vendor: SampleVendor, monkeypatch: pytest.MonkeyPatch, library: Library
) -> None:
    runner = RecipeRunner(make_recipe_tools([vendor]), monkeypatch)
    with pytest.raises(ValueError, match=r"AAPL has no high or low.*MARKET_DATA_VENDORS"):
        runner.run(library.find("average_true_range"), symbols=["AAPL"])


def test_the_stochastic_and_the_adx_keep_their_limits(runner: RecipeRunner, library: Library) -> None:
    stochastic = figures(runner.run(library.find("stochastic"), symbol="TSLA"))
    bars = bars_of(runner, "TSLA", 60)
    low, high = bars.low.rolling(14).min(), bars.high.rolling(14).max()
    k = (100 * (bars.close - low) / (high - low)).rolling(3).mean()
    assert stochastic["k"] == pytest.approx(k.iloc[-1], abs=1e-6)
    assert stochastic["d"] == pytest.approx(k.tail(3).mean(), abs=1e-6)
    assert 0 <= figures(runner.run(library.find("trend_strength"), symbol="TSLA"))["adx"] <= 100


def test_supports_are_below_the_close_and_resistances_above(
    runner: RecipeRunner, library: Library, closes: Any
) -> None:
    found = figures(runner.run(library.find("support_resistance"), symbol="JNJ"))
    for name, level in found.items():
        assert (level <= closes["JNJ"].iloc[-1]) == name.startswith("support")


def test_a_year_range_is_of_the_closes_of_52_weeks(
    runner: RecipeRunner, library: Library, closes: Any
) -> None:
    found = figures(runner.run(library.find("year_range"), symbols=["CVX"]))
    year = closes["CVX"]["2021-12-29":]
    assert (found["CVX:high"], found["CVX:low"]) == (year.max(), year.min())
    assert found["CVX:from_high"] == pytest.approx(year.iloc[-1] / year.max() - 1, abs=TOLERANCE)


def test_crosses_are_where_the_averages_change_places(
    runner: RecipeRunner, library: Library, closes: Any
) -> None:
    found = figures(runner.run(library.find("sma_crossovers"), symbol="HD", start="2015-01-01"))
    series = closes["HD"]
    is_above = series.rolling(50).mean() > series.rolling(200).mean()
    changes = is_above.iloc[200:].astype(int).diff().loc["2015-01-01":]
    assert found["golden_cross"] == (changes == 1).sum()
    assert found["death_cross"] == (changes == -1).sum()
    assert {day for day in found if day[0] == "2"} == {
        f"{day:%Y-%m-%d}" for day in changes[changes != 0].index
    }


def test_a_backtested_crossover_trades_a_day_after_its_signal(
    runner: RecipeRunner, library: Library, closes: Any
) -> None:
    recipe = library.find("sma_backtest")
    found = figures(runner.run(recipe, symbol="GE", short_window=20, long_window=50, cost_bps=0))
    series = closes["GE"]
    held = (series.rolling(20).mean() > series.rolling(50).mean()).shift(2, fill_value=False)
    growth = (1 + series.pct_change().fillna(0) * held).prod()
    assert found["strategy:total_return"] == pytest.approx(growth - 1, rel=1e-6)
    assert found["buy_and_hold:total_return"] == pytest.approx(series.iloc[-1] / series.iloc[0] - 1, rel=1e-6)


def test_an_rsi_backtest_costs_more_with_costs(runner: RecipeRunner, library: Library) -> None:
    recipe = library.find("rsi_backtest")
    free = figures(runner.run(recipe, symbol="PG", start="2000-01-01", cost_bps=0))
    dear = figures(runner.run(recipe, symbol="PG", start="2000-01-01", cost_bps=50))
    assert free["strategy:trades"] == dear["strategy:trades"] > 0
    assert free["strategy:total_return"] > dear["strategy:total_return"]


def test_calendar_returns_are_from_one_end_to_the_next(
    runner: RecipeRunner, library: Library, closes: Any
) -> None:
    recipe = library.find("calendar_returns")
    by_month = figures(runner.run(recipe, symbol="PEP", by="month", **YEAR_2008))
    ends = closes["PEP"].resample("ME").last().pct_change()["2008"]
    assert [by_month[f"{day:%Y-%m}"] for day in ends.index] == pytest.approx(list(ends), abs=TOLERANCE)
    assert by_month["worst"] == pytest.approx(ends.min(), abs=TOLERANCE)
    by_year = figures(runner.run(recipe, symbol="PEP", by="year", start="2015-01-01"))
    years = closes["PEP"].resample("YE").last().pct_change()["2015":]
    assert by_year["2015"] == pytest.approx(years.iloc[0], abs=TOLERANCE)
    assert by_year["best"] == pytest.approx(years.max(), abs=TOLERANCE)


def test_a_season_is_the_mean_of_its_returns(runner: RecipeRunner, library: Library, closes: Any) -> None:
    recipe = library.find("seasonality")
    months = closes["WMT"].resample("ME").last().pct_change().dropna()
    found = figures(runner.run(recipe, symbol="WMT"))
    assert found["March"] == pytest.approx(months[months.index.month == 3].mean(), abs=TOLERANCE)
    days = closes["WMT"].pct_change().dropna()
    found = figures(runner.run(recipe, symbol="WMT", by="weekday"))
    assert found["Monday"] == pytest.approx(days[days.index.day_of_week == 0].mean(), abs=TOLERANCE)


def test_a_streak_is_a_run_of_one_sign(runner: RecipeRunner, library: Library, closes: Any) -> None:
    found = figures(runner.run(library.find("streaks"), symbol="AAPL", days=60))
    signs = np.sign(closes["AAPL"].tail(61).pct_change().dropna())
    runs = signs.groupby((signs != signs.shift()).cumsum()).agg(["first", "size"])
    assert found["current"] == runs["size"].iloc[-1]
    assert found["longest_gains"] == runs[runs["first"] == 1]["size"].max()
    assert found["longest_losses"] == runs[runs["first"] == -1]["size"].max()


def test_gaps_and_volumes_are_those_of_the_bars(runner: RecipeRunner, library: Library) -> None:
    bars = bars_of(runner, "TSLA", 61)
    gaps = (bars.open / bars.close.shift() - 1).dropna()
    found = figures(runner.run(library.find("gaps"), symbol="TSLA", days=60))
    assert found["latest"] == pytest.approx(gaps.iloc[-1], abs=TOLERANCE)
    assert found["up"] == (gaps > 0.01).sum()
    volumes = figures(runner.run(library.find("trading_volume"), symbols=["TSLA"]))
    assert volumes["TSLA:mean"] == pytest.approx(bars.volume.iloc[:-1].mean(), abs=TOLERANCE)
    assert volumes["TSLA:ratio"] == pytest.approx(
        bars.volume.iloc[-1] / bars.volume.iloc[:-1].mean(), abs=TOLERANCE
    )


def test_crypto_currencies_are_annualised_over_365_days(runner: RecipeRunner, library: Library) -> None:
    found = figures(runner.run(library.find("crypto_performance"), symbol="ETH/USD", days=90))
    close = bars_of(runner, "ETH/USD", 91)["close"]
    assert found["total_return"] == pytest.approx(close.iloc[-1] / close.iloc[0] - 1, abs=TOLERANCE)
    assert found["volatility"] == pytest.approx(close.pct_change().std() * math.sqrt(365), abs=TOLERANCE)
    assert found["max_drawdown"] == pytest.approx((close / close.cummax() - 1).min(), abs=TOLERANCE)


def test_money_invested_once_grows_with_the_close(
    runner: RecipeRunner, library: Library, closes: Any
) -> None:
    found = figures(runner.run(library.find("invested_once"), symbol="KO", amount=5000, start="2010-01-01"))
    series = closes["KO"]["2010":]
    assert found["worth"] == pytest.approx(5000 * series.iloc[-1] / series.iloc[0], abs=1e-6)


def test_money_invested_monthly_buys_at_each_first_close(
    runner: RecipeRunner, library: Library, closes: Any
) -> None:
    found = figures(runner.run(library.find("invested_monthly"), symbol="KO", amount=100, start="2020-01-01"))
    series = closes["KO"]["2020":]
    first = series.groupby(series.index.to_period("M")).head(1)
    assert found["paid"] == 100 * len(first)
    assert found["worth"] == pytest.approx((100 / first).sum() * series.iloc[-1], abs=1e-6)
    ages = pd.Series((series.index[-1] - first.index).days / 365.25)
    assert (100 * (1 + found["annual_rate"]) ** ages).sum() == pytest.approx(found["worth"], rel=1e-6)
