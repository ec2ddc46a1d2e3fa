"""The recipes over the real sample data: their figures are those of pandas on the same closes, to 1e-9."""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from prompts.library import Library, Recipe
from schemas.result import Result
from tests.doubles.recipe_run import RecipeRunner, ToolError

TOLERANCE = 1e-9
FOR_COINS = {"alpaca_market_crypto_bars", "alpaca_market_crypto_snapshots"}
"""No recipe that is for stocks too has a coin as its default."""
PERIODS: list[tuple[dict[str, Any], slice]] = [
    ({"days": 60}, slice(-61, None)),
    ({"days": 2}, slice(-3, None)),
    ({"days": None, "months": 6}, slice("2022-06-28", None)),
    ({"days": None, "to_date": "year"}, slice("2022-01-01", None)),
    ({"days": None, "to_date": "quarter"}, slice("2022-10-01", None)),
    ({"days": None, "to_date": "month"}, slice("2022-12-01", None)),
    ({"days": None, "start": "2008-01-01", "end": "2008-12-31"}, slice("2008-01-01", "2008-12-31")),
    ({"days": None, "start": "2015-06-01"}, slice("2015-06-01", None)),
    ({"days": None, "end": "1999-12-31"}, slice(None, "1999-12-31")),
    ({"days": None}, slice(None)),
    ({"days": 20, "end": "2008-09-15"}, slice("2008-08-15", "2008-09-15")),
    ({"days": 60, "start": "2020-02-03", "end": "2020-04-30"}, slice("2020-02-03", "2020-04-30")),
]


def cut(closes: pd.DataFrame, part: slice) -> pd.DataFrame:
    """Positions count rows, texts are dates."""
    is_position = isinstance(part.start, int) or isinstance(part.stop, int)
    return closes.iloc[part] if is_position else closes.loc[part]


def values(result: Result) -> dict[str, Any]:
    """Row id to value."""
    return {str(row.id): row.value for row in result.body}


@pytest.mark.parametrize(("period", "part"), PERIODS)
def test_volatility_is_the_deviation_of_daily_returns_over_a_year(
    period: dict[str, Any], part: slice, runner: RecipeRunner, library: Library, closes: pd.DataFrame
) -> None:
    symbols = ["AAPL", "KO", "^GSPC"]
    found = values(runner.run(library.find("volatility_ranking"), symbols=symbols, **period))
    returns = cut(closes, part)[symbols].pct_change().dropna()
    expected = (returns.std(ddof=1) * math.sqrt(252)).to_dict()
    assert found == pytest.approx(expected, abs=TOLERANCE)
    assert list(found) == sorted(expected, key=lambda symbol: -expected[symbol])


@pytest.mark.parametrize(("period", "part"), PERIODS)
def test_a_drawdown_is_the_deepest_fall_below_the_highest_close_so_far(
    period: dict[str, Any], part: slice, runner: RecipeRunner, library: Library, closes: pd.DataFrame
) -> None:
    found = values(runner.run(library.find("max_drawdown"), symbols=["XOM", "MSFT"], **period))
    for symbol in ("XOM", "MSFT"):
        series = cut(closes, part)[symbol]
        falls = series / series.cummax() - 1
        trough = falls.idxmin()
        peak = series.loc[:trough].idxmax()
        back = series.loc[trough:]
        recovered = back[back >= series.loc[:trough].max()]
        assert found[symbol] == pytest.approx(falls.min(), abs=TOLERANCE)
        if falls.min() < 0:
            assert found[f"{symbol}:trough"] == f"{trough:%Y-%m-%d}"
            assert found[f"{symbol}:peak"] == f"{peak:%Y-%m-%d}"
            assert found[f"{symbol}:recovery"] == (
                None if recovered.empty else f"{recovered.index[0]:%Y-%m-%d}"
            )


