"""Stylised facts of returns (Cont 2001), in the simulated market."""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import kurtosis

from mcp_servers.financial.vendors.simulated.universe import SECTORS
from tests.doubles.simulated import CLOSED, bars_of, market, vendor_at

Floats = NDArray[np.float64]
SAMPLE = ("AAPL", "MSFT", "XOM", "CVX", "JPM", "BAC", "JNJ", "PFE", "PG", "KO", "NEE", "DUK", "CAT")


def returns_of(symbol: str) -> Floats:
    """Daily returns with dividends, over the whole history."""
    years = market().at(CLOSED)
    history = years.history(symbol)
    count = len(years.daily(symbol, CLOSED))
    factors, _ = history.factors(count, "all")
    closes = history.closes(count) * factors
    return closes[1:] / closes[:-1] - 1


def autocorrelation(series: Floats, lag: int) -> float:
    return float(np.corrcoef(series[lag:], series[:-lag])[0, 1])


def correlation(first: str, second: str) -> float:
    return float(np.corrcoef(returns_of(first), returns_of(second))[0, 1])


@pytest.mark.parametrize("symbol", [*SAMPLE, "SPY", "TLT", "GLD", "BTC/USD", "DOGE/USD"])
def test_tails_are_fat(symbol: str) -> None:
    assert 1.5 < kurtosis(returns_of(symbol)) < 40


def test_large_moves_follow_large_moves() -> None:
    lags = [autocorrelation(returns_of(symbol) ** 2, lag) for symbol in SAMPLE for lag in range(1, 11)]
    assert 0.03 < np.mean(lags) < 0.4
    market_lags = [autocorrelation(np.abs(returns_of("SPY")), lag) for lag in range(1, 11)]
    assert min(market_lags) > 0.05


@pytest.mark.parametrize("symbol", [*SAMPLE, "SPY", "BTC/USD"])
def test_returns_do_not_foretell_the_next_ones(symbol: str) -> None:
    returns = returns_of(symbol)
    # Clustered volatility widens the band of white noise, 1.96 / sqrt(n), about twice.
    bound = 4 / np.sqrt(len(returns))
    assert all(abs(autocorrelation(returns, lag)) < bound for lag in (1, 2, 5))


def test_a_sector_moves_together_more_than_the_market_does() -> None:
    members = {
        sector: [each.symbol for each in market().universe.of_class("stock") if each.sector == sector][:4]
        for sector in SECTORS
    }
    within = [correlation(*pair) for names in members.values() for pair in combinations(names, 2)]
    firsts = [names[0] for names in members.values()]
    between = [correlation(*pair) for pair in combinations(firsts, 2)]
    assert np.mean(within) > np.mean(between) + 0.1
    assert np.mean(between) > 0.1


@pytest.mark.parametrize(
    ("fund", "stock", "stranger"),
    [("XLK", "MSFT", "XOM"), ("XLE", "XOM", "MSFT"), ("XLF", "JPM", "XOM"), ("XLU", "DUK", "JPM")],
)
def test_a_sector_fund_follows_its_members(fund: str, stock: str, stranger: str) -> None:
    assert correlation(fund, stock) > 0.5
    assert correlation(fund, stock) > correlation(fund, stranger) + 0.1


def test_funds_have_the_betas_that_they_are_known_for() -> None:
    spy = returns_of("SPY")

    def beta(symbol: str) -> float:
        return float(np.cov(returns_of(symbol), spy)[0, 1] / spy.var(ddof=1))

    assert beta("^GSPC") == pytest.approx(1, abs=0.02)
    assert beta("QQQ") == pytest.approx(1.08, abs=0.1)
    assert beta("XLU") < 0.65
    assert beta("NVDA") == pytest.approx(1.7, abs=0.2)
    assert abs(beta("GLD")) < 0.2
    assert beta("TLT") < 0
    assert correlation("SPY", "VOO") > 0.98


def test_the_weighted_members_move_like_their_index() -> None:
    years = market().at(CLOSED)
    members = market().universe.members(market().universe.listings["SPY"])
    values = np.array([each.price * years.history(each.symbol).listing.shares for each in members])
    returns = np.stack([returns_of(each.symbol) for each in members]) * (values / values.sum())[:, np.newaxis]
    assert np.corrcoef(returns.sum(axis=0), returns_of("SPY"))[0, 1] > 0.9


