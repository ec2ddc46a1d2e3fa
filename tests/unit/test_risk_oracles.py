"""Every risk tool against a direct formula, on random walks, real closes and rough prices."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mcp_servers.analytics.risk.tools import RISK_TOOLS
from tests.market_series import PAIR_NAMES, Array, price_pairs, returns_of

TOOLS: dict[str, Callable[..., Any]] = {tool.__name__: tool for tool in RISK_TOOLS}
DAILY = 1.05 ** (1 / 252) - 1
NORMAL = NormalDist()


@dataclass(frozen=True)
class Market:
    """Prices, their returns, and the returns of a benchmark."""

    p: Array
    r: Array
    b: Array


def shortfall(r: Array, target: float) -> float:
    return math.sqrt(sum(min(x - target, 0.0) ** 2 for x in r) / len(r))


def moment(r: Array, order: int) -> float:
    return float(np.mean((r - r.mean()) ** order) / np.mean((r - r.mean()) ** 2) ** (order / 2))


def quantile(r: Array, fraction: float) -> float:
    ordered = sorted(r)
    place = (len(r) - 1) * fraction
    below = ordered[math.floor(place)]
    return float(below + (place - math.floor(place)) * (ordered[math.ceil(place)] - below))


def falls(prices: Array) -> list[float]:
    return [price / max(prices[: day + 1]) - 1 for day, price in enumerate(prices)]


def line(r: Array, b: Array) -> tuple[float, float]:
    """Slope and height of the least-squares line."""
    slope, height = np.polyfit(b, r, 1)
    return float(slope), float(height)


def worst(r: Array, tail: float) -> float:
    return -float(np.mean(sorted(r)[: int((len(r) - 1) * tail) + 1]))


def growth(p: Array) -> float:
    return float((p[-1] / p[0]) ** (252 / (len(p) - 1)) - 1)


def each_window(size: int, figure: Callable[..., float], *series: Array) -> list[float]:
    """Of a figure at each full window."""
    ends = range(size, len(series[0]) + 1)
    return [figure(*(one[end - size : end] for one in series)) for end in ends]


Oracle = Callable[[Market], Any]
CASES: list[tuple[str, dict[str, Any], str, Oracle]] = [
    ("volatility", {}, "volatility", lambda m: pd.Series(m.r).std() * math.sqrt(252)),
    ("volatility", {"period": 10}, "per_period", lambda m: pd.Series(m.r[-10:]).std()),
    (
        "sharpe_ratio",
        {"risk_free_rate": 0.05},
        "sharpe_ratio",
        lambda m: (m.r.mean() - DAILY) / pd.Series(m.r).std() * math.sqrt(252),
    ),
    (
        "sortino_ratio",
        {"target_return": 0.05},
        "sortino_ratio",
        lambda m: (m.r.mean() - DAILY) / shortfall(m.r, DAILY) * math.sqrt(252),
    ),
    (
        "downside_deviation",
        {"target_return": 0.05, "periods_per_year": 252},
        "downside_deviation",
        lambda m: shortfall(m.r, DAILY) * math.sqrt(252),
    ),
    (
        "omega_ratio",
        {"target_return": 0.05},
        "omega_ratio",
        lambda m: sum(x - DAILY for x in m.r if x > DAILY) / sum(DAILY - x for x in m.r if x < DAILY),
    ),
    ("calmar_ratio", {}, "calmar_ratio", lambda m: growth(m.p) / -min(falls(m.p))),
    ("calmar_ratio", {}, "annual_growth", lambda m: growth(m.p)),
    ("calmar_ratio", {}, "max_drawdown", lambda m: min(falls(m.p))),
    ("ulcer_index", {}, "ulcer_index", lambda m: math.sqrt(np.mean(np.square(falls(m.p))))),
    ("var", {}, "var", lambda m: -quantile(m.r, 0.05)),
    ("var", {"confidence": 0.9}, "var", lambda m: -quantile(m.r, 0.1)),
    (
        "var",
        {"confidence": 0.99, "method": "parametric"},
        "var",
        lambda m: -NormalDist(m.r.mean(), pd.Series(m.r).std()).inv_cdf(0.01),
    ),
    ("cvar", {}, "cvar", lambda m: worst(m.r, 0.05)),
    ("cvar", {"confidence": 0.9}, "cvar", lambda m: worst(m.r, 0.1)),
    (
        "cvar",
        {"method": "parametric"},
        "cvar",
        lambda m: NORMAL.pdf(NORMAL.inv_cdf(0.05)) / 0.05 * pd.Series(m.r).std() - m.r.mean(),
    ),
    ("tail_ratio", {}, "tail_ratio", lambda m: quantile(m.r, 0.95) / -quantile(m.r, 0.05)),
    (
        "skewness",
        {},
        "skewness",
        lambda m: moment(m.r, 3) * math.sqrt(len(m.r) * (len(m.r) - 1)) / (len(m.r) - 2),
    ),
    ("kurtosis", {}, "excess_kurtosis", lambda m: pd.Series(m.r).kurt()),
    ("beta", {}, "beta", lambda m: line(m.r, m.b)[0]),
    ("beta", {}, "correlation", lambda m: pd.Series(m.r).corr(pd.Series(m.b))),
    (
        "alpha",
        {"risk_free_rate": 0.05},
        "alpha",
        lambda m: (1 + line(m.r - DAILY, m.b - DAILY)[1]) ** 252 - 1,
    ),
    (
        "information_ratio",
        {},
        "information_ratio",
        lambda m: (m.r - m.b).mean() / pd.Series(m.r - m.b).std() * math.sqrt(252),
    ),
    (
        "information_ratio",
        {},
        "tracking_error",
        lambda m: pd.Series(m.r - m.b).std() * math.sqrt(252),
    ),
    (
        "rolling_volatility",
        {"window": 12},
        "values",
        lambda m: each_window(12, lambda x: float(x.std(ddof=1)) * math.sqrt(252), m.r),
    ),
    (
        "rolling_sharpe_ratio",
        {"window": 12, "risk_free_rate": 0.05},
        "values",
        lambda m: each_window(12, lambda x: (x.mean() - DAILY) / x.std(ddof=1) * math.sqrt(252), m.r),
    ),
    (
        "rolling_beta",
        {"window": 12},
        "values",
        lambda m: each_window(12, lambda x, y: line(x, y)[0], m.r, m.b),
    ),
    (
        "rolling_correlation",
        {"window": 12},
        "values",
        lambda m: each_window(12, lambda x, y: pd.Series(x).corr(pd.Series(y)), m.r, m.b),
    ),
    (
        "rolling_drawdown",
        {"window": 12},
        "values",
        lambda m: each_window(12, lambda x: min(falls(x)), m.p),
    ),
]


def test_every_risk_tool_has_an_oracle() -> None:
    assert {f"calculate_{name}" for name, *_ in CASES} == set(TOOLS)


@pytest.mark.parametrize("pair", PAIR_NAMES)
@pytest.mark.parametrize(
    ("name", "options", "field", "oracle"), CASES, ids=[f"{name}-{field}" for name, _, field, _ in CASES]
)
def test_a_risk_tool_agrees_with_the_direct_formula(
    name: str, options: dict[str, Any], field: str, oracle: Oracle, pair: str
) -> None:
    prices, benchmark = price_pairs()[pair]
    market = Market(prices, returns_of(prices), returns_of(benchmark))
    answer = call(name, market, options)
    figure = getattr(answer, field)
    if field == "values":
        figure = figure[options["window"] - 1 :]
        assert answer.latest == figure[-1]
        assert answer.values[: options["window"] - 1] == [None] * (options["window"] - 1)
    assert figure == pytest.approx(oracle(market), rel=1e-9, abs=1e-9)


def call(name: str, market: Market, options: dict[str, Any]) -> Any:
    """The tool with what it takes of these."""
    given = {"prices": market.p, "returns": market.r, "benchmark": market.b}
    tool = TOOLS[f"calculate_{name}"]
    arguments = {key: value.tolist() for key, value in given.items() if key in tool.__annotations__}
    return tool(**arguments, **options)