@pytest.mark.parametrize(("period", "part"), PERIODS)
def test_performance_is_last_over_first_with_its_best_and_worst_day(
    period: dict[str, Any], part: slice, runner: RecipeRunner, library: Library, closes: pd.DataFrame
) -> None:
    found = values(runner.run(library.find("performance"), symbol="JPM", **period))
    series = cut(closes, part)["JPM"]
    years = (series.index[-1] - series.index[0]).days / 365.25
    growth = series.iloc[-1] / series.iloc[0]
    cagr = growth ** (1 / years) - 1 if years >= 365 / 365.25 else None
    assert found["total_return"] == pytest.approx(growth - 1, abs=TOLERANCE)
    assert found["cagr"] == pytest.approx(cagr, abs=TOLERANCE)
    assert found["best_day"] == pytest.approx(series.pct_change().max(), abs=TOLERANCE)
    assert found["worst_day"] == pytest.approx(series.pct_change().min(), abs=TOLERANCE)
    assert (found["start"], found["end"]) == (series.iloc[0], series.iloc[-1])


@pytest.mark.parametrize(("period", "part"), PERIODS)
def test_compared_returns_are_last_over_first(
    period: dict[str, Any], part: slice, runner: RecipeRunner, library: Library, closes: pd.DataFrame
) -> None:
    symbols = ["AMD", "PG", "GE"]
    recipe = library.find("compare_performance")
    found = values(runner.run(recipe, symbols=symbols, order="lowest", **period))
    chosen = cut(closes, part)[symbols]
    expected = (chosen.iloc[-1] / chosen.iloc[0] - 1).to_dict()
    totals = {symbol: value for symbol, value in found.items() if ":" not in symbol}
    assert totals == pytest.approx(expected, abs=TOLERANCE)
    assert list(totals) == sorted(expected, key=lambda symbol: expected[symbol])


@pytest.mark.parametrize(("period", "part"), PERIODS)
def test_a_sharpe_ratio_is_mean_excess_return_over_its_deviation(
    period: dict[str, Any], part: slice, runner: RecipeRunner, library: Library, closes: pd.DataFrame
) -> None:
    recipe = library.find("sharpe_ranking")
    found = values(runner.run(recipe, symbols=["LLY", "PFE"], risk_free_rate=0.02, **period))
    excess = cut(closes, part)[["LLY", "PFE"]].pct_change().dropna() - (1.02 ** (1 / 252) - 1)
    assert found == pytest.approx(
        (excess.mean() / excess.std(ddof=1) * math.sqrt(252)).to_dict(), abs=TOLERANCE
    )


@pytest.mark.parametrize(("period", "part"), [case for case in PERIODS if case[0].get("days") != 2])
def test_correlations_are_those_of_daily_returns(
    period: dict[str, Any], part: slice, runner: RecipeRunner, library: Library, closes: pd.DataFrame
) -> None:
    symbols = ["XOM", "CVX", "WMT"]
    result = runner.run(library.find("correlation"), symbols=symbols, **period)
    expected = cut(closes, part)[symbols].pct_change().corr()
    pairs = {"XOM:CVX": ("XOM", "CVX"), "XOM:WMT": ("XOM", "WMT"), "CVX:WMT": ("CVX", "WMT")}
    wanted = {key: expected.loc[pair] for key, pair in pairs.items()}
    assert values(result) == pytest.approx(wanted, abs=TOLERANCE)
    assert result.charts[0].z == [pytest.approx(row, abs=TOLERANCE) for row in expected.to_numpy().tolist()]


@pytest.mark.parametrize("case", [(50, None, "2022-12-28"), (200, "2008-09-14", "2008-09-12")])
def test_a_moving_average_is_the_mean_of_the_last_closes(
    case: tuple[int, str | None, str], runner: RecipeRunner, library: Library, closes: pd.DataFrame
) -> None:
    window, on, last = case
    recipe = library.find("moving_average_level")
    result = runner.run(recipe, symbols=["AAPL", "BAC"], window=window, on=on)
    found = values(result)
    for symbol in ("AAPL", "BAC"):
        series = closes[symbol].loc[:last]
        average = series.tail(window).mean()
        assert found[f"{symbol}:sma"] == pytest.approx(average, abs=TOLERANCE)
        assert found[symbol] == pytest.approx(series.iloc[-1] / average - 1, abs=TOLERANCE)
        side = "above" if series.iloc[-1] > average else "below"
        assert (
            f"{symbol} closed at {series.iloc[-1]:,.2f} on {last}, {side} its {window}-day"
            in result.description
        )


def test_a_price_history_of_n_days_lists_n_closes(
    runner: RecipeRunner, library: Library, closes: pd.DataFrame
) -> None:
    result = runner.run(library.find("price_history"), symbol="KO", days=5)
    listed = {row.id: row.value for row in result.body if str(row.id).startswith("2022")}
    expected = closes["KO"].tail(5)
    assert listed == {f"{day:%Y-%m-%d}": close for day, close in expected.items()}
    assert values(result)["highest"] == expected.max()
    assert values(result)["lowest"] == expected.min()


