"""The tools of indicators, signals and back-tests as a client sees them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from mcp_servers.analytics.backtest.tools import BACKTEST_TOOLS, backtest_signal
from mcp_servers.analytics.indicators.tools import INDICATOR_TOOLS
from mcp_servers.analytics.signals.tools import SIGNAL_TOOLS
from mcp_servers.problems import Problem
from tests.doubles.analytics_client import call, problem_of

CLOSE = [10.0, 11.0, 10.5, 12.0, 11.0, 13.0, 12.5, 14.0]
BARS = {"high": [c + 1 for c in CLOSE], "low": [c - 1 for c in CLOSE], "close": CLOSE}
DAYS = [f"2020-02-{day:02}" for day in range(1, 9)]


async def test_columns_are_null_before_the_first_value_and_say_the_latest() -> None:
    found = await call("calculate_atr", **BARS, period=3)
    assert found["values"][:3] == [None] * 3
    assert found["latest"] == found["values"][-1]
    assert len(found["values"]) == len(CLOSE)
    bands = await call("calculate_bollinger_bands", prices=CLOSE, period=4)
    assert bands["upper"][:3] == bands["percent_b"][:3] == [None] * 3
    assert bands["latest"] == {name: bands[name][-1] for name in bands["latest"]}


async def test_macd_has_its_line_before_there_is_a_signal() -> None:
    found = await call("calculate_macd", prices=CLOSE, fast=2, slow=3, signal=3)
    assert [value is None for value in found["macd"]] == [True] * 2 + [False] * 6
    assert [value is None for value in found["signal"]] == [True] * 4 + [False] * 4
    assert found["periods"] == [2, 3, 3]


async def test_bars_by_date_are_matched_by_date() -> None:
    dated = {name: dict(zip(DAYS, column, strict=True)) for name, column in BARS.items()}
    dated["high"] = dict(reversed(dated["high"].items()))
    dated["low"].pop(DAYS[0])
    found = await call("calculate_williams_r", **dated, period=3)
    lists = await call(
        "calculate_williams_r", **{name: column[1:] for name, column in BARS.items()}, period=3
    )
    assert found["dates"] == DAYS[1:]
    assert found["values"] == lists["values"]


async def test_the_cloud_to_come_is_as_long_as_its_displacement() -> None:
    found = await call(
        "calculate_ichimoku", **BARS, conversion_period=2, base_period=3, span_b_period=4, displacement=2
    )
    assert found["span_a"][-2:] + found["future_span_a"] == pytest.approx(
        [(a + b) / 2 for a, b in zip(found["conversion"][-4:], found["base"][-4:], strict=True)]
    )
    assert found["lagging"] == [*CLOSE[2:], None, None]


async def test_values_that_do_not_exist_are_null_with_a_reason() -> None:
    still = [5.0] * 40
    bars = {"high": still, "low": still, "close": still}
    cases: dict[str, dict[str, list[float]]] = {
        "calculate_rsi": {"prices": still},
        "calculate_z_score": {"prices": still},
        "calculate_williams_r": bars,
        "calculate_cci": bars,
        "calculate_mfi": {**bars, "volume": still},
        "calculate_vwap": {**bars, "volume": [0.0] * 40},
    }
    for name, arguments in cases.items():
        found = await call(name, **arguments)
        assert found["latest"] is None
        assert found["reason"].startswith("null where"), name
    assert (await call("calculate_adx", **bars))["reason"]
    assert (await call("calculate_stochastic", **bars))["reason"]
    assert (await call("calculate_bollinger_bands", prices=still))["reason"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"close": [*CLOSE[:-1], 99.0]}, "position 7"),
        ({"close": CLOSE[1:]}, "different lengths"),
        ({"low": dict(zip(DAYS, CLOSE, strict=True))}, "some series have dates"),
        ({"high": [*CLOSE[:-1], -1.0]}, "high.list.7"),
        ({"period": 1}, "period"),
        ({"high": [*CLOSE[:-1], None]}, "high.list.7"),
    ],
)
async def test_bars_that_cannot_be_are_refused(changed: dict[str, Any], said: str) -> None:
    problem = await problem_of("calculate_cci", **{**BARS, "period": 3, **changed})
    assert problem["code"] == "bad_argument"
    assert said in problem["message"]


@pytest.mark.parametrize(
    ("name", "arguments", "needed"),
    [
        ("calculate_rsi", {"prices": CLOSE, "period": 8}, 9),
        ("calculate_macd", {"prices": CLOSE}, 34),
        ("calculate_adx", {**BARS, "period": 5}, 10),
        ("calculate_stochastic", BARS, 18),
        ("calculate_ichimoku", BARS, 52),
        ("calculate_bollinger_bands", {"prices": CLOSE}, 20),
        ("calculate_keltner_channels", {**BARS, "period": 2, "atr_period": 8}, 9),
        ("detect_sma_crossover", {"prices": CLOSE}, 200),
        ("calculate_rsi", {"prices": []}, 15),
        ("calculate_obv", {"close": [], "volume": []}, 1),
    ],
)
async def test_too_few_bars_say_how_many_are_needed(
    name: str, arguments: dict[str, Any], needed: int
) -> None:
    problem = await problem_of(name, **arguments)
    assert (problem["code"], problem["details"]["needed"]) == ("too_short", needed)


async def test_a_strategy_by_name_answers_with_buy_and_hold_beside_it() -> None:
    found = await call(
        "backtest_strategy",
        prices=dict(zip(DAYS, CLOSE, strict=True)),
        strategy="sma_crossover",
        parameters={"short_window": 1, "long_window": 2},
    )
    assert found["buy_and_hold"]["total_return"] == pytest.approx(1.4 * 0.999 - 1)
    assert len(found["equity"]) == len(found["dates"]) == len(CLOSE) == len(found["returns"]) + 1
    assert found["positions"][0] is None


async def test_an_unknown_strategy_is_named_with_those_there_are() -> None:
    problem = await problem_of("backtest_strategy", prices=CLOSE, strategy="astrology")
    assert "sma_crossover" in problem["message"]


prices_of_any_size = st.lists(
    st.one_of(st.floats(1e-6, 1e12), st.sampled_from([1e-6, 1.0, 100.1, 1e12])), min_size=9, max_size=40
)


@settings(deadline=None)
@given(prices_of_any_size, st.data())
def test_no_accepted_prices_lead_to_a_number_that_json_lacks(
    prices: list[float], data: st.DataObject
) -> None:
    columns = {"high": prices, "low": prices, "close": prices, "prices": prices, "volume": prices}
    small = dict.fromkeys(
        ("period", "k_period", "atr_period", "long_window", "base_period", "displacement"), 2
    )
    smaller = {
        "span_b_period": 3,
        "conversion_period": 1,
        "short_window": 1,
        "fast": 2,
        "slow": 3,
        "signal": 2,
    }
    given_arguments = {**columns, **small, **smaller, "lookback": 5, "reach": 2, "strategy": "rsi_reversal"}
    for tool in (*INDICATOR_TOOLS, *SIGNAL_TOOLS, *BACKTEST_TOOLS):
        answer = answer_of(tool, given_arguments)
        if answer is not None:
            json.dumps(answer.model_dump(mode="json"), allow_nan=False)
    wanted = data.draw(st.lists(st.floats(-1, 1), min_size=len(prices), max_size=len(prices)))
    answer = answer_of(backtest_signal, {"prices": prices, "positions": wanted, "cost_bps": 1000.0})
    if answer is not None:
        json.dumps(answer.model_dump(mode="json"), allow_nan=False)


def answer_of(tool: Callable[..., BaseModel], arguments: dict[str, Any]) -> BaseModel | None:
    """What the tool answers to those of the arguments that it takes; None for a problem."""
    taken = {name: arguments[name] for name in tool.__annotations__ if name in arguments}
    if tool is backtest_signal and "positions" not in arguments:
        return None
    try:
        return tool(**taken)
    except Problem:
        return None
