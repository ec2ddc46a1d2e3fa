"""Portfolio tools that do not optimise, against pandas or a plain loop."""

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pytest

from mcp_servers.analytics.portfolio.tools import PORTFOLIO_TOOLS
from tests.market_series import real_closes, rough, walk

TOOLS: dict[str, Callable[..., Any]] = {tool.__name__: tool for tool in PORTFOLIO_TOOLS}
OPTIMISERS = {"optimize_portfolio_weights", "optimize_portfolio", "calculate_efficient_frontier"}
WEIGHTS = np.array([0.5, 0.3, 0.2])
SHORT = np.array([0.9, 0.5, -0.4])
SHOCKS = {"crash": {"A": -0.5, "B": -0.2}, "boom": {"C": 0.5}}

Frame: TypeAlias = Any
"""A DataFrame of the prices of A, B and C. The stubs of pandas know less of it than these oracles use."""


def random_walks() -> Frame:
    common = walk(7)
    return pd.DataFrame({name: common * walk(seed) for name, seed in (("A", 8), ("B", 9), ("C", 10))})


def rough_walks() -> Frame:
    return pd.DataFrame({name: rough(seed) for name, seed in (("A", 5), ("B", 6), ("C", 8))})


def real() -> Frame:
    frame = pd.DataFrame({symbol: real_closes()[symbol] for symbol in ("AAPL", "KO", "JPM")})
    return frame.set_axis(["A", "B", "C"], axis="columns")


def shrunk(f: Frame, share: Callable[[Any, Any], float]) -> Any:
    """Annual covariances (n) pulled by `share(returns, covariance)` towards their mean variance."""
    x = (f.pct_change().dropna() - f.pct_change().mean()).to_numpy()
    s = x.T @ x / len(x)
    pull = min(1.0, share(x, s))
    return ((1 - pull) * s + pull * np.trace(s) / 3 * np.eye(3)) * 252


def ledoit_wolf_share(x: Any, s: Any) -> float:
    """Lemmas 3.2 to 3.4 of Ledoit and Wolf (2004)."""
    distance = np.sum((s - np.trace(s) / 3 * np.eye(3)) ** 2)
    noise = sum(np.sum((np.outer(row, row) - s) ** 2) for row in x) / len(x) ** 2
    return float(noise / distance)


def oas_share(x: Any, s: Any) -> float:
    """Equation 23 of Chen et al. (2010), with the simplification that scikit-learn documents."""
    square, mean = np.mean(s**2), (np.trace(s) / 3) ** 2
    return float((square + mean) / ((len(x) + 1) * (square - mean / 3)))


def portfolio(f: Frame, weights: Any = WEIGHTS) -> Frame:
    """Returns of the portfolio that is brought back to its weights each day."""
    return f.pct_change().dropna() @ weights


def held(f: Frame, start: int, end: int) -> float:
    """What 1 becomes that is put into WEIGHTS, less that 1."""
    shares = WEIGHTS / f.iloc[start]
    return float((shares * f.iloc[end]).sum() - 1)


def worst_totals(f: Frame, periods: int, top: int) -> list[float]:
    """By trying all windows, and then again those that do not overlap one that was chosen."""
    left = {start: held(f, start, start + periods) for start in range(len(f) - periods)}
    found: list[float] = []
    while left and len(found) < top:
        start = min(left, key=lambda day: left[day])
        found.append(left[start])
        left = {day: total for day, total in left.items() if abs(day - start) >= periods}
    return found


