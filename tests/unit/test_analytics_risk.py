"""Risk figures against direct formulas."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_servers.analytics.risk.ratios import annual_volatility, rate_per_period, sharpe_ratio
from mcp_servers.analytics.series import simple_returns
from mcp_servers.problems import TooShort

seeds = st.integers(0, 2**32 - 1)
lengths = st.integers(2, 400)
years = st.sampled_from([1, 12, 52, 252, 365, 98_280])


def random_returns(seed: int, length: int) -> np.ndarray:
    """Returns as rough as those of a stock."""
    return np.random.default_rng(seed).normal(0.0004, 0.015, length)


@settings(deadline=None)
@given(seeds, lengths, years)
def test_volatility_is_the_sample_deviation_times_the_root_of_a_year(
    seed: int, length: int, periods_per_year: int
) -> None:
    returns = random_returns(seed, length)
    centred = returns - returns.sum() / length
    expected = np.sqrt((centred**2).sum() / (length - 1) * periods_per_year)
    assert annual_volatility(returns, periods_per_year) == pytest.approx(expected, rel=1e-12)


@settings(deadline=None)
@given(seeds, lengths, years, st.floats(-0.5, 1))
def test_sharpe_is_the_mean_excess_by_its_deviation(
    seed: int, length: int, periods_per_year: int, annual_rate: float
) -> None:
    returns = random_returns(seed, length)
    risk_free = rate_per_period(annual_rate, periods_per_year)
    expected = (returns.mean() - risk_free) / returns.std(ddof=1) * np.sqrt(periods_per_year)
    ratio = sharpe_ratio(returns, risk_free, periods_per_year)
    assert ratio == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(st.floats(-0.5, 1), years)
def test_the_rate_per_period_compounds_to_the_annual_rate(annual_rate: float, periods_per_year: int) -> None:
    rate = rate_per_period(annual_rate, periods_per_year)
    assert (1 + rate) ** periods_per_year - 1 == pytest.approx(annual_rate, abs=1e-9)


def test_equal_returns_have_no_volatility() -> None:
    assert annual_volatility(np.full(50, 0.001), 252) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("growth", [0.0, 0.001, -0.02])
def test_steady_growth_has_no_sharpe_ratio_in_spite_of_rounding(growth: float) -> None:
    returns = simple_returns(100.0 * np.float64(1 + growth) ** np.arange(60))
    assert sharpe_ratio(returns, 0.0, 252) is None


@pytest.mark.parametrize("length", [0, 1])
def test_fewer_than_two_returns_are_too_short(length: int) -> None:
    returns = np.full(length, 0.01)
    with pytest.raises(TooShort):
        annual_volatility(returns, 252)
    with pytest.raises(TooShort):
        sharpe_ratio(returns, 0.0, 252)