@pytest.mark.parametrize(
    ("symbol", "days", "low", "high"),
    [
        ("SPY", 252, 0.12, 0.22),
        ("KO", 252, 0.12, 0.25),
        ("AAPL", 252, 0.2, 0.4),
        ("TSLA", 252, 0.4, 0.75),
        ("TLT", 252, 0.09, 0.2),
        ("AGG", 252, 0.03, 0.08),
        ("GLD", 252, 0.1, 0.22),
        ("BTC/USD", 365, 0.35, 0.75),
        ("DOGE/USD", 365, 0.6, 1.2),
    ],
)
def test_volatility_is_that_of_the_asset_class(symbol: str, days: int, low: float, high: float) -> None:
    assert low < returns_of(symbol).std() * np.sqrt(days) < high


def test_no_price_wanders_off() -> None:
    years = market().at(CLOSED)
    growth = {
        symbol: float(np.prod(1 + returns_of(symbol)[: years.us.place_of(CLOSED.date())]))
        for symbol in ("SPY", "QQQ", "AAPL", "GME", "F", "KO", "XLE", "EEM")
    }
    assert all(0.2 < each < 100 for each in growth.values())
    assert 2 < growth["SPY"] < 12


async def test_nights_have_gaps_that_are_smaller_than_days() -> None:
    bars = await bars_of("MSFT", "1Day")
    opens, closes = np.array(bars.open, dtype=float), np.array(bars.close, dtype=float)
    nights = opens[1:] / closes[:-1] - 1
    days = closes / opens - 1
    assert np.mean(np.abs(nights) > 1e-4) > 0.95
    ordinary = np.abs(nights) < 0.1
    assert 0.3 < nights[ordinary].std() / days.std() < 0.9


async def test_the_volume_of_a_day_has_the_shape_of_a_u() -> None:
    bars = await bars_of("SPY", "30Min", 13 * 60)
    by_clock: dict[str, list[float]] = {}
    for stamp, volume in list(zip(bars.timestamp, bars.volume, strict=True))[-13 * 10 :]:
        by_clock.setdefault(stamp[11:16], []).append(float(volume or 0))
    shape = [float(np.mean(by_clock[clock])) for clock in sorted(by_clock)]
    first, middle, last = shape[0], min(shape), shape[-1]
    assert first > 1.8 * middle
    assert last > 1.8 * middle
    assert shape.index(middle) in range(3, 10)


async def test_more_is_traded_on_days_that_move_more() -> None:
    bars = await bars_of("XOM", "1Day")
    moves, volume = np.abs(returns_of("XOM")), np.array(bars.volume, dtype=float)[1:]
    assert np.corrcoef(moves, volume)[0, 1] > 0.2


def test_reports_move_prices_more_than_other_days() -> None:
    years = market().at(CLOSED)
    ratios = []
    for symbol in SAMPLE:
        moves = np.abs(returns_of(symbol))
        places = years.reports[symbol].reactions - 1
        places = places[(places > 0) & (places < len(moves))]
        ratios.append(moves[places].mean() / np.delete(moves, places).mean())
    assert np.mean(ratios) > 1.8


def test_it_lists_enough_of_everything() -> None:
    universe = market().universe
    stocks, funds, pairs = (universe.of_class(each) for each in ("stock", "etf", "crypto"))
    assert len(stocks) + len(funds) >= 120
    assert len(pairs) >= 8
    assert {each.sector for each in stocks} == set(SECTORS)
    wanted = {"SPY", "QQQ", "IWM", "DIA", "VTI", "EEM", "GLD", "SLV", "TLT", "HYG"}
    sectors = {"XLF", "XLK", "XLE", "XLV", "XLI", "XLY", "XLP", "XLU", "XLB", "XLRE", "XLC"}
    assert wanted | sectors <= {each.symbol for each in funds}
    assert vendor_at(CLOSED).check_health().facts["symbols"] == len(universe.listings)
