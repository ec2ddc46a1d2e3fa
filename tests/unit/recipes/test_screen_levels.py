"""Rankings of a universe by figures of daily bars and averages, against direct calculations."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from prompts.library import Library
from schemas.result import Result
from tests.doubles.recipe_run import RecipeRunner

TOLERANCE = 1e-9
SECTORS = ["XLK", "XLF", "XLE", "XLV", "XLY", "XLP", "XLI", "XLU", "XLB", "XLRE", "XLC"]
FIELDS = ["open", "high", "low", "close"]
DAYS = 60


def figures(result: Result) -> dict[str, Any]:
    """Row id to value."""
    return {str(row.id): row.value for row in result.body}


def bars_of(runner: RecipeRunner, symbol: str, limit: int) -> pd.DataFrame:
    """Bars by day."""
    data = runner.call("alpaca_market_stocks_multi_bars", {"symbols": [symbol], "limit": limit})["data"]
    columns = {field: data[field][symbol] for field in FIELDS}
    return pd.DataFrame(columns, index=pd.to_datetime(data["timestamp"]), dtype=float)


def average_at(closes: np.ndarray, window: int, average: str) -> np.ndarray:
    """The average at each day from the first that has one."""
    if average == "sma":
        return np.array([closes[at - window + 1 : at + 1].mean() for at in range(window - 1, len(closes))])
    values = [closes[:window].mean()]
    for close in closes[window:]:
        values.append(values[-1] + (close - values[-1]) * 2 / (window + 1))
    return np.array(values)


@pytest.mark.parametrize(("average", "window", "warm_up"), [("sma", 50, 50), ("ema", 21, 271)])
def test_the_share_of_closes_above_an_average_and_its_slope(
    average: str, window: int, warm_up: int, runner: RecipeRunner, library: Library
) -> None:
    recipe = library.find("screen_levels")
    asked = {"universe": "sectors", "average": average, "window": window, "days": DAYS}
    shares = figures(runner.run(recipe, measure="above_average", **asked))
    slopes = figures(runner.run(recipe, measure="average_slope", order="lowest", **asked))
    rising = figures(runner.run(recipe, measure="above_rising_average", **asked))
    distances = figures(runner.run(recipe, measure="average_distance", **{**asked, "days": 1}))
    for symbol in SECTORS:
        closes = bars_of(runner, symbol, DAYS + 1 + warm_up)["close"].to_numpy()
        level = average_at(closes, window, average)
        assert shares[symbol] == pytest.approx(np.mean(closes[-DAYS:] > level[-DAYS:]), abs=TOLERANCE)
        changes = level[-DAYS:] / level[-DAYS - 1 : -1] - 1
        is_met = (closes[-DAYS:] > level[-DAYS:]) & (changes > 0)
        assert rising[symbol] == pytest.approx(np.mean(is_met), abs=TOLERANCE)
        assert distances[symbol] == pytest.approx(closes[-1] / level[-1] - 1, abs=1e-6)
        assert slopes[symbol] == pytest.approx(np.mean(changes), abs=1e-8)
    assert list(shares.values()) == sorted(shares.values(), reverse=True)
    assert list(slopes.values()) == sorted(slopes.values())


def direct_figures(bars: pd.DataFrame) -> dict[str, float]:
    """Every measure without an average, of the last days, by another way."""
    rows = [dict(zip(FIELDS, values, strict=True)) for values in bars.to_numpy().tolist()]
    days = list(zip(rows[-DAYS - 1 : -1], rows[-DAYS:], strict=True))
    gaps = [day["open"] / before["close"] - 1 for before, day in days]
    inside = [day["close"] / day["open"] - 1 for _, day in days]
    places = [(day["close"] - day["low"]) / (day["high"] - day["low"]) for _, day in days]
    return {
        "above_prior_high": sum(day["close"] > before["high"] for before, day in days) / DAYS,
        "above_open": sum(day["close"] > day["open"] for _, day in days) / DAYS,
        "gap_size": sum(map(abs, gaps)) / DAYS,
        "mean_gap": sum(gaps) / DAYS,
        "mean_open_to_close": sum(inside) / DAYS,
        "median_open_to_close": float(np.median(inside)),
        "close_place": sum(places) / DAYS,
        "day_range": sum((day["high"] - day["low"]) / day["close"] for _, day in days) / DAYS,
    }


@pytest.mark.parametrize(
    "measure",
    [
        *("above_prior_high", "above_open", "gap_size", "mean_gap", "mean_open_to_close"),
        *("median_open_to_close", "close_place", "day_range"),
    ],
)
def test_a_figure_of_the_days_is_that_of_a_direct_calculation(
    measure: str, runner: RecipeRunner, library: Library
) -> None:
    recipe = library.find("screen_levels")
    found = figures(runner.run(recipe, universe="sectors", measure=measure, days=DAYS))
    expected = {symbol: direct_figures(bars_of(runner, symbol, DAYS + 1))[measure] for symbol in SECTORS}
    assert found == pytest.approx(expected, abs=TOLERANCE)


def test_bands_and_ranges_of_the_newest_day_are_those_of_the_tools(
    runner: RecipeRunner, library: Library
) -> None:
    recipe = library.find("screen_levels")
    widths = figures(runner.run(recipe, universe="sectors", measure="band_width", days=1, order="lowest"))
    ranges = figures(runner.run(recipe, universe="sectors", measure="atr_share", days=1))
    for symbol in SECTORS:
        bars = bars_of(runner, symbol, 1 + 1 + 14 + 250)
        columns = {name: bars[name].tolist() for name in ("high", "low", "close")}
        atr = runner.call("calculate_atr", {**columns, "period": 14})["latest"]
        assert ranges[symbol] == pytest.approx(atr / bars["close"].iloc[-1], abs=1e-8)
        closes = bars["close"].tail(20).to_numpy()
        assert widths[symbol] == pytest.approx(4 * np.std(closes) / np.mean(closes), abs=TOLERANCE)


def test_new_highs_and_weekend_gaps_are_counted(runner: RecipeRunner, library: Library) -> None:
    recipe = library.find("screen_levels")
    asked = {"universe": "sectors", "days": DAYS}
    highs = figures(runner.run(recipe, measure="new_highs", window=20, **asked))
    weekends = figures(runner.run(recipe, measure="weekend_gap", **asked))
    for symbol in SECTORS:
        bars = bars_of(runner, symbol, DAYS + 20)
        closes = bars["close"].tolist()
        is_new = [closes[at] > max(closes[at - 20 : at]) for at in range(20, 20 + DAYS)]
        assert highs[symbol] == pytest.approx(sum(is_new) / DAYS, abs=TOLERANCE)
        gaps = [
            abs(bars["open"].iloc[at] / closes[at - 1] - 1)
            for at in range(20, 20 + DAYS)
            if bars.index[at].isocalendar()[1] != bars.index[at - 1].isocalendar()[1]
        ]
        assert weekends[symbol] == pytest.approx(sum(gaps) / len(gaps), abs=TOLERANCE)


def test_bands_of_a_period_are_the_mean_of_its_days(runner: RecipeRunner, library: Library) -> None:
    result = runner.run(
        library.find("screen_levels"), universe="sectors", measure="band_width", to_date="quarter", window=30
    )
    closes = bars_of(runner, "XLU", 200)["close"]
    widths = [
        4 * np.std(closes.loc[:day].tail(30)) / np.mean(closes.loc[:day].tail(30))
        for day in closes.loc["2026-10-01":].index
    ]
    assert figures(result)["XLU"] == pytest.approx(np.mean(widths), abs=TOLERANCE)
    assert "by width of the 30-day Bollinger bands over their middle" in result.description
    assert "from 2026-10-01 to 2026-11-24" in result.description


def test_every_day_of_dates_counts_with_the_bar_before_it(runner: RecipeRunner, library: Library) -> None:
    recipe = library.find("screen_levels")
    found = figures(runner.run(recipe, universe="sectors", measure="mean_gap", start="2026-11-02"))
    bars = bars_of(runner, "XLE", 40)
    gaps = (bars["open"] / bars["close"].shift() - 1).loc["2026-11-02":]
    assert found["XLE"] == pytest.approx(gaps.mean(), abs=TOLERANCE)
    coins = figures(runner.run(recipe, universe="crypto", measure="above_average", window=20, days=50))
    data = runner.call("alpaca_market_crypto_bars", {"symbol": "BTC/USD", "limit": 71})["data"]
    closes = np.array(data["close"], dtype=float)
    expected = np.mean(closes[-50:] > average_at(closes, 20, "sma")[-50:])
    assert coins["BTC/USD"] == pytest.approx(expected, abs=TOLERANCE)


def test_all_there_is_begins_when_the_average_does(runner: RecipeRunner, library: Library) -> None:
    asked = {"measure": "above_average", "window": 50, "days": None}
    found = figures(runner.run(library.find("screen_levels"), symbols=["KO", "PEP"], **asked))
    asked = {"measure": "gap_size", "days": 90}
    with pytest.raises(ValueError, match="closes alone"):
        runner.run(library.find("screen_levels"), symbols=["KO", "PEP"], **asked)
    closes = bars_of(runner, "KO", 10_000)["close"].to_numpy()
    assert len(closes) > 5_000
    level = average_at(closes, 50, "sma")
    assert found["KO"] == pytest.approx(np.mean(closes[50:] > level[1:]), abs=TOLERANCE)


def test_who_lacks_the_bars_has_no_figure_and_a_reason(
    runner: RecipeRunner, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = library.find("screen_levels")
    call = runner.call

    def shorten(name: str, arguments: dict[str, Any]) -> Any:
        answer = call(name, arguments)
        columns = answer["data"]
        count = len(columns["timestamp"])
        columns["close"]["XLC"] = [None] * (count - 10) + columns["close"]["XLC"][-10:]
        columns["close"]["XLE"] = [None] * (count - 80) + columns["close"]["XLE"][-80:]
        columns["close"]["XLF"] = [None] * count
        return answer

    monkeypatch.setattr(runner, "call", shorten)
    result = runner.run(recipe, universe="sectors", measure="above_average", window=50, days=DAYS)
    reasons = {row.id: row.reason for row in result.body if row.value is None}
    assert set(reasons) == {"XLC", "XLE", "XLF"}
    assert "its bars are from 2026-11-" in reasons["XLC"]
    assert reasons["XLE"] == "it has 20 bars before the period, too few for its first day"
    assert reasons["XLF"] == "it has no bars in this period"
    assert "No figure: XLF, XLE, XLC." in result.description
