"""What the risk, performance and portfolio tools say of numbers that have no good answer."""

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp.client import Client

from mcp_servers.analytics.app import create_server
from mcp_servers.analytics.performance.tools import PERFORMANCE_TOOLS
from mcp_servers.analytics.portfolio.tools import PORTFOLIO_TOOLS
from mcp_servers.analytics.risk.tools import RISK_TOOLS
from mcp_servers.problems import Problem
from schemas.market.envelope import PROBLEM_META_KEY

TOOLS: dict[str, Callable[..., Any]] = {
    tool.__name__: tool for tool in (*RISK_TOOLS, *PERFORMANCE_TOOLS, *PORTFOLIO_TOOLS)
}
SOLVERS = ("optimize_portfolio", "optimize_portfolio_weights", "calculate_efficient_frontier")
RETURNS = [0.01, -0.02, 0.005, 0.0, 0.03] * 5
STILL = [5.0] * 30
GROWING = [1.1**day for day in range(30)]
LIKE = {"A": [100.0 + day % 7 for day in range(30)], "B": [50.0 + (day * 3) % 5 for day in range(30)]}
FAR_BACK = date(1990, 1, 1)


server = cache(create_server)


async def ask(name: str, **arguments: Any) -> tuple[bool, dict[str, Any]]:
    """Whether the answer is a problem, and the answer."""
    async with Client(server()) as client:
        result = await client.call_tool(name, arguments)
    told = (result.meta or {}).get(PROBLEM_META_KEY) if result.is_error else result.structured_content
    assert isinstance(told, dict)
    return bool(result.is_error), told


