"""Each indicator on 1,000,000 points: our pure function against raw TA-Lib calls for the same columns."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import talib

from benchmarks.measure import Contender, print_line, run_rounds
from mcp_servers.analytics.indicators import averages, momentum, trend, volatility, volume
from mcp_servers.analytics.series import Values

POINTS = 1_000_000
ROUNDS = 9
RATIO_MAX = 3.0


@dataclass(frozen=True)
class Bars:
    """A random walk in cents, with ranges and volumes; some closes stay, some bars have no volume."""

    high: Values
    low: Values
    close: Values
    volume: Values

    @property
    def hlc(self) -> tuple[Values, Values, Values]:
        """As most functions take them."""
        return self.high, self.low, self.close


def make_bars() -> Bars:
    """The same bars on every machine."""
    rng = np.random.default_rng(4)
    close = np.round(100 * np.exp(np.cumsum(rng.normal(0, 0.0005, POINTS))), 2)
    above, below = np.round(rng.exponential(0.2, (2, POINTS)), 2)
    return Bars(close + above, np.maximum(close - below, 0.01), close, rng.poisson(5, POINTS).astype(float))


async def rest() -> None:
    """Nothing to wait for."""


def raw_percent_b(close: Values) -> Any:
    """%B without a look at bands that are one line."""
    upper, _, lower = talib.BBANDS(close, 20)
    return talib.DIV(talib.SUB(close, lower), talib.SUB(upper, lower))


Call = Callable[[Bars], Any]
PAIRS: dict[str, tuple[Call, str, Call]] = {
    "sma": (lambda b: averages.simple_moving_average(b.close, 20), "SMA", lambda b: talib.SMA(b.close, 20)),
    "ema": (
        lambda b: averages.exponential_moving_average(b.close, 20),
        "EMA",
        lambda b: talib.EMA(b.close, 20),
    ),
    "wma": (lambda b: averages.weighted_moving_average(b.close, 20), "WMA", lambda b: talib.WMA(b.close, 20)),
    "rsi": (lambda b: momentum.relative_strength_index(b.close, 14), "RSI", lambda b: talib.RSI(b.close, 14)),
    "macd": (lambda b: momentum.macd(b.close, 12, 26, 9), "MACD", lambda b: talib.MACD(b.close)),
    "bollinger_bands": (
        lambda b: volatility.bollinger_bands(b.close, 20, 2.0),
        "BBANDS",
        lambda b: talib.BBANDS(b.close, 20),
    ),
    "bollinger_percent_b": (
        lambda b: volatility.band_position(b.close, volatility.bollinger_bands(b.close, 20, 2.0)),
        "BBANDS, SUB and DIV (TA-Lib has no %B)",
        lambda b: raw_percent_b(b.close),
    ),
    "atr": (lambda b: volatility.average_true_range(*b.hlc, 14), "ATR", lambda b: talib.ATR(*b.hlc, 14)),
    "stochastic": (
        lambda b: momentum.stochastic(*b.hlc, (14, 3, 3)),
        "STOCH",
        lambda b: talib.STOCH(*b.hlc, 14, slowk_period=3, slowd_period=3),
    ),
    "adx": (
        lambda b: trend.directional_movement(*b.hlc, 14),
        "ADX, PLUS_DI, MINUS_DI",
        lambda b: [f(*b.hlc, 14) for f in (talib.ADX, talib.PLUS_DI, talib.MINUS_DI)],
    ),
    "obv": (
        lambda b: volume.on_balance_volume(b.close, b.volume),
        "OBV",
        lambda b: talib.OBV(b.close, b.volume),
    ),
    "vwap": (
        lambda b: volume.volume_weighted_price(*b.hlc, b.volume, None),
        "VWAP",
        lambda b: talib.VWAP(*b.hlc, b.volume),
    ),
    "vwap_of_20": (
        lambda b: volume.volume_weighted_price(*b.hlc, b.volume, 20),
        "VWMA of TYPPRICE",
        lambda b: talib.VWMA(talib.TYPPRICE(*b.hlc), b.volume, 20),
    ),
    "keltner": (
        lambda b: volatility.keltner_channel(*b.hlc, (20, 10), 2.0),
        "KC",
        lambda b: talib.KC(*b.hlc, 20, 10, 2.0),
    ),
    "donchian": (
        lambda b: volatility.donchian_channel(b.high, b.low, 20),
        "DONCHIAN",
        lambda b: talib.DONCHIAN(b.high, b.low, 20),
    ),
    "ichimoku": (
        lambda b: trend.ichimoku(*b.hlc, (9, 26, 52), 26),
        "MIDPRICE three times (TA-Lib has no Ichimoku)",
        lambda b: [talib.MIDPRICE(b.high, b.low, period) for period in (9, 26, 52)],
    ),
    "cci": (lambda b: momentum.commodity_channel_index(*b.hlc, 20), "CCI", lambda b: talib.CCI(*b.hlc, 20)),
    "williams_r": (
        lambda b: momentum.williams_percent_r(*b.hlc, 14),
        "WILLR",
        lambda b: talib.WILLR(*b.hlc, 14),
    ),
    "mfi": (
        lambda b: volume.money_flow_index(*b.hlc, b.volume, 14),
        "MFI",
        lambda b: talib.MFI(*b.hlc, b.volume, 14),
    ),
    "rate_of_change": (
        lambda b: momentum.rate_of_change(b.close, 10),
        "ROCP",
        lambda b: talib.ROCP(b.close, 10),
    ),
    "rolling_deviation": (
        lambda b: volatility.rolling_deviation(b.close, 20, 1),
        "STDDEV",
        lambda b: talib.STDDEV(b.close, 20),
    ),
    "z_score": (
        lambda b: volatility.z_score(b.close, 20, 1),
        "STDDEV, SMA, SUB and DIV (TA-Lib has no z-score)",
        lambda b: talib.DIV(talib.SUB(b.close, talib.SMA(b.close, 20)), talib.STDDEV(b.close, 20)),
    ),
}


async def main() -> None:
    """Every indicator; a ratio above `RATIO_MAX` says so in its line."""
    bars = make_bars()
    for name, (ours, rival, raw) in PAIRS.items():
        contenders: dict[str, Contender] = {"ours": partial(ours, bars), "talib": partial(raw, bars)}
        figures = await run_rounds(contenders, ROUNDS, rest)
        ratio = figures["ours"].median_ms / figures["talib"].median_ms
        print_line(
            "indicator",
            name,
            figures["ours"],
            points=POINTS,
            against=rival,
            against_ms=round(figures["talib"].median_ms, 3),
            ratio=round(ratio, 2),
            within_limit=ratio <= RATIO_MAX,
        )


if __name__ == "__main__":
    asyncio.run(main())
