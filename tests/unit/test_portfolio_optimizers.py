"""Optimal weights against closed forms, scipy's SLSQP and the published algorithms."""

from typing import Any, get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
from scipy.optimize import minimize
from scipy.spatial.distance import squareform

from mcp_servers.analytics.portfolio.moments import Moments
from mcp_servers.analytics.portfolio.optimizer_tools import (
    calculate_efficient_frontier,
    optimize_portfolio,
    optimize_portfolio_weights,
)
from mcp_servers.analytics.portfolio.optimizers import (
    Objective,
    Wish,
    frontier_weights,
    highest_return,
    optimal_weights,
    scenarios,
)
from mcp_servers.analytics.portfolio.weights import Limits
from tests.market_series import REAL_SYMBOLS, real_closes, real_prices

Array = NDArray[np.float64]
CLOSE = 1e-4


def random_moments(seed: int, assets: int = 6, per_year: int = 252) -> Moments:
    """Those of returns with one common factor and different volatilities."""
    random = np.random.default_rng(seed)
    common, own = random.normal(0.0006, 0.01, (750, 1)), random.normal(0.0002, 0.012, (750, assets))
    returns = common * random.uniform(0.5, 1.5, assets) + own * random.uniform(0.5, 2, assets)
    return Moments(returns.mean(axis=0) * per_year, np.cov(returns, rowvar=False) * per_year)


def real_moments() -> Moments:
    """Those of the last real closes."""
    closes = np.column_stack([real_prices(symbol) for symbol in REAL_SYMBOLS])
    returns = np.diff(closes, axis=0) / closes[:-1]
    return Moments(returns.mean(axis=0) * 252, np.cov(returns, rowvar=False) * 252)


MOMENTS = {
    "annual": random_moments(1),
    "daily": random_moments(2, per_year=1),
    "two assets": random_moments(3, assets=2),
    "a bond among coins": Moments(
        np.array([0.02, 0.1, 0.4]),
        np.array([[1e-6, 1e-5, 2e-5], [1e-5, 0.04, 0.05], [2e-5, 0.05, 0.64]]),
    ),
}
LIMITS = {"long only": (0.0, 1.0), "capped": (0.02, 0.6), "short": (-0.5, 1.0)}


def limits_of(moments: Moments, pair: tuple[float, float]) -> Limits:
    count = len(moments.mean)
    return np.full(count, pair[0]), np.full(count, pair[1])


def best_by_slsqp(moments: Moments, limits: Limits, wish: Wish) -> Array:
    """The direct solution, in units in which figures are near 1."""
    unit = np.sqrt(np.diag(moments.covariance).mean())
    mean, matrix, target = moments.mean / unit, moments.covariance / unit**2, wish.target / unit
    goals: dict[str, Any] = {
        "max_sharpe": lambda w: -(mean @ w - wish.risk_free / unit) / np.sqrt(w @ matrix @ w),
        "target_volatility": lambda w: -mean @ w,
    }
    demands = [{"type": "eq", "fun": lambda w: w.sum() - 1}]
    if wish.objective == "target_return":
        demands.append({"type": "ineq", "fun": lambda w: mean @ w - target})
    if wish.objective == "target_volatility":
        demands.append({"type": "ineq", "fun": lambda w: target**2 - w @ matrix @ w})
    start = np.clip(np.full(len(mean), 1 / len(mean)), *limits)
    solution = minimize(
        goals.get(wish.objective, lambda w: w @ matrix @ w),
        start,
        method="SLSQP",
        bounds=list(zip(*limits, strict=True)),
        constraints=demands,
        options={"ftol": 1e-14, "maxiter": 2000},
    )
    return np.asarray(solution.x)


def wish_for(objective: Any, moments: Moments, limits: Limits) -> Wish:
    """One that can be fulfilled."""
    least = optimal_weights(moments, limits, Wish("min_variance"))
    lowest, highest = moments.expected_return(least), highest_return(moments.mean, limits)
    targets = {"target_return": (lowest + highest) / 2, "target_volatility": 1.2 * moments.volatility(least)}
    return Wish(objective, risk_free=0.2 * highest, target=targets.get(objective, 0.0))


@pytest.mark.parametrize("limits_name", LIMITS)
@pytest.mark.parametrize("moments_name", [*MOMENTS, "real"])
@pytest.mark.parametrize("objective", ["min_variance", "max_sharpe", "target_return", "target_volatility"])
def test_weights_are_those_of_a_direct_solver(objective: str, moments_name: str, limits_name: str) -> None:
    moments = real_moments() if moments_name == "real" else MOMENTS[moments_name]
    limits = limits_of(moments, LIMITS[limits_name])
    wish = wish_for(objective, moments, limits)
    weights = optimal_weights(moments, limits, wish)
    np.testing.assert_allclose(weights, best_by_slsqp(moments, limits, wish), atol=CLOSE)
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert (weights >= limits[0]).all()
    assert (weights <= limits[1]).all()


