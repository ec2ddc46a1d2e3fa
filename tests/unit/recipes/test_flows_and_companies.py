"""Recipes for oscillators, the flow of volume, companies and funds, against direct calculations."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from prompts.library import Library
from schemas.result import Result
from tests.doubles.recipe_run import RecipeRunner, ToolError

TOLERANCE = 1e-9


def figures(result: Result) -> dict[str, Any]:
    """Row id to value."""
    return {str(row.id): row.value for row in result.body}


def bars_of(runner: RecipeRunner, symbol: str, limit: int) -> Any:
    """The bars that the recipe sees too."""
    table = runner.call("alpaca_market_stocks_bars", {"symbol": symbol, "limit": limit})["data"]
    return pd.DataFrame({name: table[name] for name in ("high", "low", "close", "volume")})


def test_a_money_flow_index_is_the_share_of_rising_flow(runner: RecipeRunner, library: Library) -> None:
    found = figures(runner.run(library.find("oscillator"), symbol="COIN", window=20))
    bars = bars_of(runner, "COIN", 300)
    typical = (bars["high"] + bars["low"] + bars["close"]) / 3
    flow, moved = (typical * bars["volume"]).tail(20), typical.diff().tail(20)
    rising = flow[moved > 0].sum()
    assert found["mfi"] == pytest.approx(100 * rising / (rising + flow[moved < 0].sum()), abs=1e-6)


def test_a_commodity_channel_index_is_in_mean_deviations(runner: RecipeRunner, library: Library) -> None:
    found = figures(runner.run(library.find("oscillator"), symbol="COIN", indicator="cci"))
    bars = bars_of(runner, "COIN", 300)
    typical = ((bars["high"] + bars["low"] + bars["close"]) / 3).tail(20)
    deviation = (typical - typical.mean()).abs().mean()
    expected = (typical.iloc[-1] - typical.mean()) / (0.015 * deviation)
    assert found["cci"] == pytest.approx(expected, abs=1e-6)


def test_williams_r_is_the_place_of_the_close_below_the_highest_high(
    runner: RecipeRunner, library: Library
) -> None:
    found = figures(runner.run(library.find("oscillator"), symbol="COIN", indicator="williams_r"))
    bars = bars_of(runner, "COIN", 14)
    high, low = bars["high"].max(), bars["low"].min()
    assert found["williams_r"] == pytest.approx(
        -100 * (high - bars["close"].iloc[-1]) / (high - low), abs=1e-6
    )


def test_a_rate_of_change_needs_closes_alone(runner: RecipeRunner, library: Library, closes: Any) -> None:
    result = runner.run(library.find("oscillator"), symbol="KO", indicator="roc", window=21)
    expected = closes["KO"].iloc[-1] / closes["KO"].iloc[-22] - 1
    assert figures(result)["roc"] == pytest.approx(expected, abs=TOLERANCE)
    assert f"{expected:+.2%}" in result.description


def test_on_balance_volume_adds_the_volume_of_rising_days(runner: RecipeRunner, library: Library) -> None:
    found = figures(runner.run(library.find("on_balance_volume"), symbol="COIN", days=30))
    bars = bars_of(runner, "COIN", 31)
    signs = np.sign(bars["close"].diff().dropna())
    volume = bars["volume"].iloc[1:]
    assert found["change"] == pytest.approx((signs * volume).sum(), rel=TOLERANCE)
    assert found["share"] == pytest.approx((signs * volume).sum() / volume.sum(), abs=TOLERANCE)
    assert found["price"] == pytest.approx(bars["close"].iloc[-1] / bars["close"].iloc[0] - 1, abs=TOLERANCE)


def test_the_next_report_and_the_surprises_are_those_of_the_calendar(
    runner: RecipeRunner, library: Library
) -> None:
    period = {"from_date": "2025-11-19", "to_date": "2027-03-24"}
    listed = runner.call("eodhd_earnings_calendar", {"symbols": ["KO", "NVDA"], **period})["data"]["reports"]
    result = runner.run(library.find("earnings_dates"), symbols=["KO", "NVDA"])
    found = figures(result)
    for symbol in ("KO", "NVDA"):
        own = [report for report in listed if report["symbol"] == symbol]
        out = [report for report in own if report["eps_actual"] is not None]
        expected = next(report for report in own if report["eps_actual"] is None)
        assert found.pop(f"{symbol}:next") == expected["report_date"] > "2026-11-24"
        assert expected["report_date"] in result.description
        for report in out:
            assert found.pop(f"{symbol}:{report['report_date']}") == report["surprise_fraction"]
    assert found == {}


def test_a_fund_reports_no_earnings(runner: RecipeRunner, library: Library) -> None:
    with pytest.raises(ValueError, match="funds and indices have none"):
        runner.run(library.find("earnings_dates"), symbols=["SPY"])


def test_the_holdings_of_a_fund_are_its_heaviest_members(runner: RecipeRunner, library: Library) -> None:
    members = runner.call("eodhd_constituents", {"symbol": "QQQ"})["data"]["constituents"]
    weights = {member["symbol"]: member["weight"] for member in members}
    found = figures(runner.run(library.find("fund_holdings"), symbol="QQQ", top=5))
    heaviest = sorted(weights, key=lambda symbol: -weights[symbol])[:5]
    assert {symbol: found[symbol] for symbol in heaviest} == {symbol: weights[symbol] for symbol in heaviest}
    sectors = [value for name, value in found.items() if name.startswith("sector:")]
    assert sum(sectors) == pytest.approx(sum(weights.values()), abs=TOLERANCE)
    assert sectors == sorted(sectors, reverse=True)
    assert found["effective"] == pytest.approx(
        sum(weights.values()) ** 2 / sum(weight**2 for weight in weights.values()), rel=1e-9
    )
    with pytest.raises(ToolError, match="members of AAPL are not known"):
        runner.run(library.find("fund_holdings"), symbol="AAPL")


def test_a_profile_says_what_is_not_known(runner: RecipeRunner, library: Library) -> None:
    profile = runner.call("eodhd_fundamentals", {"symbol": "KO"})["data"]["profile"]
    result = runner.run(library.find("company_profile"), symbols=["KO", "SPY"])
    found = figures(result)
    assert (found["KO:sector"], found["KO:industry"]) == (profile["sector"], profile["industry"])
    assert found["KO:employees"] is None
    assert [row.reason for row in result.body if row.id == "KO:employees"] == ["not known to the vendor"]
    assert "is a fund" in result.description
