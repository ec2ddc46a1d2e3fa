"""Correlations against pandas, and the matching of dates."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_servers.analytics.matching import match
from mcp_servers.analytics.portfolio.correlation import correlation_matrix
from mcp_servers.analytics.series import read_series
from mcp_servers.problems import BadArgument, TooShort


def random_prices(seed: int, days: int, symbols: int) -> np.ndarray:
    """Prices that share a part of their movement."""
    random = np.random.default_rng(seed)
    common = random.normal(0, 0.01, (days, 1))
    return 50 * np.exp(np.cumsum(common + random.normal(0, 0.01, (days, symbols)), axis=0))


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(4, 200), st.integers(2, 6))
def test_correlations_equal_those_of_pandas(seed: int, days: int, symbols: int) -> None:
    prices = random_prices(seed, days, symbols)
    expected = pd.DataFrame(prices).pct_change().corr()
    matrix = correlation_matrix(prices)
    np.testing.assert_allclose(matrix, expected, atol=1e-12)
    np.testing.assert_array_equal(matrix, matrix.T)
    np.testing.assert_array_equal(np.diag(matrix), 1.0)
    assert (np.abs(matrix) <= 1).all()


def test_a_price_that_does_not_move_has_no_correlation() -> None:
    prices = random_prices(1, 30, 3)
    prices[:, 1] = 7.0
    matrix = correlation_matrix(prices)
    assert np.isnan(matrix[1]).all()
    assert np.isnan(matrix[:, 1]).all()
    np.testing.assert_allclose(matrix[np.ix_([0, 2], [0, 2])], correlation_matrix(prices[:, [0, 2]]))


def test_prices_that_all_stand_still_have_no_correlations() -> None:
    assert np.isnan(correlation_matrix(np.full((10, 2), 5.0))).all()


def test_a_multiple_of_a_price_moves_with_it_and_its_inverse_against_it() -> None:
    prices = random_prices(2, 50, 1)
    matrix = correlation_matrix(np.hstack([prices, 3 * prices, 1 / prices]))
    assert matrix[0, 1] == pytest.approx(1, abs=1e-12)
    assert matrix[0, 2] < -0.99


def test_three_prices_are_too_short() -> None:
    with pytest.raises(TooShort):
        correlation_matrix(random_prices(3, 3, 2))


def test_dates_are_matched_whatever_their_order() -> None:
    days = [date(2020, 1, day) for day in range(1, 6)]
    first = read_series({day: float(day.day) for day in reversed(days)})
    second = read_series({day: 10.0 * day.day for day in days[1:4]})
    np.testing.assert_array_equal(match([first, second]).values, [[2, 20], [3, 30], [4, 40]])


def test_series_without_a_common_date_are_too_short() -> None:
    first = read_series({date(2020, 1, 1): 1.0})
    second = read_series({date(2020, 1, 2): 1.0})
    with pytest.raises(TooShort):
        match([first, second])


def test_lists_of_different_lengths_are_refused() -> None:
    with pytest.raises(BadArgument, match="different lengths"):
        match([read_series([1.0, 2.0]), read_series([1.0])])


def test_dates_beside_lists_are_refused() -> None:
    with pytest.raises(BadArgument, match="some do not"):
        match([read_series([1.0]), read_series({date(2020, 1, 1): 1.0})])