def test_a_long_price_history_is_a_chart_that_ends_with_the_last_close(
    runner: RecipeRunner, library: Library, closes: pd.DataFrame
) -> None:
    result = runner.run(library.find("price_history"), symbol="KO", days=None, start="1990-01-01")
    line = result.charts[0].series[0]
    assert len(result.body) == 4
    assert 250 <= len(line.x) <= 520
    assert (line.x[-1], line.y[-1]) == ("2022-12-28", closes["KO"].iloc[-1])


def test_the_price_of_one_day_is_its_close(
    runner: RecipeRunner, library: Library, closes: pd.DataFrame
) -> None:
    day = {"days": None, "start": "2008-09-15", "end": "2008-09-15"}
    result = runner.run(library.find("price_history"), symbol="JPM", **day)
    assert values(result)["first"] == closes["JPM"]["2008-09-15"]
    assert "on 2008-09-15" in result.description


def test_the_latest_price_is_the_last_close(
    runner: RecipeRunner, library: Library, closes: pd.DataFrame
) -> None:
    result = runner.run(library.find("latest_price"), symbols=["MRK", "^GSPC"])
    assert values(result)["MRK"] == closes["MRK"].iloc[-1]
    assert values(result)["^GSPC:change"] == pytest.approx(
        closes["^GSPC"].pct_change().iloc[-1], abs=TOLERANCE
    )
    assert "as of 2022-12-28" in result.description


def test_the_most_active_stocks_say_what_they_are_ranked_by(runner: RecipeRunner, library: Library) -> None:
    result = runner.run(library.find("most_actives"), top=3)
    assert len(result.body) == 3
    assert "absolute change of the last day" in result.description


def test_the_most_active_by_volume_are_those_of_a_vendor_that_has_volumes(
    runner: RecipeRunner, library: Library
) -> None:
    result = runner.run(library.find("most_actives"), top=5, ranked_by="volume")
    rows = runner.call("alpaca_market_screener_most_actives", {"limit": 5, "by": "volume"})["data"]["rows"]
    assert [row.id for row in result.body] == [row["symbol"] for row in rows]
    traded = [row["volume"] for row in rows]
    assert traded == sorted(traded, reverse=True)
    assert "ranked by volume" in result.description


def test_the_most_volatile_stocks_are_ranked_among_the_most_active(
    runner: RecipeRunner, library: Library, closes: pd.DataFrame
) -> None:
    result = runner.run(library.find("volatile_actives"), top=4, days=30)
    returns = closes.drop(columns="^GSPC").tail(31).pct_change().dropna()
    expected = (returns.std(ddof=1) * math.sqrt(252)).nlargest(4)
    assert list(values(result)) == list(expected.index)
    assert values(result) == pytest.approx(expected.to_dict(), abs=TOLERANCE)


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("volatility_ranking", {"symbols": ["KO"], "days": 1}, "at least 3 closes"),
        ("volatility_ranking", {"symbols": []}, "at least one symbol"),
        ("sharpe_ranking", {"symbols": ["KO"], "days": 1}, "at least 3 closes"),
        ("max_drawdown", {"symbols": ["KO"], "days": 0}, "at least 2 closes"),
        ("performance", {"symbol": "KO", "days": 0}, "at least 2 closes"),
        ("compare_performance", {"symbols": ["KO", "PEP"], "days": 0}, "fewer than 2 closes"),
        ("correlation", {"symbols": ["KO", "KO"]}, "two different symbols"),
        ("correlation", {"symbols": ["KO", "PEP"], "days": 2}, "only 3 closes"),
        (
            "moving_average_level",
            {"symbols": ["KO"], "window": 200, "on": "1990-03-01"},
            "fewer than 200 closes",
        ),
        ("latest_price", {"symbols": []}, "at least one symbol"),
    ],
)
def test_too_little_data_is_an_error_that_says_what_to_change(
    name: str, parameters: dict[str, Any], words: str, runner: RecipeRunner, library: Library
) -> None:
    with pytest.raises(ValueError, match=words):
        runner.run(library.find(name), **parameters)


