"""Rankings of a universe by figures of daily closes, against direct calculations."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from prompts.library import Library
from schemas.result import Result
from tests.doubles.recipe_run import RecipeRunner, ToolError

TOLERANCE = 1e-9
SECTORS = ["XLK", "XLF", "XLE", "XLV", "XLY", "XLP", "XLI", "XLU", "XLB", "XLRE", "XLC"]
MONDAY, FRIDAY = 0, 4


def figures(result: Result) -> dict[str, Any]:
    """Row id to value."""
    return {str(row.id): row.value for row in result.body}


def table_of(runner: RecipeRunner, symbols: list[str], limit: int) -> pd.DataFrame:
    """Closes by day and symbol."""
    data = runner.call("alpaca_market_stocks_multi_bars", {"symbols": symbols, "limit": limit})["data"]
    return pd.DataFrame(data["close"], index=pd.to_datetime(data["timestamp"]), dtype=float)


def longest_rise(closes: pd.Series) -> int:
    """By counting."""
    best = run = 0
    for earlier, later in zip(closes.iloc[:-1], closes.iloc[1:], strict=True):
        run = run + 1 if later > earlier else 0
        best = max(best, run)
    return best


def deepest_fall(closes: pd.Series) -> float:
    """By trying every pair of days."""
    values = closes.to_numpy()
    return min(float(values[at:].min() / values[at] - 1) for at in range(len(values)))


def up_weeks(closes: pd.Series) -> float:
    """By the number of the week."""
    weeks = [day.isocalendar()[:2] for day in closes.index]
    ends = np.array(
        [c for c, this, later in zip(closes, weeks, [*weeks[1:], None], strict=True) if this != later]
    )
    return float(np.mean(ends[1:] > ends[:-1]))


def of_weekday(closes: pd.Series, weekday: int) -> np.ndarray:
    """Returns of the days with this name, on the close before."""
    days = [at for at in range(1, len(closes)) if closes.index[at].weekday() == weekday]
    return np.array([closes.iloc[at] / closes.iloc[at - 1] - 1 for at in days])


def direct_figures(closes: pd.Series) -> dict[str, float]:
    """Every measure of a period by another way."""
    returns = np.diff(closes.to_numpy()) / closes.to_numpy()[:-1]
    return {
        "return": closes.iloc[-1] / closes.iloc[0] - 1,
        "mean_return": float(np.mean(returns)),
        "median_return": float(np.median(returns)),
        "up_days": float(np.mean(returns > 0)),
        "up_weeks": up_weeks(closes),
        "skewness": float(stats.skew(returns, bias=False)),
        "excess_kurtosis": float(stats.kurtosis(returns, bias=False)),
        "volatility": float(np.std(returns, ddof=1) * np.sqrt(252)),
        "variance": float(np.var(returns, ddof=1)),
        "deviation": float(np.std(returns, ddof=1)),
        "sharpe": float(np.mean(returns) / np.std(returns, ddof=1) * np.sqrt(252)),
        "best_day": float(np.max(returns)),
        "worst_day": float(np.min(returns)),
        "drawdown": deepest_fall(closes),
        "rising_streak": longest_rise(closes),
        "weekday_return": float(np.mean(of_weekday(closes, FRIDAY))),
        "weekday_share": float(np.mean(of_weekday(closes, FRIDAY) > 0)),
    }


MEASURES = sorted(direct_figures(pd.Series(range(1, 40), pd.bdate_range("2026-01-01", periods=39), float)))


@pytest.mark.parametrize("measure", MEASURES)
def test_each_figure_is_that_of_a_direct_calculation_and_ranks(
    measure: str, runner: RecipeRunner, library: Library
) -> None:
    recipe = library.find("screen_returns")
    found = figures(
        runner.run(recipe, universe="sectors", measure=measure, weekday="friday", days=90, order="lowest")
    )
    closes = table_of(runner, SECTORS, 91)
    expected = {symbol: direct_figures(closes[symbol])[measure] for symbol in SECTORS}
    assert found == pytest.approx(expected, abs=TOLERANCE)
    deepest_first = measure in ("worst_day", "drawdown")
    ranked = list(found.values())
    assert ranked == sorted(ranked, reverse=deepest_first)
    turned = figures(
        runner.run(recipe, universe="sectors", measure=measure, weekday="friday", days=90, top=3)
    )
    assert list(turned.values()) == sorted(ranked, reverse=not deepest_first)[:3]


@pytest.mark.parametrize(
    ("measure", "extreme"), [("distance_from_high", "max"), ("distance_from_low", "min")]
)
def test_a_distance_is_from_the_extreme_of_the_last_closes(
    measure: str, extreme: str, runner: RecipeRunner, library: Library
) -> None:
    recipe = library.find("screen_returns")
    result = runner.run(recipe, universe="sectors", measure=measure, window=50)
    closes = table_of(runner, SECTORS, 50)
    expected = (closes.iloc[-1] / closes.agg(extreme) - 1).to_dict()
    assert figures(result) == pytest.approx(expected, abs=TOLERANCE)
    side = "high" if extreme == "max" else "low"
    assert f"by distance from the 50-day {side}" in result.description


def test_the_universes_are_what_they_are_called(runner: RecipeRunner, library: Library) -> None:
    recipe = library.find("screen_returns")
    held = runner.call("alpaca_trading_positions", {})["data"]["positions"]
    stocks = {row["symbol"] for row in held if row["asset_class"] != "crypto"}
    holdings = runner.run(recipe, universe="holdings", measure="up_weeks", months=6)
    assert set(figures(holdings)) == stocks
    assert f"Of {len(stocks)} stocks and funds held (left out: 1 of another kind), " in holdings.description
    rows = runner.call("alpaca_market_screener_most_actives", {"limit": 20, "by": "volume"})["data"]["rows"]
    active = runner.run(recipe, universe="active", days=40)
    assert set(figures(active)) == {row["symbol"] for row in rows}
    assert "Of 20 of the most active stocks by volume, " in active.description
    funds = runner.run(recipe, universe="funds", days=40)
    assert set(SECTORS) | {"SPY", "TLT"} <= set(figures(funds))
    assert "well-known ETFs" in funds.description
    named = runner.run(recipe, universe="holdings", symbols=["KO", "PEP", "KO"], days=40)
    assert set(figures(named)) == {"KO", "PEP"}


def test_a_screen_leaves_out_what_the_vendor_does_not_know_and_a_named_symbol_is_an_error(
    runner: RecipeRunner, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = runner.call

    def extend(name: str, arguments: dict[str, Any]) -> Any:
        answer = call(name, arguments)
        if name == "alpaca_market_screener_most_actives":
            answer["data"]["rows"][3] = {**answer["data"]["rows"][3], "symbol": "ZZZZQ"}
        return answer

    monkeypatch.setattr(runner, "call", extend)
    for name in ("screen_returns", "screen_levels", "screen_against"):
        recipe = library.find(name)
        result = runner.run(recipe, universe="active", days=40)
        assert len(figures(result)) == 19
        assert "Of 19 of the most active stocks by volume, " in result.description
        with pytest.raises(ToolError, match="ZZZZQ"):
            runner.run(recipe, symbols=["KO", "PEP", "ZZZZQ"], days=40)
    with pytest.raises(ToolError, match="ZZZZQ"):
        runner.run(library.find("screen_against"), universe="sectors", benchmark="ZZZZQ")


def test_coins_have_years_of_365_days_and_weekends(runner: RecipeRunner, library: Library) -> None:
    recipe = library.find("screen_returns")
    found = figures(runner.run(recipe, universe="crypto", measure="volatility", days=100))
    data = runner.call("alpaca_market_crypto_bars", {"symbol": "ETH/USD", "limit": 101})["data"]
    closes = pd.Series(data["close"], index=pd.to_datetime(data["timestamp"]), dtype=float)
    assert found["ETH/USD"] == pytest.approx(
        np.std(closes.pct_change().dropna(), ddof=1) * np.sqrt(365), abs=TOLERANCE
    )
    weeks = figures(runner.run(recipe, universe="crypto", measure="up_weeks", days=100))
    assert weeks["ETH/USD"] == pytest.approx(up_weeks(closes), abs=TOLERANCE)


@pytest.mark.parametrize(
    ("period", "first"),
    [
        ({"to_date": "year"}, "2026-01-01"),
        ({"to_date": "quarter"}, "2026-10-01"),
        ({"to_date": "week"}, "2026-11-23"),
        ({"months": 3}, "2026-08-24"),
        ({"start": "2026-06-15"}, "2026-06-15"),
    ],
)
def test_a_period_is_the_closes_inside_it(
    period: dict[str, Any], first: str, runner: RecipeRunner, library: Library
) -> None:
    result = runner.run(library.find("screen_returns"), universe="sectors", measure="return", **period)
    inside = table_of(runner, SECTORS, 400).loc[first:]
    assert figures(result) == pytest.approx((inside.iloc[-1] / inside.iloc[0] - 1).to_dict(), abs=TOLERANCE)
    assert f"from {inside.index[0]:%Y-%m-%d} to 2026-11-24" in result.description


def test_who_lacks_the_closes_has_no_figure_and_a_reason(
    runner: RecipeRunner, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = library.find("screen_returns")
    call = runner.call

    def shorten(name: str, arguments: dict[str, Any]) -> Any:
        answer = call(name, arguments)
        close = answer["data"]["close"]
        close["XLC"] = [None] * 60 + close["XLC"][60:]
        close["XLE"] = [None] * len(close["XLE"])
        close["XLU"] = [100.0] * len(close["XLU"])
        return answer

    monkeypatch.setattr(runner, "call", shorten)
    result = runner.run(recipe, universe="sectors", measure="skewness", days=90)
    reasons = {row.id: row.reason for row in result.body if row.value is None}
    assert set(reasons) == {"XLC", "XLE", "XLU"}
    assert "its closes are from 20" in reasons["XLC"]
    assert "no closes" in reasons["XLE"]
    assert "never change" in reasons["XLU"]
    assert "No figure: XLE, XLU, XLC." in result.description
    assert all(row.value is None for row in result.body[-3:])


def test_nothing_is_ranked_without_a_figure(runner: RecipeRunner, library: Library) -> None:
    with pytest.raises(ValueError, match="choose a longer period"):
        runner.run(library.find("screen_returns"), universe="sectors", measure="skewness", days=5)
