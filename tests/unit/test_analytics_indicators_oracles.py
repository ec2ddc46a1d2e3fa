"""Every indicator against its definition from the seed on, and against `ta` once seeds are forgotten."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
import ta

from mcp_servers.analytics.indicators import averages, momentum, trend, volatility, volume
from mcp_servers.financial.vendors.sample import load_sample
from tests import indicator_oracles as oracle
from tests.indicator_oracles import Array, Market


def with_ranges(close: Array, seed: int) -> Market:
    """Bars around closes: the sample has neither highs nor lows nor volumes."""
    rng = np.random.default_rng(seed)
    above, below = rng.exponential(0.01, (2, len(close)))
    traded = rng.integers(1, 10_000, len(close)).astype(float)
    return Market(close * (1 + above), close * (1 - np.minimum(below, 0.5)), close, traded)


def walk(seed: int, length: int) -> Market:
    steps = np.random.default_rng(seed).normal(0.0003, 0.015, length)
    return with_ranges(100 * np.exp(np.cumsum(steps)), seed)


def rough() -> Market:
    """Large jumps, prices that stay, bars without range or volume."""
    rng = np.random.default_rng(7)
    steps = rng.choice([0.0, 0.0, 0.5, -0.33, 0.01, -0.02], 200)
    bars = with_ranges(10 * np.cumprod(1 + steps), 7)
    flat = rng.random(200) < 0.3
    return Market(
        np.where(flat, bars.close, bars.high),
        np.where(flat, bars.close, bars.low),
        bars.close,
        np.where(flat, 0, bars.volume),
    )


@cache
def real(symbol: str) -> Market:
    return with_ranges(load_sample().data.closes[symbol].to_numpy()[-700:], 3)


MARKETS: dict[str, Callable[[], Market]] = {
    "random walk": lambda: walk(1, 600),
    "few bars": lambda: walk(2, 110),
    "rough": rough,
    "prices of a millionth": lambda: scaled(walk(3, 150), 1e-6),
    "prices of a billion": lambda: scaled(walk(4, 150), 1e9),
    "AAPL": lambda: real("AAPL"),
    "KO": lambda: real("KO"),
}


def scaled(market: Market, factor: float) -> Market:
    return Market(market.high * factor, market.low * factor, market.close * factor, market.volume)


Columns = tuple[Array, ...]
CASES: dict[str, tuple[Callable[[Market], Columns], Callable[[Market], Columns]]] = {
    "EMA": (
        lambda m: (averages.exponential_moving_average(m.close, 20),),
        lambda m: (oracle.ema(m.close, 20),),
    ),
    "WMA": (lambda m: (averages.weighted_moving_average(m.close, 9),), lambda m: (oracle.wma(m.close, 9),)),
    "RSI": (lambda m: (momentum.relative_strength_index(m.close, 14),), lambda m: (oracle.rsi(m.close, 14),)),
    "RSI of 2": (
        lambda m: (momentum.relative_strength_index(m.close, 2),),
        lambda m: (oracle.rsi(m.close, 2),),
    ),
    "MACD": (lambda m: momentum.macd(m.close, 12, 26, 9), lambda m: oracle.macd(m.close, 12, 26, 9)),
    "fast MACD": (lambda m: momentum.macd(m.close, 2, 3, 1), lambda m: oracle.macd(m.close, 2, 3, 1)),
    "stochastic": (
        lambda m: momentum.stochastic(m.high, m.low, m.close, (14, 3, 3)),
        lambda m: oracle.stochastic(m, 14, 3, 3),
    ),
    "fast stochastic": (
        lambda m: momentum.stochastic(m.high, m.low, m.close, (2, 1, 2)),
        lambda m: oracle.stochastic(m, 2, 1, 2),
    ),
    "Williams %R": (
        lambda m: (momentum.williams_percent_r(m.high, m.low, m.close, 2),),
        lambda m: (oracle.williams(m, 2),),
    ),
    "CCI": (
        lambda m: (momentum.commodity_channel_index(m.high, m.low, m.close, 20),),
        lambda m: (oracle.cci(m, 20),),
    ),
    "rate of change": (
        lambda m: (momentum.rate_of_change(m.close, 10),),
        lambda m: (np.append([np.nan] * 10, (m.close[10:] - m.close[:-10]) / m.close[:-10]),),
    ),
    "ATR": (
        lambda m: (volatility.average_true_range(m.high, m.low, m.close, 14),),
        lambda m: (oracle.atr(m, 14),),
    ),
    "ATR of 1": (
        lambda m: (volatility.average_true_range(m.high, m.low, m.close, 1),),
        lambda m: (oracle.atr(m, 1),),
    ),
    "Bollinger bands": (
        lambda m: volatility.bollinger_bands(m.close, 20, 2.5),
        lambda m: oracle.bollinger(m.close, 20, 2.5),
    ),
    "Keltner": (
        lambda m: volatility.keltner_channel(m.high, m.low, m.close, (20, 10), 2.0),
        lambda m: oracle.keltner(m, 20, 10, 2.0),
    ),
    "Keltner of a long range": (
        lambda m: volatility.keltner_channel(m.high, m.low, m.close, (5, 30), 1.5),
        lambda m: oracle.keltner(m, 5, 30, 1.5),
    ),
    "Donchian": (
        lambda m: volatility.donchian_channel(m.high, m.low, 20),
        lambda m: oracle.donchian(m, 20),
    ),
    "sample deviation": (
        lambda m: (volatility.rolling_deviation(m.close, 20, 1),),
        lambda m: (oracle.deviation(m.close, 20, 1),),
    ),
    "ADX": (
        lambda m: trend.directional_movement(m.high, m.low, m.close, 14),
        lambda m: oracle.adx(m, 14),
    ),
    "ADX of 2": (
        lambda m: trend.directional_movement(m.high, m.low, m.close, 2),
        lambda m: oracle.adx(m, 2),
    ),
    "Ichimoku": (
        lambda m: trend.ichimoku(m.high, m.low, m.close, (9, 26, 52), 26),
        lambda m: oracle.ichimoku(m, (9, 26, 52), 26),
    ),
    "Ichimoku of 1": (
        lambda m: trend.ichimoku(m.high, m.low, m.close, (1, 2, 3), 1),
        lambda m: oracle.ichimoku(m, (1, 2, 3), 1),
    ),
    "OBV": (lambda m: (volume.on_balance_volume(m.close, m.volume),), lambda m: (oracle.obv(m),)),
    "VWAP": (
        lambda m: (volume.volume_weighted_price(m.high, m.low, m.close, m.volume, None),),
        lambda m: (oracle.vwap(m, None),),
    ),
    "VWAP of 2": (
        lambda m: (volume.volume_weighted_price(m.high, m.low, m.close, m.volume, 2),),
        lambda m: (oracle.vwap(m, 2),),
    ),
    "money flow": (
        lambda m: (volume.money_flow_index(m.high, m.low, m.close, m.volume, 5),),
        lambda m: (oracle.mfi(m, 5),),
    ),
}


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("name", CASES)
def test_an_indicator_is_its_definition_from_the_seed_on(name: str, market: str) -> None:
    bars = MARKETS[market]()
    ours, definition = CASES[name]
    for column, expected in zip(ours(bars), definition(bars), strict=True):
        scale = np.nanmax(np.abs(expected))
        np.testing.assert_allclose(column, expected, rtol=1e-9, atol=1e-12 * scale)


@pytest.mark.parametrize("market", MARKETS)
def test_a_z_score_and_percent_b_are_their_definitions(market: str) -> None:
    """Quotients of small differences: 1e-9 of the price's own rounding."""
    close = MARKETS[market]().close
    spread = oracle.deviation(close, 20, 0)
    with np.errstate(invalid="ignore"):
        expected = (close - oracle.over_windows(np.mean, 20, close)) / spread
    np.testing.assert_allclose(volatility.z_score(close, 20, 0), expected, rtol=1e-9, atol=1e-9)
    bands = volatility.bollinger_bands(close, 20, 2.0)
    position = volatility.band_position(close, bands)
    np.testing.assert_allclose(position, expected / 4 + 0.5, rtol=1e-9, atol=1e-9)
    width = 4 * spread / oracle.over_windows(np.mean, 20, close)
    np.testing.assert_allclose(volatility.bandwidth(bands), width, rtol=1e-9)


