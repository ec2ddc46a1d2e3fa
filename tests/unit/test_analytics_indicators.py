"""Indicators against direct formulas."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from mcp_servers.analytics.indicators import volatility
from mcp_servers.analytics.indicators.averages import simple_moving_average
from mcp_servers.analytics.indicators.momentum import (
    commodity_channel_index,
    macd,
    relative_strength_index,
    stochastic,
    williams_percent_r,
)
from mcp_servers.analytics.indicators.trend import directional_movement
from mcp_servers.analytics.indicators.volatility import (
    average_true_range,
    band_position,
    bandwidth,
    bollinger_bands,
    z_score,
)
from mcp_servers.analytics.indicators.volume import money_flow_index, volume_weighted_price
from mcp_servers.problems import BadArgument, TooShort
from tests import indicator_oracles as oracle

STILL = np.full(60, 100.1)
MOVING = 100 + np.cumsum(np.random.default_rng(5).normal(0, 1, 40))


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


def test_large_prices_leave_no_trace_in_small_averages() -> None:
    averages = simple_moving_average(np.array([1e12, 1e-6, 1e-6, 3e-6]), 2)
    np.testing.assert_allclose(averages[1:], [5e11, 1e-6, 2e-6], rtol=1e-12)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 12))
def test_windows_of_wildly_different_numbers_are_each_right(seed: int, period: int) -> None:
    rng = np.random.default_rng(seed)
    close = 10 ** rng.uniform(-6, 12, 60)
    volume = 10 ** rng.uniform(-3, 9, 60) * rng.integers(0, 2, 60)
    market = oracle.Market(close, close, close, volume)
    pairs = [
        (simple_moving_average(close, period), oracle.over_windows(np.mean, period, close)),
        (volatility.rolling_deviation(close, period, 0), oracle.deviation(close, period, 0)),
        (volatility.z_score(close, period, 0), z_scores(close, period)),
        (bollinger_bands(close, period, 2.0).middle, oracle.over_windows(np.mean, period, close)),
        (volume_weighted_price(close, close, close, volume, period), oracle.vwap(market, period)),
        (money_flow_index(close, close, close, volume, period), oracle.mfi(market, period)),
    ]
    for ours, expected in pairs:
        np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-9)


def z_scores(close: np.ndarray, period: int) -> np.ndarray:
    """By definition."""
    return (close - oracle.over_windows(np.mean, period, close)) / oracle.deviation(close, period, 0)


def test_a_period_longer_than_the_series_is_too_short() -> None:
    with pytest.raises(TooShort) as caught:
        simple_moving_average(np.array([1.0, 2.0]), 3)
    assert caught.value.wire.details == {"needed": 3, "given": 2}


@pytest.mark.parametrize(
    "values",
    [
        relative_strength_index(STILL, 14),
        *stochastic(STILL, STILL, STILL, (14, 3, 3)),
        williams_percent_r(STILL, STILL, STILL, 14),
        commodity_channel_index(STILL, STILL, STILL, 14),
        *directional_movement(STILL, STILL, STILL, 14),
        z_score(STILL, 20, 1),
        band_position(STILL, bollinger_bands(STILL, 20, 2.0)),
        money_flow_index(STILL, STILL, STILL, STILL, 14),
        volume_weighted_price(STILL, STILL, STILL, 0 * STILL, None),
        volume_weighted_price(STILL, STILL, STILL, 0 * STILL, 5),
    ],
)
def test_prices_that_stand_still_have_no_quotient(values: np.ndarray) -> None:
    assert np.isnan(values).all()


def test_prices_that_stand_still_have_a_range_and_a_width_of_nothing() -> None:
    assert not average_true_range(STILL, STILL, STILL, 14)[14:].any()
    np.testing.assert_allclose(bandwidth(bollinger_bands(STILL, 20, 2.0))[19:], 0, atol=1e-15)


def test_an_index_starts_when_the_price_first_moves() -> None:
    prices = np.concatenate([STILL, STILL[-1] + np.array([0.0, 1.0, 1.0])])
    index = relative_strength_index(prices, 14)
    assert np.isnan(index[:61]).all()
    np.testing.assert_array_equal(index[61:], [100, 100])


@pytest.mark.parametrize("period", [2, 5])
def test_standing_still_for_ages_changes_no_index(period: int) -> None:
    """TA-Lib's averages underflow there, and its RSI becomes 0 and its DI 100."""
    prices = np.append(MOVING, np.full(period * 1200, MOVING[-1]))
    index = relative_strength_index(prices, period)
    np.testing.assert_array_equal(index[40:], index[39])
    still = directional_movement(prices, prices, prices, period)
    for column in (still.plus_di, still.minus_di):
        np.testing.assert_array_equal(column[40:], column[39])
    last_quotient = 100 * abs(still.plus_di[39] - still.minus_di[39]) / (still.plus_di + still.minus_di)[39]
    assert still.adx[-1] == pytest.approx(last_quotient)


def test_directional_movement_before_any_direction_is_no_trend_but_unknown() -> None:
    close = np.full(40, 10.0)
    movement = directional_movement(close + 1, close - 1, close, 5)
    assert np.isnan(movement.adx).all()
    np.testing.assert_array_equal(movement.plus_di[5:], 0)


def test_a_window_without_range_hides_only_the_means_that_touch_it() -> None:
    close = np.concatenate([MOVING[:20], np.full(5, MOVING[19]), MOVING[20:]])
    k, d = stochastic(close, close, close, (3, 2, 2))
    hidden_k, hidden_d = np.flatnonzero(np.isnan(k[10:])) + 10, np.flatnonzero(np.isnan(d[10:])) + 10
    np.testing.assert_array_equal(hidden_k, [21, 22, 23, 24, 25])
    np.testing.assert_array_equal(hidden_d, [21, 22, 23, 24, 25, 26])


def test_a_fast_average_that_is_not_the_faster_one_is_refused() -> None:
    with pytest.raises(BadArgument):
        macd(MOVING, 26, 12, 9)


@settings(deadline=None)
@given(st.integers(2, 30), st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_later_prices_change_no_earlier_value(period: int, seed: int, more: int) -> None:
    rng = np.random.default_rng(seed)
    close = np.exp(np.cumsum(rng.choice([-0.02, 0.0, 0.03], 2 * period + more)))
    high, low = (
        close * (1 + rng.choice([0, 0.01], len(close))),
        close * (1 - rng.choice([0, 0.01], len(close))),
    )
    cut = 2 * period
    for whole, part in zip(
        _all_of(high, low, close, period), _all_of(high[:cut], low[:cut], close[:cut], period), strict=True
    ):
        np.testing.assert_allclose(whole[:cut], part, rtol=1e-9, atol=1e-9)


def _all_of(high: np.ndarray, low: np.ndarray, close: np.ndarray, period: int) -> list[np.ndarray]:
    return [
        relative_strength_index(close, period),
        *stochastic(high, low, close, (period, 1, 2)),
        williams_percent_r(high, low, close, period),
        *directional_movement(high, low, close, period),
        z_score(close, period, 1),
        commodity_channel_index(high, low, close, period),
    ]
