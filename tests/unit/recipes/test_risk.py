"""Recipes for risk, portfolios, companies and the account, against direct calculations or the data itself."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prompts.library import Library
from schemas.result import Result
from tests.doubles.recipe_run import RecipeRunner

TOLERANCE = 1e-9


def figures(result: Result) -> dict[str, Any]:
    """Row id to value."""
    return {str(row.id): row.value for row in result.body}


@pytest.fixture(scope="module")
def returns(closes: Any) -> Any:
    """Of the last 756 days, which most recipes for risk look back."""
    return closes.tail(757).pct_change().dropna()


def test_a_value_at_risk_is_a_percentile_of_the_losses(
    runner: RecipeRunner, library: Library, returns: Any
) -> None:
    found = figures(runner.run(library.find("value_at_risk"), symbols=["JPM"], confidence=0.99))
    limit = np.percentile(returns["JPM"], 1)
    assert found["JPM"] == pytest.approx(-limit, abs=TOLERANCE)
    assert found["JPM:cvar"] == pytest.approx(-returns["JPM"][returns["JPM"] <= limit].mean(), abs=1e-3)
    assert found["JPM:cvar"] >= found["JPM"]


def test_a_sortino_ratio_counts_losses_alone_as_risk(
    runner: RecipeRunner, library: Library, closes: Any
) -> None:
    found = figures(runner.run(library.find("sortino_ranking"), symbols=["LLY", "KO"], order="lowest"))
    daily = closes[["LLY", "KO"]].tail(253).pct_change().dropna()
    downside = (daily.clip(upper=0) ** 2).mean() ** 0.5
    assert found == pytest.approx((daily.mean() / downside * math.sqrt(252)).to_dict(), abs=TOLERANCE)
    assert list(found) == sorted(found, key=lambda symbol: found[symbol])


def test_a_risk_summary_agrees_with_its_parts(runner: RecipeRunner, library: Library, returns: Any) -> None:
    found = figures(runner.run(library.find("risk_summary"), symbols=["MSFT"]))
    daily = returns["MSFT"]
    growth = (1 + daily).prod() ** (252 / len(daily)) - 1
    assert found["MSFT:volatility"] == pytest.approx(daily.std() * math.sqrt(252), abs=TOLERANCE)
    assert found["MSFT:sharpe"] == pytest.approx(daily.mean() / daily.std() * math.sqrt(252), abs=TOLERANCE)
    assert found["MSFT:calmar"] == pytest.approx(growth / -found["MSFT:max_drawdown"], abs=TOLERANCE)


def test_a_beta_is_covariance_over_variance(runner: RecipeRunner, library: Library, closes: Any) -> None:
    found = figures(runner.run(library.find("beta_and_alpha"), symbols=["XOM"]))
    daily = closes[["XOM", "^GSPC"]].tail(253).pct_change().dropna()
    beta = daily.cov().loc["XOM", "^GSPC"] / daily["^GSPC"].var()
    alpha = (1 + (daily["XOM"] - beta * daily["^GSPC"]).mean()) ** 252 - 1
    assert found["XOM:beta"] == pytest.approx(beta, abs=TOLERANCE)
    assert found["XOM:alpha"] == pytest.approx(alpha, abs=1e-6)


def test_rolling_figures_are_those_of_pandas(runner: RecipeRunner, library: Library, closes: Any) -> None:
    daily = closes[["KO", "PEP"]].tail(253).pct_change().dropna()
    found = figures(runner.run(library.find("rolling_volatility"), symbol="KO", window=20))
    rolling = daily["KO"].rolling(20).std().dropna() * math.sqrt(252)
    assert found["latest"] == pytest.approx(rolling.iloc[-1], abs=TOLERANCE)
    assert found["highest"] == pytest.approx(rolling.max(), abs=TOLERANCE)
    recipe = library.find("rolling_correlation")
    found = figures(runner.run(recipe, symbols=["KO", "PEP"], window=60, days=252))
    rolling = daily["KO"].rolling(60).corr(daily["PEP"]).dropna()
    assert found["latest"] == pytest.approx(rolling.iloc[-1], abs=TOLERANCE)
    assert found["lowest"] == pytest.approx(rolling.min(), abs=TOLERANCE)


def test_the_first_of_the_drawdowns_is_the_deepest(
    runner: RecipeRunner, library: Library, closes: Any
) -> None:
    found = figures(runner.run(library.find("drawdown_table"), symbol="BAC", top=3, start="2000-01-01"))
    series = closes["BAC"]["2000":]
    assert found["drawdown_1"] == pytest.approx((series / series.cummax() - 1).min(), abs=TOLERANCE)
    assert list(found.values()) == sorted(found.values())


def test_no_other_weights_are_less_volatile(runner: RecipeRunner, library: Library, returns: Any) -> None:
    symbols = ["KO", "XOM"]
    found = figures(runner.run(library.find("optimal_weights"), symbols=symbols, objective="min_variance"))
    covariance = returns[symbols].cov().to_numpy()
    inverse = np.linalg.solve(covariance, np.ones(2))
    expected = inverse / inverse.sum()
    assert [found[symbol] for symbol in symbols] == pytest.approx(expected, abs=1e-4)
    assert found["volatility"] == pytest.approx(math.sqrt(expected @ covariance @ expected * 252), abs=1e-6)


def test_equal_risk_of_two_is_inverse_volatility(
    runner: RecipeRunner, library: Library, returns: Any
) -> None:
    symbols = ["KO", "XOM"]
    found = figures(runner.run(library.find("optimal_weights"), symbols=symbols, objective="risk_parity"))
    inverse = 1 / returns[symbols].std()
    assert [found[symbol] for symbol in symbols] == pytest.approx(list(inverse / inverse.sum()), abs=1e-4)


def test_a_portfolio_returns_the_weighted_mean_of_each_day(
    runner: RecipeRunner, library: Library, returns: Any
) -> None:
    recipe = library.find("portfolio_metrics")
    found = figures(runner.run(recipe, symbols=["AAPL", "KO"], weights=[0.6, 0.4]))
    daily = 0.6 * returns["AAPL"] + 0.4 * returns["KO"]
    assert found["total_return"] == pytest.approx((1 + daily).prod() - 1, abs=TOLERANCE)
    assert found["volatility"] == pytest.approx(daily.std() * math.sqrt(252), abs=TOLERANCE)
    with pytest.raises(ValueError, match="give fractions that make 1"):
        runner.run(recipe, symbols=["AAPL", "KO"], weights=[0.6, 0.6])


def test_the_risk_of_the_holdings_is_that_of_their_weights_today(
    runner: RecipeRunner, library: Library
) -> None:
    result = runner.run(library.find("holdings_risk"))
    held = runner.call("alpaca_trading_positions", {})["data"]["positions"]
    value = {p["symbol"]: p["market_value"] for p in held if p["asset_class"] != "crypto"}
    answer = runner.call("alpaca_market_stocks_multi_bars", {"symbols": [*value, "SPY"], "limit": 253})
    daily = pd.DataFrame(answer["data"]["close"]).dropna().pct_change().dropna()
    weights = pd.Series(value) / sum(value.values())
    portfolio = (daily[list(value)] * weights).sum(axis=1)
    beta = portfolio.cov(daily["SPY"]) / daily["SPY"].var()
    assert figures(result)["volatility"] == pytest.approx(portfolio.std() * math.sqrt(252), abs=TOLERANCE)
    assert figures(result)["beta"] == pytest.approx(beta, abs=TOLERANCE)
    assert "Left out: BTC/USD" in result.description


def test_positions_add_up_to_what_the_broker_says(runner: RecipeRunner, library: Library) -> None:
    found = figures(runner.run(library.find("positions"), rank_by="loss"))
    held = runner.call("alpaca_trading_positions", {})["data"]["positions"]
    assert found["total"] == pytest.approx(sum(p["market_value"] for p in held), abs=1e-6)
    assert found["gain"] == pytest.approx(sum(p["unrealized_gain"] for p in held), abs=1e-6)
    gains = [found[symbol] for symbol in found if symbol not in ("total", "gain", "effective")]
    assert gains == sorted(gains)


def test_the_account_and_its_history_are_the_brokers(runner: RecipeRunner, library: Library) -> None:
    account = runner.call("alpaca_trading_account", {})["data"]
    found = figures(runner.run(library.find("account_overview")))
    assert found["equity"] == account["equity"]
    assert found["cash_share"] == pytest.approx(account["cash"] / account["equity"], abs=TOLERANCE)
    history = runner.call("alpaca_trading_portfolio_history", {"period": "3M", "timeframe": "1D"})["data"]
    found = figures(runner.run(library.find("portfolio_history"), months=3))
    assert (found["equity"], found["gain"]) == (history["equity"][-1], history["gain"][-1])


def test_an_overview_of_the_portfolio_is_the_brokers(runner: RecipeRunner, library: Library) -> None:
    account = runner.call("alpaca_trading_account", {})["data"]
    held = runner.call("alpaca_trading_positions", {})["data"]["positions"]
    found = figures(runner.run(library.find("portfolio_overview")))
    assert found["value"] == account["equity"]
    assert found["day"] == pytest.approx(account["equity"] - account["previous_equity"], abs=1e-6)
    gains = [position["unrealized_gain"] for position in held]
    assert (found["best"], found["worst"]) == (max(gains), min(gains))


def test_the_orders_of_one_kind_are_listed(runner: RecipeRunner, library: Library) -> None:
    found = figures(runner.run(library.find("orders"), status="closed", top=3))
    assert found["count"] == 3
    assert len(found) == 4


def test_the_valuation_and_the_results_are_those_of_the_reports(
    runner: RecipeRunner, library: Library
) -> None:
    data = runner.call("eodhd_fundamentals", {"symbol": "NVDA"})["data"]
    found = figures(runner.run(library.find("valuation"), symbols=["NVDA", "KO"], order="lowest"))
    assert found["NVDA:trailing_pe"] == data["valuation"]["trailing_pe"]
    ratios = [value for name, value in found.items() if name.endswith("trailing_pe")]
    assert ratios == sorted(ratios)
    income = data["quarterly"]["income"]
    day, items = income["period_end"][0], income["items"]
    found = figures(runner.run(library.find("financial_results"), symbol="NVDA", months=12))
    assert found[f"{day}:revenue"] == items["revenue"][0]
    assert found[f"{day}:gross_margin"] == pytest.approx(items["gross_profit"][0] / items["revenue"][0])
    assert found[f"{day}:eps"] == data["earnings"]["eps_actual"][data["earnings"]["period_end"].index(day)]
    assert sum(name.endswith(":revenue") for name in found) == 4
    with pytest.raises(ValueError, match="funds and indices have none"):
        runner.run(library.find("financial_results"), symbol="XLK")


def test_dividends_are_summed_by_year(runner: RecipeRunner, library: Library) -> None:
    table = runner.call("eodhd_dividends", {"symbol": "PG"})["data"]
    paid = pd.Series(table["amount"], index=pd.to_datetime(table["ex_date"]))
    found = figures(runner.run(library.find("dividends"), symbol="PG", months=60))
    assert found["2024"] == pytest.approx(
        paid[pd.DatetimeIndex(paid.index).year == 2024].sum(), abs=TOLERANCE
    )
    assert found["last"] == paid.iloc[-1]
    with pytest.raises(ValueError, match="no known dividends"):
        runner.run(library.find("dividends"), symbol="AMZN")


def test_splits_multiply_a_share(runner: RecipeRunner, library: Library) -> None:
    ratios = runner.call("eodhd_splits", {"symbol": "AAPL"})["data"]["ratio"]
    found = figures(runner.run(library.find("splits"), symbol="AAPL"))
    assert (found["count"], found["shares"]) == (len(ratios), math.prod(ratios))


def test_movers_and_news_are_those_of_the_vendor(runner: RecipeRunner, library: Library) -> None:
    losers = runner.call("alpaca_market_screener_movers", {"limit": 3})["data"]["losers"]
    found = figures(runner.run(library.find("movers"), direction="losers", top=3))
    assert found == {row["symbol"]: row["change_fraction"] for row in losers}
    news = runner.run(library.find("news"), symbols=["TSLA"], months=1, top=5)
    assert all(row.key[:10] >= "2026-10-24" for row in news.body)
    assert len(news.body) == 5


def test_a_day_without_news_is_an_answer(runner: RecipeRunner, library: Library) -> None:
    result = runner.run(library.find("news"), symbols=["KO"], start="2026-11-22", end="2026-11-22")
    assert result.description == "There is no news on KO since 2026-11-22."


def test_the_market_is_closed_after_its_hours(runner: RecipeRunner, library: Library) -> None:
    result = runner.run(library.find("market_hours"))
    found = figures(result)
    assert found["state"] == "closed"
    assert found["2026-11-27"] == "09:30 to 13:00"
    assert "Wednesday 2026-11-25 09:30" in result.description
