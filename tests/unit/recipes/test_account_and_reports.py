"""Recipes for the account, for reports of companies and for the calendar, against the tools' own data."""

from typing import Any

import pandas as pd
import pytest

from prompts.library import Library
from schemas.result import Result
from tests.doubles.recipe_run import RecipeRunner

TOLERANCE = 1e-9


def figures(result: Result) -> dict[str, Any]:
    """Row id to value."""
    return {str(row.id): row.value for row in result.body}


def reports_of(runner: RecipeRunner, symbol: str, length: str, part: str, item: str) -> pd.Series:
    """A figure by the end of its report, the oldest first."""
    table = runner.call("eodhd_fundamentals", {"symbol": symbol})["data"][length][part]
    return pd.Series(table["items"][item], index=table["period_end"]).sort_index()


def test_amounts_of_a_period_are_added_up_and_rank_the_companies(
    runner: RecipeRunner, library: Library
) -> None:
    period = {"start": "2024-01-01", "end": "2024-12-31"}
    result = runner.run(
        library.find("company_figures"),
        symbols=["GOOGL", "AMZN"],
        items=["capital_expenditures", "gross_margin"],
        **period,
    )
    found = figures(result)
    for symbol in ("AMZN", "GOOGL"):
        spent, revenue, profit = (
            reports_of(runner, symbol, "quarterly", part, item)["2024-01-01":"2024-12-31"]
            for part, item in [
                ("cash_flow", "capital_expenditures"), ("income", "revenue"), ("income", "gross_profit"),
            ]
        )  # fmt: skip
        assert found[f"{symbol}:capital_expenditures"] == pytest.approx(spent.sum())
        assert found[f"{symbol}:gross_margin"] == pytest.approx(profit.sum() / revenue.sum())
    assert result.description.startswith("AMZN")


def test_growth_a_year_is_between_the_first_and_the_last_yearly_report(
    runner: RecipeRunner, library: Library
) -> None:
    recipe = library.find("company_figures")
    found = figures(runner.run(recipe, symbols=["PLTR"], by="year", start="2022-01-01", end="2024-12-31"))
    revenue = reports_of(runner, "PLTR", "yearly", "income", "revenue")["2022-01-01":"2024-12-31"]
    assert found["PLTR:revenue:growth"] == pytest.approx((revenue.iloc[-1] / revenue.iloc[0]) ** 0.5 - 1)
    assert sum(name.startswith("PLTR:revenue:2") for name in found) == 3


def test_a_change_is_on_the_report_of_a_year_before_and_ranks_where_growth_is_asked(
    runner: RecipeRunner, library: Library
) -> None:
    recipe = library.find("company_figures")
    result = runner.run(
        recipe, symbols=["AMD", "INTC"], by="year", rank_by="growth", start="2024-01-01", end="2024-12-31"
    )
    found = figures(result)
    changes = {}
    for symbol in ("AMD", "INTC"):
        revenue = reports_of(runner, symbol, "yearly", "income", "revenue")
        changes[symbol] = revenue["2024-12-31"] / revenue["2023-12-31"] - 1
        assert found[f"{symbol}:revenue:change"] == pytest.approx(changes[symbol])
    assert result.description.startswith(max(changes, key=lambda symbol: changes[symbol]))


def test_debts_are_those_of_the_newest_report_up_to_a_day(runner: RecipeRunner, library: Library) -> None:
    recipe = library.find("company_figures")
    debt = reports_of(runner, "T", "quarterly", "balance", "net_debt")
    found = figures(runner.run(recipe, symbols=["T"], items=["net_debt"], on="2026-08-15"))
    assert found["T:net_debt"] == debt["2026-06-30"]
    old = runner.run(recipe, symbols=["T"], items=["total_assets"], on="2019-03-01")
    assert (
        figures(old)["T:total_assets"]
        == reports_of(runner, "T", "yearly", "balance", "total_assets")["2018-12-31"]
    )
    assert "at the end of the year to 2018-12-31" in old.description
    with pytest.raises(ValueError, match="funds and indices have none"):
        runner.run(recipe, symbols=["SPY"])


