"""Weights that are best in some sense, found by skfolio."""

import warnings
from dataclasses import dataclass
from threading import Lock
from typing import Any, Literal, TypeAlias

import numpy as np
from scipy.linalg import helmert

from mcp_servers.analytics.portfolio.moments import Moments
from mcp_servers.analytics.portfolio.weights import BOUND_TOLERANCE, Limits
from mcp_servers.analytics.series import Values
from mcp_servers.problems import BadArgument

Objective: TypeAlias = Literal[
    "max_sharpe", "min_variance", "risk_parity", "hrp", "target_return", "target_volatility"
]
ATTAINED = 1e-9
"""How near to its limit a figure counts as at it, in units of the smallest volatility."""
GAPS = (1e-9, 1e-8)
"""Duality gaps to ask for; at the larger one weights differ by up to 1e-4."""
ROUNDING = 1e-7
"""A weight so near to its limit is at it."""
MEAN_MAX = 1e6
"""Beyond this many volatilities, rounding of the mean would drown the covariance."""
SOLVING = Lock()
"""Tools run in threads, and a solver that was inexact says so in a warning, which all threads share."""


@dataclass(frozen=True)
class Wish:
    """What to look for. `target` and `risk_free` are in the unit of the expected returns."""

    objective: Objective
    risk_free: float = 0.0
    target: float = 0.0


def optimal_weights(moments: Moments, limits: Limits, wish: Wish) -> Values:
    """Weights of shape (assets,) within their limits that sum to 1.

    max_sharpe: most expected excess return by volatility. min_variance: least volatility. target_return:
    least volatility with at least the target. target_volatility: most expected return with at most that.
    risk_parity: each asset contributes the same to volatility (Maillard et al., 2010), as far as the limits
    allow. hrp: hierarchical risk parity (Lopez de Prado, 2016) with skfolio's Ward linkage. The covariance is
    invertible. Raises `BadArgument` when nothing within the limits fulfils the wish.
    """
    unit = smallest_volatility(moments)
    _check_attainable(moments, limits, wish, unit)
    only = _only_weights(limits)
    if only is None and wish.objective == "target_volatility":
        only = _least_volatile(moments, limits, wish, unit)
    if only is not None:
        return only
    return _settled(_solve(_estimator(limits, wish, unit), moments, unit), limits)


def frontier_weights(moments: Moments, limits: Limits, points: int) -> list[Values]:
    """Efficient portfolios from the least volatile to the one of the highest expected return.

    The expected returns are equally spaced; each result is as in `optimal_weights`. There is one portfolio
    only when no other is expected to earn more than the least volatile one. From Markowitz (1952).
    """
    from skfolio.optimization import MeanRisk

    unit = smallest_volatility(moments)
    least = optimal_weights(moments, limits, Wish("min_variance"))
    lowest, highest = moments.expected_return(least), highest_return(moments.mean, limits)
    if highest - lowest <= ATTAINED * unit:
        return [least]
    targets = np.linspace(lowest, highest, points)[1:]
    estimator = MeanRisk(min_weights=limits[0], max_weights=limits[1], min_return=targets / unit)
    return [
        least,
        *(_settled(weights, limits) for weights in np.atleast_2d(_solve(estimator, moments, unit))),
    ]


def highest_return(mean: Values, limits: Limits) -> float:
    """The highest expected return within limits: as much as allowed of the best, then of the next."""
    least, largest = limits
    weights, left = least.copy(), 1 - least.sum()
    for asset in np.argsort(-mean, kind="stable"):
        added = min(largest[asset] - least[asset], left)
        weights[asset] += added
        left -= added
    return float(mean @ weights)


def smallest_volatility(moments: Moments) -> float:
    """Of the steadiest asset. In this unit the solver's tolerances suit any period and any mixture."""
    return float(np.sqrt(np.min(np.diag(moments.covariance))))


def scenarios(moments: Moments, unit: float) -> Values:
    """Returns of shape (assets + 1, assets) whose sample mean and covariance are the moments, in `unit`.

    skfolio takes returns; rows of a Helmert matrix are orthonormal and sum to 0, so these have no moments but
    those that are given.
    """
    count = len(moments.mean)
    shape = np.linalg.cholesky(moments.covariance / unit**2)
    standard = helmert(count + 1).T * np.sqrt(count)
    return np.asarray(standard @ shape.T + moments.mean / unit, dtype=np.float64)


def rehearse() -> None:
    """Solve a small problem, so that the first caller does not wait a second for skfolio's import."""
    optimal_weights(Moments(np.ones(2), np.eye(2)), (np.zeros(2), np.ones(2)), Wish("max_sharpe"))


