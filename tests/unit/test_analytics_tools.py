"""The analytics tools as a client sees them."""

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_servers.analytics.indicators.average_tools import calculate_sma
from mcp_servers.analytics.performance.tools import calculate_max_drawdown
from mcp_servers.analytics.portfolio.tools import calculate_correlation_matrix
from mcp_servers.analytics.risk.tools import calculate_sharpe_ratio, calculate_volatility
from tests.doubles.analytics_client import call, problem_of

PRICES = [100.0, 102.0, 99.0, 80.0, 90.0, 103.0]
RETURNS = [0.02, -0.03, 0.01, 0.004]


async def test_a_moving_average_has_null_where_the_window_is_not_full() -> None:
    average = await call("calculate_sma", prices=PRICES, period=5)
    assert average["values"][:4] == [None] * 4
    assert average["latest"] == average["values"][-1] == pytest.approx(sum(PRICES[1:]) / 5)
    assert average["dates"] is None


async def test_prices_by_date_are_put_in_order_and_answered_with_dates() -> None:
    prices = {"2020-01-03": 80.0, "2020-01-01": 100.0, "2020-01-02": 110.0}
    average = await call("calculate_sma", prices=prices, period=1)
    assert average["dates"] == ["2020-01-01", "2020-01-02", "2020-01-03"]
    assert average["values"] == [100.0, 110.0, 80.0]
    drawdown = await call("calculate_max_drawdown", prices=prices)
    assert drawdown["peak"] == {"position": 1, "price": 110.0, "date": "2020-01-02"}
    assert drawdown["trough"] == {"position": 2, "price": 80.0, "date": "2020-01-03"}
    assert drawdown["recovery"] is None
    assert drawdown["reason"] == "not recovered yet"


async def test_volatility_uses_the_most_recent_returns_of_the_period() -> None:
    recent = await call("calculate_volatility", returns=RETURNS, period=2)
    alone = await call("calculate_volatility", returns=RETURNS[-2:])
    assert recent == alone
    assert recent["observations"] == 2
    assert recent["volatility"] == pytest.approx(recent["per_period"] * math.sqrt(252))


async def test_a_sharpe_ratio_says_which_rate_it_took_per_period() -> None:
    arguments = {"returns": RETURNS, "risk_free_rate": 0.05, "periods_per_year": 12}
    ratio = await call("calculate_sharpe_ratio", **arguments)
    assert ratio["risk_free_per_period"] == pytest.approx(1.05 ** (1 / 12) - 1)
    assert ratio["periods_per_year"] == 12


async def test_equal_returns_have_no_sharpe_ratio_and_a_reason() -> None:
    ratio = await call("calculate_sharpe_ratio", returns=[0.01] * 9)
    assert ratio["sharpe_ratio"] is None
    assert ratio["reason"] == "the returns do not vary"


async def test_prices_that_never_fall_have_no_points_and_a_reason() -> None:
    drawdown = await call("calculate_max_drawdown", prices=[1, 2, 3])
    assert drawdown["max_drawdown"] == 0
    assert (drawdown["peak"], drawdown["trough"], drawdown["recovery"]) == (None, None, None)
    assert drawdown["reason"] == "the prices never fall"


async def test_pairs_are_sorted_and_symbols_that_stand_still_are_named() -> None:
    series = {"UP": PRICES, "STILL": [5.0] * 6, "DOWN": [1 / price for price in PRICES], "UP2": PRICES}
    result = await call("calculate_correlation_matrix", price_series=series)
    assert result["symbols"] == list(series)
    assert result["pairs"][0] == {"first": "UP", "second": "UP2", "correlation": pytest.approx(1)}
    assert [pair["correlation"] for pair in result["pairs"][3:]] == [None, None, None]
    assert result["matrix"][1] == [None] * 4
    assert result["reason"] == "the returns of STILL do not vary"
    assert result["observations"] == 5


@pytest.mark.parametrize(
    ("name", "arguments", "field"),
    [
        ("calculate_sma", {"prices": [1, None], "period": 1}, "prices.list.1"),
        ("calculate_sma", {"prices": [1, "x"], "period": 1}, "prices.list.1"),
        ("calculate_sma", {"prices": [1, -2], "period": 1}, "prices.list.1"),
        ("calculate_sma", {"prices": {"2020-01-01": 0}, "period": 1}, "prices.object.2020-01-01"),
        ("calculate_sma", {"prices": {"yesterday": 1}, "period": 1}, "prices.object.yesterday.[key]"),
        ("calculate_sma", {"prices": [1], "period": 0}, "period"),
        ("calculate_sma", {"prices": [1]}, "period"),
        ("calculate_sma", {"prices": [1], "period": 1, "window": 2}, "window"),
        ("calculate_volatility", {"returns": [0.01, -3.5]}, "returns.list.1"),
        ("calculate_sharpe_ratio", {"returns": RETURNS, "risk_free_rate": 4.5}, "risk_free_rate"),
        ("calculate_sharpe_ratio", {"returns": RETURNS, "periods_per_year": 0}, "periods_per_year"),
        ("calculate_correlation_matrix", {"price_series": {"A": [1, 2, 3, 4]}}, "price_series"),
        ("calculate_correlation_matrix", {"price_series": {"A": [1], "B": [None]}}, "price_series.B.list.0"),
    ],
)
async def test_a_bad_argument_is_named_with_its_place(
    name: str, arguments: dict[str, Any], field: str
) -> None:
    problem = await problem_of(name, **arguments)
    assert problem["code"] == "bad_argument"
    assert [complaint["field"] for complaint in problem["details"]["fields"]] == [field]
    assert field in problem["message"]


@pytest.mark.parametrize(
    ("name", "arguments", "needed"),
    [
        ("calculate_sma", {"prices": [1, 2], "period": 3}, 3),
        ("calculate_volatility", {"returns": [0.01]}, 2),
        ("calculate_volatility", {"returns": RETURNS, "period": 60}, 60),
        ("calculate_sharpe_ratio", {"returns": []}, 2),
        ("calculate_max_drawdown", {"prices": [1]}, 2),
        ("calculate_correlation_matrix", {"price_series": {"A": [1, 2, 3], "B": [1, 2, 3]}}, 4),
    ],
)
async def test_too_few_values_say_how_many_are_needed(
    name: str, arguments: dict[str, Any], needed: int
) -> None:
    problem = await problem_of(name, **arguments)
    assert problem["code"] == "too_short"
    assert problem["details"]["needed"] == needed


async def test_many_bad_values_are_not_all_repeated() -> None:
    problem = await problem_of("calculate_sma", prices=["x"] * 5000, period=1)
    assert len(problem["details"]["fields"]) == 5
    assert len(problem["message"]) < 1000


prices_of_any_size = st.lists(st.floats(1e-6, 1e12), min_size=4, max_size=30)
returns_of_any_size = st.lists(st.floats(-1, 1e6), min_size=2, max_size=30)


@settings(deadline=None)
@given(prices_of_any_size, returns_of_any_size)
def test_no_accepted_numbers_lead_to_a_number_that_json_lacks(
    prices: list[float], returns: list[float]
) -> None:
    answers = [
        calculate_sma(prices, 3),
        calculate_max_drawdown(prices),
        calculate_volatility(returns),
        calculate_sharpe_ratio(returns),
        calculate_correlation_matrix({"A": prices, "B": prices[::-1]}),
    ]
    for answer in answers:
        json.dumps(answer.model_dump(mode="json"), allow_nan=False)