def test_a_raise_is_a_last_dividend_above_that_of_the_year_before(
    runner: RecipeRunner, library: Library
) -> None:
    table = runner.call("eodhd_dividends", {"symbol": "KO"})["data"]
    paid = pd.Series(table["amount"], index=pd.to_datetime(table["ex_date"]))
    rates = paid.groupby(pd.DatetimeIndex(paid.index).year).last()
    found = figures(runner.run(library.find("dividend_raises"), symbol="KO", start="2015-01-01"))
    assert found["raised"] == (rates.diff().loc[2015:] > 0).sum()
    assert found["2020"] == rates[2020]
    assert found["years"] == 12


def test_corporate_actions_are_dividends_and_splits_of_the_period(
    runner: RecipeRunner, library: Library
) -> None:
    dividends = runner.call("eodhd_dividends", {"symbol": "NVDA"})["data"]["ex_date"]
    splits = runner.call("eodhd_splits", {"symbol": "NVDA"})["data"]["date"]
    found = figures(runner.run(library.find("corporate_actions"), symbol="NVDA", start="2014-01-01"))
    assert found["dividends"] == sum(day >= "2014-01-01" for day in dividends)
    assert found["splits"] == sum(day >= "2014-01-01" for day in splits) == 1


def test_holdings_are_ranked_by_what_was_asked(runner: RecipeRunner, library: Library) -> None:
    recipe = library.find("holdings_ranking")
    held = runner.call("alpaca_trading_positions", {})["data"]["positions"]
    stocks = [position["symbol"] for position in held if position["asset_class"] != "crypto"]
    table = runner.call("alpaca_market_stocks_multi_bars", {"symbols": stocks, "limit": 21})["data"]
    closes = pd.DataFrame(table["close"])
    worst = runner.run(recipe, days=20, order="lowest")
    expected = (closes.iloc[-1] / closes.iloc[0] - 1).sort_values()
    assert [row.value for row in worst.body if str(row.id).endswith(":return")] == pytest.approx(
        list(expected)
    )
    deepest = figures(runner.run(recipe, measure="drawdown"))
    falls = [value for name, value in deepest.items() if name.endswith(":drawdown")]
    assert falls == sorted(falls)


def test_no_weights_of_the_holdings_are_less_volatile_than_those_found(
    runner: RecipeRunner, library: Library
) -> None:
    found = figures(runner.run(library.find("holdings_weights"), objective="min_variance"))
    assert found["best:volatility"] < found["now:volatility"]
    held = runner.call("alpaca_trading_positions", {})["data"]["positions"]
    stocks = {p["symbol"]: p["market_value"] for p in held if p["asset_class"] != "crypto"}
    table = runner.call("alpaca_market_stocks_multi_bars", {"symbols": list(stocks), "limit": 757})["data"]
    returns = pd.DataFrame(table["close"]).dropna().pct_change().dropna()
    for weights, name in ((pd.Series(stocks) / sum(stocks.values()), "now"), (pd.Series(found), "best")):
        daily = (returns * weights[list(stocks)].astype(float)).sum(axis=1)
        assert found[f"{name}:volatility"] == pytest.approx(daily.std() * 252**0.5)
    assert sum(found[symbol] for symbol in stocks) == pytest.approx(1)


def test_a_position_is_the_brokers_and_none_is_an_answer(runner: RecipeRunner, library: Library) -> None:
    recipe = library.find("holding")
    held = runner.call("alpaca_trading_positions", {})["data"]["positions"][0]
    found = figures(runner.run(recipe, symbol=held["symbol"]))
    assert (found["quantity"], found["average_cost"]) == (held["quantity"], held["average_entry_price"])
    assert found["distance"] == pytest.approx(held["price"] / held["average_entry_price"] - 1)
    assert "no open position in TSLA" in runner.run(recipe, symbol="TSLA").description