@pytest.mark.parametrize(
    ("name", "arguments", "code", "message"),
    [
        ("calculate_sortino_ratio", {"returns": [0.01]}, "too_short", "at least 2"),
        ("calculate_calmar_ratio", {"returns": []}, "too_short", "at least 2"),
        ("calculate_calmar_ratio", {"returns": [1e6] * 60}, "bad_argument", "as fractions"),
        ("calculate_var", {"returns": RETURNS, "confidence": 0.99}, "too_short", "at least 100"),
        ("calculate_cvar", {"returns": [0.1] * 9, "confidence": 0.9}, "too_short", "at least 10"),
        ("calculate_var", {"returns": RETURNS, "confidence": 95}, "bad_argument", "confidence"),
        ("calculate_var", {"returns": RETURNS, "method": "normal"}, "bad_argument", "method"),
        ("calculate_tail_ratio", {"returns": RETURNS[:19]}, "too_short", "at least 20"),
        ("calculate_skewness", {"returns": RETURNS[:2]}, "too_short", "at least 3"),
        ("calculate_kurtosis", {"returns": RETURNS[:3]}, "too_short", "at least 4"),
        ("calculate_kurtosis", {"returns": [1.0, None]}, "bad_argument", "returns.list.1"),
        ("calculate_beta", {"returns": RETURNS, "benchmark": RETURNS[1:]}, "bad_argument", "equal lengths"),
        ("calculate_beta", {"returns": RETURNS[:2], "benchmark": RETURNS[:2]}, "too_short", "at least 3"),
        (
            "calculate_alpha",
            {"returns": {"2020-01-01": 0.1}, "benchmark": {"2020-01-02": 0.1}},
            "too_short",
            "no date in common",
        ),
        ("calculate_information_ratio", {"returns": [-2], "benchmark": [0]}, "bad_argument", "returns"),
        ("calculate_rolling_volatility", {"returns": RETURNS, "window": 26}, "too_short", "at least 26"),
        (
            "calculate_rolling_beta",
            {"returns": RETURNS, "benchmark": RETURNS, "window": 2},
            "bad_argument",
            "window",
        ),
        ("calculate_ulcer_index", {"prices": [3, -1]}, "bad_argument", "prices.list.1"),
        ("calculate_returns", {"prices": [3]}, "too_short", "at least 2"),
        ("calculate_drawdowns", {"prices": {"2020-01-01": 0}}, "bad_argument", "prices"),
        ("calculate_return_summary", {"prices": []}, "too_short", "at least 2"),
        ("calculate_hit_rate", {"returns": []}, "too_short", "at least 1"),
        ("calculate_streaks", {"returns": []}, "too_short", "at least 1"),
        ("calculate_gaps", {"opens": [1], "closes": [1]}, "too_short", "at least 2"),
        ("calculate_seasonality", {"returns": RETURNS}, "bad_argument", "object from date"),
        (
            "calculate_conditional_returns",
            {"returns": RETURNS, "condition": RETURNS, "lag": 25},
            "too_short",
            "at least 26",
        ),
        ("calculate_autocorrelation", {"returns": RETURNS, "lags": 24}, "too_short", "at least 26"),
        ("calculate_return_distribution", {"returns": RETURNS[:3]}, "too_short", "at least 4"),
        ("calculate_covariance_matrix", {"price_series": {"A": [1]}}, "bad_argument", "price_series"),
        (
            "calculate_portfolio_metrics",
            {"weights": [0.5, 0.6], "returns": {"A": RETURNS, "B": RETURNS}},
            "bad_argument",
            "sum to 1.1",
        ),
        (
            "calculate_portfolio_metrics",
            {"weights": [2.0, -1.0], "returns": {"A": [-0.9, 0.1], "B": [0.9, 0.1]}},
            "bad_argument",
            "smaller short weights",
        ),
        (
            "calculate_risk_contribution",
            {"weights": [1], "price_series": LIKE},
            "bad_argument",
            "1 weights for 2",
        ),
        (
            "calculate_risk_contribution",
            {"weights": {"A": 1}, "price_series": LIKE},
            "bad_argument",
            "weights lack B",
        ),
        (
            "calculate_diversification_ratio",
            {"weights": {"A": 1, "B": 0, "C": 0}, "price_series": LIKE},
            "bad_argument",
            "weights name C",
        ),
        (
            "calculate_diversification_ratio",
            {"weights": [1.5, -0.5], "price_series": LIKE},
            "bad_argument",
            "no short positions",
        ),
        ("calculate_concentration", {"weights": [0, 0]}, "bad_argument", "all weights are 0"),
        (
            "calculate_stress_scenarios",
            {"weights": {"A": 1}, "scenarios": {"fall": {"B": -0.1}}},
            "bad_argument",
            "'fall' shocks B",
        ),
        (
            "calculate_worst_windows",
            {"weights": [0.5, 0.5], "price_series": LIKE, "window": 30},
            "too_short",
            "at least 31",
        ),
    ],
)
async def test_bad_numbers_are_a_problem_that_says_what_to_change(
    name: str, arguments: dict[str, Any], code: str, message: str
) -> None:
    is_problem, answer = await ask(name, **arguments)
    assert is_problem
    assert answer["code"] == code
    assert message in answer["message"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"bounds": [0.6, 1.0]}, "the least weights sum to 1.2, more than 1; lower them"),
        ({"bounds": [0.0, 0.4]}, "the largest weights sum to 0.8, less than 1; raise them"),
        ({"bounds": [0.5, 0.2]}, "a least weight is above its largest"),
        ({"bounds": [[0, 1]] * 3}, "3 pairs of bounds for 2 assets"),
        ({"bounds": {"C": [0, 1]}}, "bounds name C"),
        ({"bounds": [-0.2, 1.0], "objective": "hrp"}, "no short positions; give bounds from 0 on"),
        ({"objective": "target_return"}, "pass `target`"),
        ({"objective": "max_sharpe", "target": 0.1}, "leave `target` out"),
        ({"objective": "target_return", "target": 50}, "the highest expected return within the bounds is"),
        ({"objective": "target_volatility", "target": 0.001}, "the lowest volatility within the bounds is"),
        ({"risk_free_rate": 1.0, "bounds": [0.5, 0.5]}, "lower risk_free_rate, or ask for min_variance"),
        ({"price_series": {**LIKE, "C": LIKE["A"]}}, "is singular"),
        ({"price_series": {**LIKE, "STILL": STILL}}, "the returns of STILL do not vary; leave them out"),
        ({"price_series": {name: [1.0, 2, 3] for name in "ABC"}}, "at least 4"),
    ],
)
async def test_what_no_portfolio_fulfils_says_what_to_change(arguments: dict[str, Any], message: str) -> None:
    quiet = {"A": [100 + day % 2 + day / 99 for day in range(30)], "B": [90 + day % 3 for day in range(30)]}
    is_problem, answer = await ask("optimize_portfolio", **({"price_series": quiet} | arguments))
    assert is_problem
    assert message in answer["message"]


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[1, 0], [0, 1], [0, 0]], "needs 2 rows of 2 values"),
        ([[1, 0.5], [0.2, 1]], "is not symmetric"),
        ([[1, 1], [1, 1]], "is singular"),
        ([[1, 2], [2, 1]], "negative eigenvalue"),
        ([[1, 0], [0, 0]], "the returns of 1 do not vary"),
        ([[1, 0], [0, -1]], "the returns of 1 do not vary"),
    ],
)
async def test_a_matrix_that_is_no_covariance_is_refused(matrix: list[list[float]], message: str) -> None:
    is_problem, answer = await ask(
        "optimize_portfolio_weights", expected_returns=[0.1, 0.2], cov_matrix=matrix
    )
    assert is_problem
    assert message in answer["message"]


