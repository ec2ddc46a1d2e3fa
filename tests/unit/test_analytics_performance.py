"""Drawdowns against a search through all pairs of days."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_servers.analytics.performance.drawdowns import Drawdown, deepest_drawdown
from mcp_servers.problems import TooShort

prices_lists = st.lists(st.floats(1e-6, 1e12), min_size=2, max_size=40)
walks = st.integers(0, 2**32 - 1).map(
    lambda seed: (100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.02, 60)))).tolist()
)


@settings(deadline=None)
@given(prices_lists | walks)
def test_the_depth_is_the_worst_of_all_pairs_of_days(given_prices: list[float]) -> None:
    worst = min(later / earlier - 1 for earlier, later in combinations(given_prices, 2))
    drawdown = deepest_drawdown(np.array(given_prices))
    assert (drawdown.depth if drawdown else 0.0) == pytest.approx(min(worst, 0.0), abs=1e-9)


@settings(deadline=None)
@given(prices_lists | walks)
def test_the_points_fit_the_depth_and_their_order(given_prices: list[float]) -> None:
    prices = np.array(given_prices)
    drawdown = deepest_drawdown(prices)
    if drawdown is None:
        assert (np.diff(prices) >= 0).all()
        return
    assert drawdown.peak < drawdown.trough
    assert prices[drawdown.trough] / prices[drawdown.peak] - 1 == pytest.approx(drawdown.depth, abs=1e-9)
    assert prices[drawdown.peak] == prices[: drawdown.trough].max()
    after = prices[drawdown.trough :] >= prices[drawdown.peak]
    if drawdown.recovery is None:
        assert not after.any()
    else:
        assert drawdown.recovery == drawdown.trough + int(after.argmax())


def test_a_fall_starts_when_the_price_last_stood_at_its_peak() -> None:
    drawdown = deepest_drawdown(np.array([4.0, 3.0, 4.0, 1.0, 4.0]))
    assert drawdown == Drawdown(depth=-0.75, peak=2, trough=3, recovery=4)


def test_of_two_equal_falls_the_earlier_counts() -> None:
    drawdown = deepest_drawdown(np.array([2.0, 1.0, 2.0, 1.0]))
    assert drawdown == Drawdown(depth=-0.5, peak=0, trough=1, recovery=2)


def test_a_fall_in_the_first_period_counts() -> None:
    assert deepest_drawdown(np.array([2.0, 1.0])) == Drawdown(depth=-0.5, peak=0, trough=1, recovery=None)


@pytest.mark.parametrize("prices", [[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]])
def test_prices_that_never_fall_have_no_drawdown(prices: list[float]) -> None:
    assert deepest_drawdown(np.array(prices)) is None


def test_one_price_is_too_short() -> None:
    with pytest.raises(TooShort):
        deepest_drawdown(np.array([1.0]))