def test_orders_keep_their_period_their_state_and_their_type(runner: RecipeRunner, library: Library) -> None:
    recipe = library.find("orders")
    orders = runner.call("alpaca_trading_orders", {"limit": 500})["data"]["orders"]
    filled = figures(runner.run(recipe, status="filled", top=500))
    assert filled["count"] == sum(order["status"] == "filled" for order in orders)
    year = figures(runner.run(recipe, to_date="year", top=500))
    assert year["count"] == sum(order["submitted_at"] >= "2026" for order in orders) > 0
    limits = figures(runner.run(recipe, kind="limit", top=500))
    assert limits["count"] == sum(order["type"] == "limit" for order in orders) > 0
    both = figures(runner.run(recipe, status="open_or_filled", top=500))
    ended = {order["id"] for order in orders if order["status"] not in ("filled", "accepted")}
    assert set(both) - {"count"} == {order["id"] for order in orders} - ended
    assert ended
    assert list(both)[1:] == [order["id"] for order in orders if order["id"] not in ended]
    assert figures(runner.run(recipe, only_today=True))["count"] == 0


def test_news_of_holdings_begins_with_the_week(runner: RecipeRunner, library: Library) -> None:
    held = {p["symbol"] for p in runner.call("alpaca_trading_positions", {})["data"]["positions"]}
    result = runner.run(library.find("holdings_news"), to_date="week")
    assert result.body[0].value == len(result.body) - 1 > 0
    assert all(row.key[:10] >= "2026-11-23" for row in result.body[1:])
    assert all(set(row.key[17:].split(", ")) & held for row in result.body[1:])


@pytest.mark.parametrize(
    ("parameters", "day", "state"),
    [
        ({"on": "2026-12-25"}, "2026-12-25", "closed"),
        ({"on": "2026-11-28"}, "2026-11-28", "closed"),
        ({"holiday": "thanksgiving"}, "2026-11-26", "closed"),
        ({"holiday": "day_after_thanksgiving"}, "2026-11-27", "open from 09:30 to 13:00"),
        ({"holiday": "good_friday"}, "2027-03-26", "closed"),
        ({"holiday": "christmas", "start": "2027-01-01", "end": "2027-12-31"}, "2027-12-25", "closed"),
        ({"holiday": "memorial_day"}, "2027-05-31", "closed"),
        ({"holiday": "labor_day"}, "2027-09-06", "closed"),
        ({"start": "2027-01-01", "end": "2027-12-31"}, "2027-01-18", "closed"),
    ],
)
def test_the_calendar_knows_holidays_and_half_days(
    parameters: dict[str, str], day: str, state: str, runner: RecipeRunner, library: Library
) -> None:
    found = figures(runner.run(library.find("market_calendar"), **parameters))
    assert found[day].startswith(state)


def test_the_ratios_of_a_crypto_currency_are_annualised_over_365_days(
    runner: RecipeRunner, library: Library
) -> None:
    found = figures(runner.run(library.find("crypto_performance"), days=365))
    data = runner.call("alpaca_market_crypto_bars", {"symbol": "BTC/USD", "limit": 366})["data"]
    returns = pd.Series(data["close"]).pct_change().dropna()
    assert found["sharpe"] == pytest.approx(returns.mean() / returns.std() * 365**0.5)


def test_coins_are_compared_over_the_same_days(runner: RecipeRunner, library: Library) -> None:
    coins = ["BTC/USD", "ETH/USD"]
    closes = pd.DataFrame(
        {
            coin: runner.call("alpaca_market_crypto_bars", {"symbol": coin, "limit": 91})["data"]["close"]
            for coin in coins
        }
    )
    found = figures(runner.run(library.find("correlation"), symbols=coins, days=90))
    expected = closes.pct_change().corr().loc["BTC/USD", "ETH/USD"]
    assert found["BTC/USD:ETH/USD"] == pytest.approx(expected, abs=TOLERANCE)
    totals = figures(runner.run(library.find("compare_performance"), symbols=coins, days=90))
    assert totals == pytest.approx((closes.iloc[-1] / closes.iloc[0] - 1).to_dict(), abs=TOLERANCE)