async def test_moments_of_different_units_are_refused() -> None:
    is_problem, answer = await ask(
        "optimize_portfolio_weights", expected_returns=[8, 9], cov_matrix=[[1e-16, 0], [0, 1e-16]]
    )
    assert is_problem
    assert "the same unit" in answer["message"]


async def test_fewer_prices_than_assets_can_be_optimised_with_shrinkage() -> None:
    few = {f"S{n}": [100 + (n * day**2) % 11 for day in range(6)] for n in range(1, 8)}
    is_problem, answer = await ask("optimize_portfolio", price_series=few, objective="min_variance")
    assert is_problem
    assert "shrinkage='ledoit_wolf'" in answer["message"]
    is_problem, answer = await ask(
        "optimize_portfolio", price_series=few, objective="min_variance", shrinkage="ledoit_wolf"
    )
    assert not is_problem
    assert sum(answer["weights"]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("name", "arguments", "field", "reason"),
    [
        ("calculate_sortino_ratio", {"returns": [0.01] * 9}, "sortino_ratio", "falls short"),
        ("calculate_omega_ratio", {"returns": [0.01] * 9}, "omega_ratio", "falls short"),
        ("calculate_calmar_ratio", {"returns": [0.01] * 9}, "calmar_ratio", "never lead to a fall"),
        ("calculate_calmar_ratio", {"returns": [-0.5, 1e6]}, "annual_growth", "too large"),
        ("calculate_tail_ratio", {"returns": [0.01] * 20}, "tail_ratio", "no loss"),
        ("calculate_skewness", {"returns": [0.01] * 9}, "skewness", "do not vary"),
        ("calculate_kurtosis", {"returns": [0.01] * 9}, "excess_kurtosis", "do not vary"),
        ("calculate_beta", {"returns": RETURNS, "benchmark": [0.01] * 25}, "beta", "benchmark does not vary"),
        ("calculate_beta", {"returns": [0.01] * 25, "benchmark": RETURNS}, "correlation", "do not vary"),
        (
            "calculate_alpha",
            {"returns": RETURNS, "benchmark": [0.01] * 25},
            "alpha",
            "benchmark does not vary",
        ),
        (
            "calculate_alpha",
            {"returns": [999.0, 30, 50], "benchmark": [0, 0.1, 0]},
            "alpha",
            "cannot be compounded",
        ),
        ("calculate_alpha", {"returns": [-1, 99, 0], "benchmark": [0.1, 9, 0.3]}, "alpha", "cannot be"),
        (
            "calculate_information_ratio",
            {"returns": RETURNS, "benchmark": RETURNS},
            "information_ratio",
            "vary",
        ),
        (
            "calculate_rolling_sharpe_ratio",
            {"returns": [0.01] * 9, "window": 3},
            "latest",
            "7 windows do not vary",
        ),
        ("calculate_return_summary", {"prices": [1, 2]}, "by_month", "prices with dates"),
        ("calculate_return_summary", {"prices": [1e-6, 1e12]}, "annual_growth", "too large"),
        ("calculate_hit_rate", {"returns": [0.1, 0.2]}, "payoff_ratio", "not both"),
        ("calculate_autocorrelation", {"returns": [0.01] * 20}, "values", "do not vary"),
        (
            "calculate_conditional_returns",
            {"returns": RETURNS, "condition": RETURNS, "threshold": -1},
            "difference",
            "never held",
        ),
        ("calculate_return_distribution", {"returns": [0.01] * 5}, "skewness", "do not vary"),
        (
            "calculate_portfolio_metrics",
            {"weights": [1.0], "returns": {"A": [0.01] * 5}},
            "sharpe_ratio",
            "does not vary",
        ),
        (
            "calculate_portfolio_metrics",
            {"weights": [1.0], "returns": {"A": [0.01, 0.02]}},
            "sortino_ratio",
            "no return falls short of 0; risk shares need 3",
        ),
        (
            "calculate_risk_contribution",
            {"weights": [1.5, -0.5], "price_series": LIKE},
            "diversification_ratio",
            "no short positions",
        ),
        (
            "calculate_risk_contribution",
            {"weights": [1.0, 0.0], "price_series": {"A": STILL, "B": GROWING}},
            "contributions",
            "does not vary",
        ),
    ],
)
async def test_a_figure_that_does_not_exist_is_null_with_a_reason(
    name: str, arguments: dict[str, Any], field: str, reason: str
) -> None:
    is_problem, answer = await ask(name, **arguments)
    assert not is_problem, answer
    assert answer[field] is None
    assert reason in answer["reason"]