Oracle = Callable[[Frame], Any]
Read = Callable[[Any], Any]
CASES: list[tuple[str, dict[str, Any], Read, Oracle]] = [
    (
        "calculate_correlation_matrix",
        {},
        lambda a: a.matrix,
        lambda f: f.pct_change().corr().to_numpy(),
    ),
    (
        "calculate_covariance_matrix",
        {},
        lambda a: a.cov_matrix,
        lambda f: f.pct_change().cov().to_numpy() * 252,
    ),
    (
        "calculate_covariance_matrix",
        {"periods_per_year": 52},
        lambda a: [a.expected_returns, a.volatilities],
        lambda f: [f.pct_change().mean() * 52, f.pct_change().std() * math.sqrt(52)],
    ),
    (
        "calculate_covariance_matrix",
        {"shrinkage": "ledoit_wolf"},
        lambda a: a.cov_matrix,
        lambda f: shrunk(f, ledoit_wolf_share),
    ),
    (
        "calculate_covariance_matrix",
        {"shrinkage": "oas"},
        lambda a: a.cov_matrix,
        lambda f: shrunk(f, oas_share),
    ),
    (
        "calculate_portfolio_metrics",
        {},
        lambda a: [a.total_return, a.annual_return, a.volatility, a.best, a.worst],
        lambda f: [
            (1 + portfolio(f)).prod() - 1,
            portfolio(f).mean() * 252,
            portfolio(f).std() * math.sqrt(252),
            portfolio(f).max(),
            portfolio(f).min(),
        ],
    ),
    (
        "calculate_portfolio_metrics",
        {},
        lambda a: [a.sharpe_ratio, a.sortino_ratio, math.log1p(a.annual_growth)],
        lambda f: [
            portfolio(f).mean() / portfolio(f).std() * math.sqrt(252),
            portfolio(f).mean() / math.sqrt((portfolio(f).clip(upper=0) ** 2).mean()) * math.sqrt(252),
            np.log1p(portfolio(f)).mean() * 252,
        ],
    ),
    (
        "calculate_portfolio_metrics",
        {},
        lambda a: a.max_drawdown,
        lambda f: min(
            wealth / max(1.0, highest) - 1
            for wealth, highest in zip(
                (1 + portfolio(f)).cumprod(), (1 + portfolio(f)).cumprod().cummax(), strict=True
            )
        ),
    ),
    (
        "calculate_portfolio_metrics",
        {},
        lambda a: a.risk_shares,
        lambda f: WEIGHTS * f.pct_change().apply(lambda r: r.cov(portfolio(f))) / portfolio(f).var(),
    ),
    (
        "calculate_concentration",
        {},
        lambda a: [a.herfindahl, a.effective_number, a.largest_share, a.top_3_share],
        lambda _: [0.38, 1 / 0.38, 0.5, 1.0],
    ),
    (
        "calculate_risk_contribution",
        {"weights": SHORT.tolist()},
        lambda a: a.contributions,
        lambda f: (
            SHORT
            * f.pct_change().apply(lambda r: r.cov(portfolio(f, SHORT)))
            / portfolio(f, SHORT).std()
            * math.sqrt(252)
        ),
    ),
    (
        "calculate_risk_contribution",
        {},
        lambda a: [sum(a.contributions), sum(a.shares)],
        lambda f: [portfolio(f).std() * math.sqrt(252), 1],
    ),
    (
        "calculate_diversification_ratio",
        {},
        lambda a: a.diversification_ratio,
        lambda f: f.pct_change().std() @ WEIGHTS / portfolio(f).std(),
    ),
    (
        "calculate_return_attribution",
        {},
        lambda a: [a.portfolio_return, *(row.contribution for row in a.contributions)],
        lambda f: [held(f, 0, -1), *sorted(WEIGHTS * (f.iloc[-1] / f.iloc[0] - 1), reverse=True)],
    ),
    (
        "calculate_return_attribution",
        {},
        lambda a: sum(row.share * row.final_weight for row in a.contributions),
        lambda f: (
            (WEIGHTS * (f.iloc[-1] / f.iloc[0] - 1) * WEIGHTS * f.iloc[-1] / f.iloc[0]).sum()
            / held(f, 0, -1)
            / (1 + held(f, 0, -1))
        ),
    ),
    (
        "calculate_stress_scenarios",
        {"scenarios": SHOCKS},
        lambda a: [(row.name, row.portfolio_return, row.unshocked) for row in a.scenarios],
        lambda _: [
            ("crash", pytest.approx(0.5 * -0.5 + 0.3 * -0.2), ["C"]),
            ("boom", pytest.approx(0.2 * 0.5), ["A", "B"]),
        ],
    ),
    (
        "calculate_worst_windows",
        {"window": 5, "top": 4},
        lambda a: [row.portfolio_return for row in a.windows],
        lambda f: worst_totals(f, 5, 4),
    ),
]


def test_every_portfolio_tool_has_an_oracle() -> None:
    assert {name for name, *_ in CASES} == set(TOOLS) - OPTIMISERS


@pytest.mark.parametrize("market", [random_walks, rough_walks, real])
@pytest.mark.parametrize(
    ("name", "options", "read", "oracle"), CASES, ids=[f"{name}{options}" for name, options, *_ in CASES]
)
def test_a_portfolio_tool_agrees_with_its_oracle(
    name: str, options: dict[str, Any], read: Read, oracle: Oracle, market: Callable[[], Frame]
) -> None:
    frame = market()
    figure, expected = read(call(name, frame, options)), oracle(frame)
    if name == "calculate_stress_scenarios":
        assert figure == expected
    else:
        np.testing.assert_allclose(figure, expected, rtol=1e-9, atol=1e-9)


def call(name: str, frame: Frame, options: dict[str, Any]) -> Any:
    """The tool with what it takes of these."""
    given = {
        "weights": dict(zip("ABC", WEIGHTS.tolist(), strict=True)),
        "price_series": frame.to_dict("list"),
        "returns": frame.pct_change().dropna().to_dict("list"),
    }
    tool = TOOLS[name]
    arguments = {key: value for key, value in given.items() if key in tool.__annotations__}
    return tool(**(arguments | options))