@pytest.mark.parametrize("moments", MOMENTS.values(), ids=MOMENTS)
def test_without_binding_bounds_the_least_variance_has_its_closed_form(moments: Moments) -> None:
    exact = np.linalg.solve(moments.covariance, np.ones_like(moments.mean))
    weights = optimal_weights(moments, limits_of(moments, (-10.0, 10.0)), Wish("min_variance"))
    np.testing.assert_allclose(weights, exact / exact.sum(), atol=CLOSE)


@pytest.mark.parametrize("name", MOMENTS)
def test_max_sharpe_finds_the_weights_that_imply_the_expected_returns(name: str) -> None:
    matrix = MOMENTS[name].covariance
    wanted = np.linspace(0.5, 1.5, len(matrix)) / len(matrix)
    implied = Moments(matrix @ wanted, matrix)
    weights = optimal_weights(implied, limits_of(implied, (-10.0, 10.0)), Wish("max_sharpe"))
    best, found = (implied.expected_return(w) / implied.volatility(w) for w in (wanted, weights))
    assert found == pytest.approx(best, rel=1e-8)
    # A thousandth of the coins' volatility leaves the bond's weight all but free.
    np.testing.assert_allclose(weights, wanted, atol=0.01 if name == "a bond among coins" else CLOSE)


@pytest.mark.parametrize("moments", MOMENTS.values(), ids=MOMENTS)
def test_risk_parity_gives_each_asset_the_same_share_of_risk(moments: Moments) -> None:
    weights = optimal_weights(moments, limits_of(moments, (0.0, 1.0)), Wish("risk_parity"))
    shares = weights * (moments.covariance @ weights) / (weights @ moments.covariance @ weights)
    np.testing.assert_allclose(shares, 1 / len(weights), atol=CLOSE)


def test_risk_parity_of_two_assets_is_by_inverse_volatility() -> None:
    moments = MOMENTS["two assets"]
    inverse = 1 / np.sqrt(np.diag(moments.covariance))
    weights = optimal_weights(moments, limits_of(moments, (0.0, 1.0)), Wish("risk_parity"))
    np.testing.assert_allclose(weights, inverse / inverse.sum(), atol=CLOSE)


def test_bounds_hold_risk_parity_as_near_as_they_allow() -> None:
    moments = MOMENTS["annual"]
    free = optimal_weights(moments, limits_of(moments, (0.0, 1.0)), Wish("risk_parity"))
    cap = float(free.max()) * 0.9
    weights = optimal_weights(moments, limits_of(moments, (0.0, cap)), Wish("risk_parity"))
    assert weights.max() == pytest.approx(cap, abs=CLOSE)
    assert np.argmax(weights) == np.argmax(free)