def _estimator(limits: Limits, wish: Wish, unit: float) -> Any:
    """What skfolio fits for a wish; targets and rates are brought to the unit of `scenarios`."""
    # 0.8 s to import, and needed here alone.
    from skfolio.optimization import HierarchicalRiskParity, MeanRisk, ObjectiveFunction, RiskBudgeting

    options = {"min_weights": limits[0], "max_weights": limits[1]}
    match wish.objective:
        case "hrp":
            return HierarchicalRiskParity(**options)
        case "risk_parity":
            return RiskBudgeting(**options)
        case "max_sharpe":
            objective, extra = ObjectiveFunction.MAXIMIZE_RATIO, {"risk_free_rate": wish.risk_free / unit}
        case "target_volatility":
            objective, extra = (
                ObjectiveFunction.MAXIMIZE_RETURN,
                {"max_standard_deviation": wish.target / unit},
            )
        case "target_return":
            objective, extra = ObjectiveFunction.MINIMIZE_RISK, {"min_return": wish.target / unit}
        case "min_variance":
            objective, extra = ObjectiveFunction.MINIMIZE_RISK, {}
    return MeanRisk(objective_function=objective, **options, **extra)


def _solve(estimator: Any, moments: Moments, unit: float) -> Values:
    """The weights to the finest of `GAPS` that the solver reaches."""
    given = scenarios(moments, unit)
    for gap in GAPS:
        if "solver_params" in estimator.get_params():
            estimator.set_params(solver_params={"tol_gap_abs": gap, "tol_gap_rel": gap})
        weights = _solve_exactly(estimator, given)
        if weights is not None:
            return weights
    raise BadArgument(
        "no exact solution was found within these bounds; widen the bounds, or change the target"
    )


def _solve_exactly(estimator: Any, given: Values) -> Values | None:
    """None when the solver fails, or says in a warning that it was inexact."""
    from skfolio.exceptions import OptimizationError

    with SOLVING, warnings.catch_warnings(record=True) as inaccuracies:
        warnings.simplefilter("always", UserWarning)
        try:
            weights = estimator.fit(given).weights_
        except OptimizationError:
            return None
    return None if inaccuracies else np.asarray(weights, dtype=np.float64)


def _settled(weights: Values, limits: Limits) -> Values:
    """The solver's weights without its rounding: exactly within limits, and summing to 1."""
    least, largest = limits
    inside = np.where(
        weights < least + ROUNDING, least, np.where(weights > largest - ROUNDING, largest, weights)
    )
    left = 1 - inside.sum()
    room = largest - inside if left > 0 else inside - least
    return np.asarray(inside + left * room / room.sum() if room.any() else inside, dtype=np.float64)


def _only_weights(limits: Limits) -> Values | None:
    """The weights when limits leave no choice, else None."""
    for bound in limits:
        if abs(bound.sum() - 1) <= BOUND_TOLERANCE:
            return bound
    return None


def _check_attainable(moments: Moments, limits: Limits, wish: Wish, unit: float) -> None:
    least, _ = limits
    if wish.objective in ("risk_parity", "hrp") and least.min() < 0:
        raise BadArgument(f"{wish.objective} has no short positions; give bounds from 0 on")
    if np.abs(moments.mean).max() > MEAN_MAX * unit:
        raise BadArgument(
            "an expected return is over a million times the smallest volatility; pass returns and "
            "covariances of the same unit and length of period"
        )
    highest = highest_return(moments.mean, limits)
    if wish.objective == "max_sharpe" and highest <= wish.risk_free + ATTAINED * unit:
        raise BadArgument(
            f"no portfolio within the bounds is expected to earn more than the risk-free rate of "
            f"{wish.risk_free:g} (the best one {highest:.4g}); lower risk_free_rate, or ask for min_variance",
            highest_return=highest,
        )
    if wish.objective == "target_return" and wish.target > highest + ATTAINED * unit:
        raise BadArgument(
            f"the highest expected return within the bounds is {highest:g}; lower the target or widen them",
            highest_return=highest,
        )


def _least_volatile(moments: Moments, limits: Limits, wish: Wish, unit: float) -> Values | None:
    """The only weights at the target volatility when that is the lowest there is, else None."""
    weights = optimal_weights(moments, limits, Wish("min_variance"))
    lowest = moments.volatility(weights)
    if wish.target < lowest - ATTAINED * unit:
        raise BadArgument(
            f"the lowest volatility within the bounds is {lowest:.4g}; raise the target, or widen the bounds",
            lowest_volatility=lowest,
        )
    return weights if wish.target <= lowest + ATTAINED * unit else None
