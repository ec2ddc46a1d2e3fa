"""Indicators by their definitions, one value after another: the oracle of the vectorised ones."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Market:
    """Bars of one length."""

    high: Array
    low: Array
    close: Array
    volume: Array

    @property
    def typical(self) -> Array:
        """The mean of high, low and close."""
        return (self.high + self.low + self.close) / 3


def over_windows(function: Callable[..., float], period: int, *series: Array) -> Array:
    """`function` of each window of `period` values; NaN before the first."""
    values = [np.nan] * (period - 1)
    for end in range(period, len(series[0]) + 1):
        values.append(function(*(one[end - period : end] for one in series)))
    return np.array(values)


def smoothed(values: Sequence[float], seed: float, factor: float) -> Iterator[float]:
    """The seed, then each value mixed in with `factor`."""
    yield seed
    for value in values:
        seed = seed + factor * (value - seed)
        yield seed


def padded(values: Iterator[float], length: int) -> Array:
    """As many NaN before `values` as make the length."""
    found = list(values)
    return np.array([np.nan] * (length - len(found)) + found)


def ema(prices: Array, period: int, seed_at: int | None = None) -> Array:
    """Seeded at a place, `period` - 1 unless given, with the mean of the last `period` prices up to it."""
    start = seed_at or period - 1
    seed = prices[start - period + 1 : start + 1].mean()
    return padded(smoothed(prices[start + 1 :].tolist(), seed, 2 / (period + 1)), len(prices))


def wma(prices: Array, period: int) -> Array:
    weights = np.arange(1, period + 1)
    return over_windows(lambda window: (window * weights).sum() / weights.sum(), period, prices)


def rsi(prices: Array, period: int) -> Array:
    changes = np.diff(prices)
    gains, losses = np.maximum(changes, 0), np.maximum(-changes, 0)
    gain, loss = (
        np.array(list(smoothed(side[period:].tolist(), side[:period].mean(), 1 / period)))
        for side in (gains, losses)
    )
    with np.errstate(invalid="ignore"):
        return padded(iter(100 * gain / (gain + loss)), len(prices))


def macd(prices: Array, fast: int, slow: int, signal: int) -> tuple[Array, Array, Array]:
    line = ema(prices, fast, slow - 1) - ema(prices, slow)
    smooth = padded(iter(ema(line[slow - 1 :], signal)), len(prices))
    return line, smooth, line - smooth


def deviation(prices: Array, period: int, ddof: int) -> Array:
    return over_windows(lambda window: window.std(ddof=ddof), period, prices)


def bollinger(prices: Array, period: int, width: float) -> tuple[Array, Array, Array]:
    middle = over_windows(np.mean, period, prices)
    reach = width * deviation(prices, period, 0)
    return middle + reach, middle, middle - reach


def true_ranges(market: Market) -> list[float]:
    """From bar 1 on."""
    bars = zip(market.high[1:], market.low[1:], market.close[:-1], strict=True)
    return [max(high - low, abs(high - before), abs(low - before)) for high, low, before in bars]


def atr(market: Market, period: int) -> Array:
    ranges = true_ranges(market)
    seed = sum(ranges[:period]) / period
    return padded(smoothed(ranges[period:], seed, 1 / period), len(market.close))


def keltner(market: Market, period: int, atr_period: int, multiplier: float) -> tuple[Array, Array, Array]:
    middle, reach = ema(market.close, period), multiplier * atr(market, atr_period)
    middle[np.isnan(reach)] = np.nan
    return middle + reach, middle, middle - reach


def donchian(market: Market, period: int) -> tuple[Array, Array, Array]:
    upper, lower = over_windows(np.max, period, market.high), over_windows(np.min, period, market.low)
    return upper, (upper + lower) / 2, lower


def stochastic(market: Market, window: int, smooth: int, signal: int) -> tuple[Array, Array]:
    def position(high: Array, low: Array, close: Array) -> float:
        spread = high.max() - low.min()
        return 100 * (close[-1] - low.min()) / spread if spread else np.nan

    raw = over_windows(position, window, market.high, market.low, market.close)
    k = over_windows(np.mean, smooth, raw)
    return k, over_windows(np.mean, signal, k)


def williams(market: Market, period: int) -> Array:
    def percent(high: Array, low: Array, close: Array) -> float:
        spread = high.max() - low.min()
        return -100 * (high.max() - close[-1]) / spread if spread else np.nan

    return over_windows(percent, period, market.high, market.low, market.close)


def cci(market: Market, period: int) -> Array:
    def index(typical: Array) -> float:
        if np.ptp(typical) == 0:
            return np.nan
        return float((typical[-1] - typical.mean()) / (0.015 * np.abs(typical - typical.mean()).mean()))

    return over_windows(index, period, market.typical)


def adx(market: Market, period: int) -> tuple[Array, Array, Array]:
    """Sums of `period` - 1 moves as seed, then smoothed by Wilder's sum: s - s / period + new."""
    ups, downs = np.diff(market.high), -np.diff(market.low)
    plus_moves = np.where((ups > downs) & (ups > 0), ups, 0)
    minus_moves = np.where((downs > ups) & (downs > 0), downs, 0)
    plus, minus, ranges = (
        np.array(list(_wilder_sums(moves, period)))
        for moves in (plus_moves, minus_moves, np.array(true_ranges(market)))
    )
    plus_di, minus_di = 100 * plus / ranges, 100 * minus / ranges
    quotients = 100 * np.abs(plus_di - minus_di) / (plus_di + minus_di)
    smooth = smoothed(quotients[period:].tolist(), quotients[:period].mean(), 1 / period)
    length = len(market.close)
    return padded(smooth, length), padded(iter(plus_di), length), padded(iter(minus_di), length)


def _wilder_sums(moves: Array, period: int) -> Iterator[float]:
    total = moves[: period - 1].sum()
    for move in moves[period - 1 :]:
        total = total - total / period + move
        yield total


def obv(market: Market) -> Array:
    signs = np.sign(np.diff(market.close))
    return np.cumsum(np.append(market.volume[0], signs * market.volume[1:]))


def vwap(market: Market, period: int | None) -> Array:
    def mean_price(typical: Array, volume: Array) -> float:
        return (typical * volume).sum() / volume.sum() if volume.any() else np.nan

    if period is not None:
        return over_windows(mean_price, period, market.typical, market.volume)
    ends = range(1, len(market.close) + 1)
    return np.array([mean_price(market.typical[:end], market.volume[:end]) for end in ends])


def mfi(market: Market, period: int) -> Array:
    def index(flows: Array) -> float:
        total = np.abs(flows).sum()
        return 100 * flows[flows > 0].sum() / total if total else np.nan

    flows = np.sign(np.diff(market.typical)) * (market.typical * market.volume)[1:]
    return np.append(np.nan, over_windows(index, period, flows))


def ichimoku(market: Market, periods: tuple[int, int, int], displacement: int) -> tuple[Array, ...]:
    conversion, base, span_b = (donchian(market, period)[1] for period in periods)
    span_a = (conversion + base) / 2
    length = len(market.close)
    moved = [
        np.array([span[at - displacement] if at >= displacement else np.nan for at in range(length)])
        for span in (span_a, span_b)
    ]
    later = [
        market.close[at + displacement] if at + displacement < length else np.nan for at in range(length)
    ]
    return (conversion, base, *moved, np.array(later), span_a[-displacement:], span_b[-displacement:])