def published_hrp(covariance: Array) -> Array:
    """Hierarchical risk parity of Lopez de Prado (2016), chapters 2.1 to 2.3, with Ward linkage."""
    deviations = np.sqrt(np.diag(covariance))
    distance = np.sqrt(np.clip((1 - covariance / np.outer(deviations, deviations)) / 2, 0, None))
    condensed = squareform(distance, checks=False)
    order = leaves_list(optimal_leaf_ordering(linkage(condensed, "ward"), condensed))
    weights, clusters = np.ones(len(covariance)), [order]
    while clusters:
        halves = [(c[: len(c) // 2], c[len(c) // 2 :]) for c in clusters if len(c) > 1]
        for left, right in halves:
            risks = [cluster_variance(covariance[np.ix_(half, half)]) for half in (left, right)]
            weights[left] *= 1 - risks[0] / sum(risks)
            weights[right] *= risks[0] / sum(risks)
        clusters = [half for pair in halves for half in pair]
    return weights


def cluster_variance(covariance: Array) -> float:
    inverse = 1 / np.diag(covariance)
    weights = inverse / inverse.sum()
    return float(weights @ covariance @ weights)


@pytest.mark.parametrize("moments_name", [*MOMENTS, "real"])
def test_hierarchical_risk_parity_is_the_published_algorithm(moments_name: str) -> None:
    moments = real_moments() if moments_name == "real" else MOMENTS[moments_name]
    weights = optimal_weights(moments, limits_of(moments, (0.0, 1.0)), Wish("hrp"))
    np.testing.assert_allclose(weights, published_hrp(moments.covariance), atol=1e-9)


@pytest.mark.parametrize("moments", MOMENTS.values(), ids=MOMENTS)
def test_scenarios_have_the_moments_that_were_given(moments: Moments) -> None:
    returns = scenarios(moments, unit=0.01) * 0.01
    np.testing.assert_allclose(returns.mean(axis=0), moments.mean, rtol=1e-9)
    np.testing.assert_allclose(np.cov(returns, rowvar=False), moments.covariance, rtol=1e-9)


@pytest.mark.parametrize("limits_name", LIMITS)
def test_each_point_of_the_frontier_is_the_least_volatile_for_its_return(limits_name: str) -> None:
    moments = MOMENTS["annual"]
    limits = limits_of(moments, LIMITS[limits_name])
    points = frontier_weights(moments, limits, 6)
    returns = [moments.expected_return(point) for point in points]
    np.testing.assert_allclose(np.diff(returns, 2), 0, atol=1e-6)
    assert returns[-1] == pytest.approx(highest_return(moments.mean, limits), rel=1e-6)
    for point, target in zip(points, returns, strict=True):
        direct = best_by_slsqp(moments, limits, Wish("target_return", target=target - 1e-9))
        np.testing.assert_allclose(point, direct, atol=CLOSE)


def test_the_frontier_of_equal_expectations_is_one_point() -> None:
    moments = Moments(np.full(6, 0.05), MOMENTS["annual"].covariance)
    assert len(frontier_weights(moments, limits_of(moments, (0.0, 1.0)), 5)) == 1


def test_prices_and_their_moments_lead_to_the_same_weights() -> None:
    moments = real_moments()
    closes: Any = real_closes()
    bounds = {"AAPL": [0.1, 0.2]}
    by_prices = optimize_portfolio(closes, "max_sharpe", 0.01, bounds=bounds)
    by_moments = optimize_portfolio_weights(
        moments.mean.tolist(),
        moments.covariance.tolist(),
        risk_free_rate=0.01,
        bounds=[[0.1, 0.2], *([[0.0, 1.0]] * 5)],
    )
    assert by_prices.symbols == list(REAL_SYMBOLS)
    assert by_prices.weights == pytest.approx(by_moments.weights, abs=CLOSE)
    assert by_prices.sharpe_ratio == pytest.approx(by_moments.sharpe_ratio, rel=1e-6)
    assert sum(by_prices.risk_shares) == pytest.approx(1)


def test_the_frontier_of_prices_names_its_tangency_portfolio() -> None:
    closes: Any = real_closes()
    frontier = calculate_efficient_frontier(closes, points=8)
    assert frontier.max_sharpe is not None
    assert frontier.max_sharpe.sharpe_ratio >= max(point.sharpe_ratio for point in frontier.points) - 1e-6
    hopeless = calculate_efficient_frontier(closes, points=3, risk_free_rate=1.0)
    assert hopeless.max_sharpe is None
    assert hopeless.reason == "no portfolio is expected to earn more than the risk-free rate"


def test_two_points_are_the_ends_of_the_frontier() -> None:
    moments = MOMENTS["annual"]
    limits = limits_of(moments, (0.0, 1.0))
    least, most = frontier_weights(moments, limits, 2)
    np.testing.assert_allclose(least, optimal_weights(moments, limits, Wish("min_variance")))
    assert moments.expected_return(most) == pytest.approx(moments.mean.max(), rel=1e-6)


@pytest.mark.parametrize("objective", get_args(Objective))
def test_bounds_without_room_leave_one_portfolio(objective: Any) -> None:
    moments = Moments(np.linspace(0.05, 0.2, 10), np.diag(np.linspace(0.01, 0.2, 10)))
    fixed = limits_of(moments, (0.1, 0.1))
    targets = {"target_return": 0.1, "target_volatility": 1.0}
    weights = optimal_weights(moments, fixed, Wish(objective, target=targets.get(objective, 0.0)))
    np.testing.assert_allclose(weights, 0.1)
    assert len(frontier_weights(moments, fixed, 5)) == 1


def test_the_lowest_volatility_can_be_a_target() -> None:
    moments = MOMENTS["annual"]
    limits = limits_of(moments, (0.0, 1.0))
    least = optimal_weights(moments, limits, Wish("min_variance"))
    again = optimal_weights(moments, limits, Wish("target_volatility", target=moments.volatility(least)))
    np.testing.assert_array_equal(again, least)