@pytest.mark.parametrize("name", ["volatility_ranking", "latest_price", "performance"])
def test_an_unknown_symbol_stays_the_tools_own_error(
    name: str, runner: RecipeRunner, library: Library
) -> None:
    recipe = library.find(name)
    parameters = (
        {"symbol": "ZZZZQ"} if "symbol" in recipe.parameters["properties"] else {"symbols": ["ZZZZQ"]}
    )
    with pytest.raises(ToolError) as raised:
        runner.run(recipe, **parameters)
    assert raised.value.code == "unknown_symbol"


def test_every_recipe_runs_with_its_defaults_and_calls_the_tools_it_names(
    runner: RecipeRunner, library: Library
) -> None:
    for recipe in library.recipes:
        runner.calls.clear()
        result = runner.run(recipe)
        assert result.description.endswith("."), recipe.name
        assert result.body, recipe.name
        assert len({row.id for row in result.body}) == len(result.body), recipe.name
        assert all(bool(row.reason) == (row.value is None) for row in result.body), recipe.name
        if not called_all(runner, recipe):
            for choice in choices_of(recipe):
                runner.run(recipe, **choice)
        assert called_all(runner, recipe), recipe.name
        assert set(runner.calls) <= set(recipe.tools), recipe.name


def called_all(runner: RecipeRunner, recipe: Recipe) -> bool:
    """Whether it has called all that it names, but for what crypto currencies alone need."""
    return set(recipe.tools) - set(runner.calls) <= FOR_COINS


def choices_of(recipe: Recipe) -> Iterator[dict[str, Any]]:
    """Each value of each parameter that is a choice, as another value may need another tool."""
    for name, schema in recipe.parameters["properties"].items():
        yield from ({name: value} for value in schema.get("enum", ()))


def test_an_overview_is_the_snapshot_and_the_return_of_the_months(
    runner: RecipeRunner, library: Library, closes: pd.DataFrame
) -> None:
    found = values(runner.run(library.find("price_and_return"), symbol="KO", months=3))
    series = closes["KO"].loc[closes.index[-1] - pd.DateOffset(months=3) :]
    assert found["return"] == pytest.approx(series.iloc[-1] / series.iloc[0] - 1, abs=TOLERANCE)
    price = values(runner.run(library.find("latest_price"), symbols=["KO"]))
    assert (found["price"], found["change"]) == (price["KO"], price["KO:change"])


def test_an_overview_of_a_coin_is_in_its_currency(runner: RecipeRunner, library: Library) -> None:
    result = runner.run(library.find("price_and_return"), symbol="BTC/USD")
    price = values(runner.run(library.find("crypto_price"), symbols=["BTC/USD"]))
    assert (result.body[0].value, result.body[0].unit) == (price["BTC/USD"], "USD")


@pytest.mark.parametrize(("period", "part"), PERIODS)
def test_return_and_risk_are_those_of_the_same_closes(
    period: dict[str, Any], part: slice, runner: RecipeRunner, library: Library, closes: pd.DataFrame
) -> None:
    found = values(runner.run(library.find("return_and_risk"), symbols=["KO", "XOM"], **period))
    for symbol in ("KO", "XOM"):
        series = cut(closes, part)[symbol]
        spread = series.pct_change().dropna().std(ddof=1) * math.sqrt(252)
        assert found[f"{symbol}:return"] == pytest.approx(series.iloc[-1] / series.iloc[0] - 1, abs=TOLERANCE)
        assert found[f"{symbol}:volatility"] == pytest.approx(spread, abs=TOLERANCE)
        fall = (series / series.cummax() - 1).min()
        assert found[f"{symbol}:max_drawdown"] == pytest.approx(fall, abs=TOLERANCE)


def test_of_more_than_two_the_sentence_names_who_stands_out(runner: RecipeRunner, library: Library) -> None:
    result = runner.run(library.find("return_and_risk"), symbols=["KO", "XOM", "AAPL", "JPM"])
    found = values(result)
    best = max(("KO", "XOM", "AAPL", "JPM"), key=lambda symbol: found[f"{symbol}:return"])
    deepest = min(("KO", "XOM", "AAPL", "JPM"), key=lambda symbol: found[f"{symbol}:max_drawdown"])
    assert f"Of 4 symbols, {best} returned most" in result.description
    assert f"{deepest} fell furthest" in result.description