def by_ta(m: Market) -> dict[str, Any]:
    """The classes of `ta` on one market, as it wants them."""
    high, low, close, traded = (pd.Series(one) for one in (m.high, m.low, m.close, m.volume))
    keltner = ta.volatility.KeltnerChannel(high, low, close, 20, 10, original_version=False, multiplier=2)
    cloud = ta.trend.IchimokuIndicator(high, low, 9, 26, 52)
    return {
        "EMA": [ta.trend.EMAIndicator(close, 20).ema_indicator()],
        "WMA": [ta.trend.WMAIndicator(close, 9).wma()],
        "RSI": [ta.momentum.RSIIndicator(close, 14).rsi()],
        "MACD": [ta.trend.MACD(close).macd(), ta.trend.MACD(close).macd_signal()],
        "stochastic": [ta.momentum.StochasticOscillator(high, low, close, 14, 3).stoch_signal()],
        "Williams %R": [ta.momentum.WilliamsRIndicator(high, low, close, 2).williams_r()],
        "CCI": [ta.trend.CCIIndicator(high, low, close, 20).cci()],
        "ATR": [ta.volatility.AverageTrueRange(high, low, close, 14).average_true_range()],
        "Keltner": [keltner.keltner_channel_hband(), keltner.keltner_channel_mband()],
        "Donchian": [ta.volatility.DonchianChannel(high, low, close, 20).donchian_channel_hband()],
        "ADX": [ta.trend.ADXIndicator(high, low, close, 14).adx()],
        "Ichimoku": [cloud.ichimoku_conversion_line(), cloud.ichimoku_base_line()],
        "OBV": [ta.volume.OnBalanceVolumeIndicator(close, traded).on_balance_volume()],
        "VWAP of 2": [
            ta.volume.VolumeWeightedAveragePrice(high, low, close, traded, 2).volume_weighted_average_price()
        ],
        "money flow": [ta.volume.MFIIndicator(high, low, close, traded, 5).money_flow_index()],
    }


@pytest.fixture(scope="module")
def long_walk() -> Market:
    return walk(11, 1500)


@pytest.fixture(scope="module")
def ta_columns(long_walk: Market) -> dict[str, Any]:
    return by_ta(long_walk)


TA_NAMES = (
    "EMA", "WMA", "RSI", "MACD", "stochastic", "Williams %R", "CCI", "ATR", "Keltner", "Donchian",
    "ADX", "Ichimoku", "OBV", "VWAP of 2", "money flow",
)  # fmt: skip


@pytest.mark.parametrize("name", TA_NAMES)
def test_an_indicator_agrees_with_ta_once_its_seed_is_forgotten(
    name: str, long_walk: Market, ta_columns: dict[str, Any]
) -> None:
    for column, expected in zip(CASES[name][0](long_walk), ta_columns[name], strict=False):
        np.testing.assert_allclose(column[-700:], expected.to_numpy()[-700:], rtol=1e-9, atol=1e-9)
