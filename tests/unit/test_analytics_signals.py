"""Signals against a walk from price to price, and on prices made for them."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_servers.analytics.signals.level_tools import detect_support_resistance
from mcp_servers.analytics.signals.tools import (
    detect_bollinger_squeeze,
    detect_ema_crossover,
    detect_macd_signals,
    detect_rsi_signals,
    detect_sma_crossover,
)
from mcp_servers.problems import BadArgument, TooShort
from schemas.analytics.signals import Signals
from tests import indicator_oracles as oracle

seeds = st.integers(0, 2**32 - 1)


def walk(seed: int, length: int = 200) -> list[float]:
    """A random walk of prices that often stands still."""
    steps = np.random.default_rng(seed).choice([-0.03, -0.01, 0.0, 0.01, 0.031], length)
    return [float(price) for price in 100 * np.exp(np.cumsum(steps))]


def crossings(first: np.ndarray, second: np.ndarray) -> list[tuple[int, bool]]:
    """Where `first` has changed its side of `second`, and whether it is above then; touching is no side."""
    found, above = [], None
    for place, (one, other) in enumerate(zip(first, second, strict=True)):
        if np.isnan(one) or np.isnan(other) or abs(one - other) < 1e-10:
            continue
        if above is not None and above != (one > other):
            found.append((place, bool(one > other)))
        above = one > other
    return found


def kinds(found: Signals) -> list[tuple[int, str]]:
    return [(event.position, event.kind) for event in found.events]


@settings(deadline=None)
@given(seeds)
def test_a_crossover_is_where_the_averages_change_sides(seed: int) -> None:
    prices = walk(seed)
    short, long = (oracle.over_windows(np.mean, period, np.array(prices)) for period in (5, 20))
    expected = [(place, "golden_cross" if up else "death_cross") for place, up in crossings(short, long)]
    assert kinds(detect_sma_crossover(prices, 5, 20)) == expected
    averages = oracle.ema(np.array(prices), 5), oracle.ema(np.array(prices), 20)
    expected = [(place, "golden_cross" if up else "death_cross") for place, up in crossings(*averages)]
    assert kinds(detect_ema_crossover(prices, 5, 20)) == expected


@settings(deadline=None)
@given(seeds)
def test_macd_signals_are_crossings_of_its_signal_and_of_zero(seed: int) -> None:
    prices = walk(seed)
    line, signal, _ = oracle.macd(np.array(prices), 6, 13, 5)
    crosses = {(at, "bullish_cross" if up else "bearish_cross") for at, up in crossings(line, signal)}
    zeros = {
        (at, "rose_above_zero" if up else "fell_below_zero")
        for at, up in crossings(line, np.zeros(len(line)))
    }
    found = detect_macd_signals(prices, 6, 13, 5)
    assert set(kinds(found)) == crosses | zeros
    assert [event.position for event in found.events] == sorted(event.position for event in found.events)


@settings(deadline=None)
@given(seeds)
def test_rsi_signals_are_the_ways_into_and_out_of_its_extremes(seed: int) -> None:
    prices = walk(seed)
    index = oracle.rsi(np.array(prices), 5)
    zones = [
        "" if np.isnan(x) else "oversold" if x < 30 else "overbought" if x > 70 else "neutral" for x in index
    ]
    expected = set()
    for place in range(1, len(prices)):
        before, after = zones[place - 1], zones[place]
        if before and after != before:
            expected |= {(place, f"left_{before}"), (place, f"entered_{after}")}
    expected = {(place, kind) for place, kind in expected if not kind.endswith("neutral")}
    found = detect_rsi_signals(prices, 5)
    assert set(kinds(found)) == expected
    assert found.state == zones[-1]
    assert found.latest["rsi"] == pytest.approx(index[-1])


def test_a_squeeze_lasts_from_the_least_bandwidth_to_the_breakout() -> None:
    wide = [100.0, 104.0, 96.0, 103.0, 97.0] * 4
    narrow = [100.0, 100.5, 99.5, 100.2, 99.8] * 3
    found = detect_bollinger_squeeze([*wide, *narrow, 109.0, 110.0], period=5, deviations=1.7, lookback=12)
    assert [kind for _, kind in kinds(found)][-2:] == ["squeeze_started", "broke_out_above"]
    assert found.events[-1].position == 35
    assert found.state == "after a breakout above"
    assert found.since is not None
    assert found.since.position == 35
    fallen = detect_bollinger_squeeze([*wide, *narrow, 91.0], period=5, deviations=1.7, lookback=12)
    assert kinds(fallen)[-1] == (35, "broke_out_below")


def test_a_state_says_since_when_and_events_have_dates() -> None:
    prices = {date(2020, 1, day): price for day, price in enumerate([9.0, 9, 8, 8, 10, 11, 12], start=1)}
    found = detect_sma_crossover(prices, 1, 3)
    assert [(event.date, event.kind, event.price) for event in found.events] == [
        ("2020-01-05", "golden_cross", 10.0)
    ]
    assert found.events[0].values == {"short": 10.0, "long": pytest.approx(26 / 3)}
    assert found.state == "short above long"
    assert found.since is not None
    assert found.since.date == "2020-01-05"


@pytest.mark.parametrize("price", [100.1, 1e-6, 1 / 3])
@pytest.mark.parametrize(
    "detect",
    [
        lambda prices: detect_sma_crossover(prices, 7, 30),
        lambda prices: detect_ema_crossover(prices, 7, 30),
        detect_macd_signals,
        detect_rsi_signals,
    ],
)
def test_prices_that_stand_still_signal_nothing_in_spite_of_rounding(detect, price: float) -> None:  # type: ignore[no-untyped-def]
    found = detect([price] * 300)
    assert found.events == []
    assert found.state is None
    assert found.reason == "the prices have not moved enough for a signal"


@settings(deadline=None)
@given(seeds, st.integers(150, 199))
def test_later_prices_change_no_signal(seed: int, cut: int) -> None:
    prices = walk(seed)
    for detect in (
        detect_macd_signals,
        detect_rsi_signals,
        lambda p: detect_bollinger_squeeze(p, 10, 1.5, 20),
    ):
        before = [event for event in kinds(detect(prices)) if event[0] < cut]
        assert kinds(detect(prices[:cut])) == before


def test_levels_are_where_prices_turned_more_than_once() -> None:
    prices = [100.0, 105, 110, 105, 100.5, 105, 110.5, 105, 90, 95, 103]
    found = detect_support_resistance(prices, lookback=11, reach=2, tolerance=0.01)
    assert [(turn.position, turn.kind, turn.confirmed) for turn in found.events] == [
        (2, "high", 4),
        (4, "low", 6),
        (6, "high", 8),
        (8, "low", 10),
    ]
    assert [(level.price, level.touches) for level in found.resistances] == [(110.25, 2)]
    assert [(level.price, level.touches) for level in found.supports] == [(100.5, 1), (90.0, 1)]
    assert found.resistances[0].last_touch.position == 6
    assert found.supports[0].distance == pytest.approx(100.5 / 103 - 1)
    assert found.state == "between levels"


def test_only_the_last_prices_make_levels_and_keep_their_positions() -> None:
    prices = [1.0, 9.0, 1.0, 5.0, 6.0, 5.0, 4.0, 5.0, 5.5]
    found = detect_support_resistance(prices, lookback=6, reach=1)
    assert [(turn.position, turn.price) for turn in found.events] == [(4, 6.0), (6, 4.0)]
    assert found.observations == 6


@settings(deadline=None)
@given(seeds)
def test_a_turning_point_is_the_extreme_around_it(seed: int) -> None:
    prices, reach = walk(seed), 4
    expected = []
    for place in range(reach, len(prices) - reach):
        before, after = prices[place - reach : place], prices[place + 1 : place + reach + 1]
        if prices[place] > max(before) and prices[place] >= max(after):
            expected.append((place, "high"))
        if prices[place] < min(before) and prices[place] <= min(after):
            expected.append((place, "low"))
    found = detect_support_resistance(prices, lookback=len(prices), reach=reach)
    assert [(turn.position, turn.kind) for turn in found.events] == expected


def test_prices_without_a_turn_have_no_levels_and_a_reason() -> None:
    found = detect_support_resistance([5.0] * 20, lookback=20)
    assert (found.supports, found.resistances, found.state) == ([], [], None)
    assert found.reason == "the prices have no turning point"


def test_windows_and_limits_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(BadArgument, match="short_window=20"):
        detect_sma_crossover([1.0] * 30, 20, 10)
    with pytest.raises(BadArgument, match="oversold"):
        detect_rsi_signals([1.0] * 30, 5, 70, 30)
    with pytest.raises(BadArgument, match="lookback"):
        detect_support_resistance([1.0] * 30, lookback=5, reach=5)


def test_too_few_prices_are_too_short() -> None:
    for detect in (detect_sma_crossover, detect_bollinger_squeeze, detect_support_resistance):
        with pytest.raises(TooShort):
            detect([1.0] * 100)