async def test_a_loss_of_everything_is_a_drawdown_of_everything() -> None:
    _, answer = await ask("calculate_calmar_ratio", returns=[0.1, -1.0, 0.5])
    assert (answer["max_drawdown"], answer["annual_growth"], answer["calmar_ratio"]) == (-1, -1, -1)


async def test_dates_decide_the_order_and_the_partners() -> None:
    days = [(FAR_BACK + timedelta(days=day)).isoformat() for day in range(25)]
    ordered = dict(zip(days, RETURNS, strict=True))
    turned = dict(reversed(ordered.items()))
    _, beta = await ask("calculate_beta", returns=turned, benchmark={**ordered, "1980-01-01": 0.5})
    assert beta["beta"] == pytest.approx(1)
    assert beta["observations"] == 25
    _, streaks = await ask("calculate_streaks", returns=turned)
    assert streaks["current"]["end"] == {"position": 24, "value": 0.03, "date": days[-1]}
    _, rolling = await ask("calculate_rolling_volatility", returns=turned, window=5)
    assert rolling["dates"] == days
    _, summary = await ask("calculate_return_summary", prices=dict(zip(days, GROWING, strict=False)))
    assert [month["period"] for month in summary["by_month"]] == ["1990-01"]


def test_one_wild_return_does_not_blur_the_windows_after_it() -> None:
    returns = [1e6, *RETURNS]
    alone = TOOLS["calculate_rolling_volatility"](RETURNS, 5).values
    after = TOOLS["calculate_rolling_volatility"](returns, 5).values
    assert after[5:] == alone[4:]


DAYS = [FAR_BACK + timedelta(days=day) for day in range(40)]
wild_returns = st.lists(st.floats(-1, 1e6), min_size=20, max_size=40)
wild_prices = st.lists(st.floats(1e-6, 1e12), min_size=20, max_size=40)


@pytest.mark.parametrize("name", [name for name in TOOLS if name not in SOLVERS])
@settings(deadline=None, max_examples=20)
@given(wild_returns, wild_prices, st.booleans())
def test_accepted_numbers_lead_to_json_or_to_a_problem_with_advice(
    name: str, returns: list[float], prices: list[float], has_dates: bool
) -> None:
    size = min(len(returns), len(prices))
    back, forth = returns[:size], prices[:size]
    given_all: dict[str, Any] = {
        "returns": back,
        "prices": forth,
        "benchmark": back[::-1],
        "condition": forth,
        "opens": forth,
        "closes": forth[::-1],
        "window": 5,
        "scenarios": {"fall": {"A": -0.5}},
        "weights": {"A": 0.5, "B": 0.5},
        "price_series": {"A": forth, "B": forth[::-1]},
    }
    if has_dates or name == "calculate_seasonality":
        given_all = {key: dated(value) for key, value in given_all.items()}
    if name == "calculate_portfolio_metrics":
        given_all["returns"] = {"A": given_all["returns"], "B": given_all["benchmark"]}
    tool = TOOLS[name]
    arguments = {key: value for key, value in given_all.items() if key in tool.__annotations__}
    check_answer(lambda: tool(**arguments))


def dated(value: Any) -> Any:
    """Lists of numbers by date, wherever they are."""
    if isinstance(value, dict):
        return {key: dated(item) for key, item in value.items()}
    return dict(zip(DAYS, value, strict=False)) if isinstance(value, list) else value


@settings(deadline=None, max_examples=10)
@given(st.lists(st.floats(0.01, 100), min_size=20, max_size=40), st.sampled_from(SOLVERS), st.booleans())
def test_optimisers_answer_json_or_a_problem(prices: list[float], name: str, is_short: bool) -> None:
    series: Any = {"A": prices, "B": prices[::-1], "C": [price**0.5 for price in prices]}
    bounds = [-0.5, 1.0] if is_short else [0.0, 0.7]
    if name == "optimize_portfolio_weights":
        moments = TOOLS["calculate_covariance_matrix"](series, periods_per_year=1)
        check_answer(lambda: TOOLS[name](moments.expected_returns, moments.cov_matrix, bounds=bounds))
    else:
        check_answer(lambda: TOOLS[name](series, bounds=bounds))


def check_answer(answer: Callable[[], Any]) -> None:
    """JSON, or a problem whose message ends with the next step."""
    try:
        text = json.dumps(answer().model_dump(mode="json"), allow_nan=False)
    except Problem as problem:
        text = str(problem)
    assert text.startswith("{") or re.search(r"; (pass|use|give|leave|lower|widen|estimate)[^;]*$", text), (
        text
    )
