"""Indicators against direct formulas."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from mcp_servers.analytics.indicators.averages import simple_moving_average
from mcp_servers.problems import TooShort


@st.composite
def walks(draw: st.DrawFn) -> tuple[np.ndarray, int]:
    """A random walk of prices and a period that fits into it."""
    length = draw(st.integers(1, 400))
    steps = np.random.default_rng(draw(st.integers(0, 2**32 - 1))).normal(0, 0.02, length)
    period = draw(st.integers(1, length))
    return 100 * np.exp(np.cumsum(steps)), period


@settings(deadline=None)
@given(walks())
def test_a_moving_average_is_the_mean_of_each_window(walk: tuple[np.ndarray, int]) -> None:
    prices, period = walk
    averages = simple_moving_average(prices, period)
    expected = sliding_window_view(prices, period).mean(axis=1)
    assert averages.shape == prices.shape
    assert np.isnan(averages[: period - 1]).all()
    np.testing.assert_allclose(averages[period - 1 :], expected, rtol=1e-12)


def test_a_moving_average_over_one_price_is_the_price() -> None:
    prices = np.array([3.0, 1.0, 2.0])
    np.testing.assert_array_equal(simple_moving_average(prices, 1), prices)


def test_a_period_as_long_as_the_series_gives_one_value() -> None:
    averages = simple_moving_average(np.array([1.0, 2.0, 6.0]), 3)
    np.testing.assert_array_equal(averages, [np.nan, np.nan, 3.0])


def test_rounding_is_relative_to_the_largest_price() -> None:
    averages = simple_moving_average(np.array([1e12, 1e-6, 1e-6, 1e-6]), 2)
    assert abs(averages[-1] - 1e-6) <= 1e12 * np.finfo(float).eps


def test_a_period_longer_than_the_series_is_too_short() -> None:
    with pytest.raises(TooShort) as caught:
        simple_moving_average(np.array([1.0, 2.0]), 3)
    assert caught.value.wire.details == {"needed": 3, "given": 2}
