"""Back-tests against an account kept by hand, and their promises: no look-ahead, every cost paid."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_servers.analytics.backtest.engine import run
from mcp_servers.analytics.backtest.strategies import STRATEGIES, StrategyName, make_strategy
from mcp_servers.analytics.backtest.tools import backtest_signal, backtest_strategy
from mcp_servers.analytics.backtest.trades import list_trades
from mcp_servers.problems import BadArgument, TooShort

RISING = [100.0, 110.0, 121.0, 133.1, 146.41]
wishes = st.lists(st.sampled_from([0.0, 1.0, -1.0, 0.5, -0.25]), min_size=4, max_size=60)
seeds = st.integers(0, 2**32 - 1)


def walk(seed: int, length: int) -> np.ndarray:
    """A random walk of prices."""
    return 100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0.0003, 0.02, length)))


def account(prices: np.ndarray, wanted: list[float], cost: float, delay: int) -> list[float]:
    """Equity at each price, kept one price after another: earn, then trade and pay."""
    equity, position, history = 1.0, 0.0, []
    for place, price in enumerate(prices):
        if place:
            equity += equity * position * (price - prices[place - 1]) / prices[place - 1]
        order = wanted[place - delay] if place >= delay else 0.0
        if place == len(prices) - 1 and (position == 0 or order * position > 0):
            order = position
        if place == len(prices) - 1 and order * position < 0:
            order = 0.0
        legs = [abs(position), abs(order)] if position * order < 0 else [abs(order - position)]
        for leg in legs:
            equity -= equity * leg * cost
        position = order
        history.append(equity)
    return history


@settings(deadline=None)
@given(wishes, seeds, st.sampled_from([0.0, 0.001, 0.05]), st.integers(0, 2))
def test_equity_is_that_of_an_account_kept_by_hand(
    wanted: list[float], seed: int, cost: float, delay: int
) -> None:
    prices = walk(seed, len(wanted))
    found = run(prices, np.array(wanted), cost, delay)
    np.testing.assert_allclose(found.equity[1:], account(prices, wanted, cost, delay)[1:], rtol=1e-12)


@settings(deadline=None)
@given(wishes, seeds, st.sampled_from([0.0, 0.01]), st.integers(0, 2))
def test_the_trades_together_are_the_whole_equity(
    wanted: list[float], seed: int, cost: float, delay: int
) -> None:
    found = run(walk(seed, len(wanted)), np.array(wanted), cost, delay)
    assert np.prod(list_trades(found).growth) == pytest.approx(found.equity[-1], rel=1e-12)


@settings(deadline=None)
@given(seeds, st.integers(1, 3), st.integers(5, 40))
def test_prices_to_come_change_nothing_before_a_trade_can_be_filled(seed: int, delay: int, cut: int) -> None:
    prices = walk(seed, 60)
    other = np.concatenate(
        [prices[:cut], prices[cut:] * np.random.default_rng(seed).uniform(0.8, 1.25, 60 - cut)]
    )
    for name in STRATEGIES:
        strategy = make_strategy(name, SMALL[name])
        held = [run(one, strategy.positions(one), 0.001, delay).trading.held for one in (prices, other)]
        np.testing.assert_array_equal(held[0][: cut + delay], held[1][: cut + delay])


def test_a_signal_earns_only_after_the_next_price() -> None:
    prices = [100.0, 200.0, 400.0, 400.0, 400.0]
    knows = backtest_signal(prices, [1.0, 1.0, 0.0, 0.0, 0.0], cost_bps=0)
    assert knows.equity == [1, 1, 2, 2, 2]
    late = backtest_signal(prices, [0.0, 1.0, 0.0, 0.0, 0.0], cost_bps=0)
    assert late.equity == [1] * 5


def test_both_sides_of_a_trade_are_paid() -> None:
    flat = backtest_signal([100.0] * 6, [1.0, 1.0, 0.0, 0.0, 0.0, 0.0], cost_bps=100)
    assert flat.equity == pytest.approx([1, 0.99, 0.99, 0.99**2, 0.99**2, 0.99**2])
    assert flat.trades.returns == pytest.approx([0.99**2 - 1])
    assert (flat.trades.entry_position, flat.trades.exit_position) == ([1], [3])
    assert flat.statistics.hit_rate == 0
    turned = backtest_signal([100.0] * 6, [1.0, -1.0, 0.0, 0.0, 0.0, 0.0], cost_bps=100)
    assert turned.equity[-1] == pytest.approx(0.99**4)
    assert turned.trades.side == ["long", "short"]
    assert turned.statistics.turnover == pytest.approx(4 * 252 / 5)


def test_figures_of_a_steady_rise_are_those_of_the_rise() -> None:
    found = backtest_signal(RISING, [1.0] * 5, cost_bps=0, periods_per_year=4)
    assert found.statistics.total_return == pytest.approx(1.1**3 - 1)
    assert found.buy_and_hold.total_return == pytest.approx(1.1**4 - 1)
    assert found.buy_and_hold.cagr == pytest.approx(1.1**4 - 1)
    assert found.statistics.exposure == 0.75
    assert found.buy_and_hold.exposure == 1
    assert found.buy_and_hold.sharpe_ratio is None
    assert found.statistics.max_drawdown == 0
    assert found.trades.exit_position == [None]
    assert found.statistics.hit_rate == 1


def test_buy_and_hold_pays_one_entry() -> None:
    found = backtest_signal(RISING, [0.0] * 5, cost_bps=50)
    assert found.buy_and_hold_equity == pytest.approx([1, *(0.995 * np.array(RISING[1:]) / 100)])
    assert found.equity == [1] * 5
    assert found.reason == "the signal never led to a trade"


def test_a_short_position_that_loses_everything_ends_the_test() -> None:
    found = backtest_signal([1.0, 1.0, 3.0, 1.0, 0.5, 0.4], [-1.0] * 6, cost_bps=10)
    assert found.equity[2:] == [0] * 4
    assert found.statistics.total_return == found.statistics.cagr == found.statistics.max_drawdown == -1
    assert found.trades.returns == [-1]
    assert found.reason == "the equity was lost at position 2, and nothing is traded after it"


SMALL: dict[StrategyName, dict[str, float]] = {
    "sma_crossover": {"short_window": 3, "long_window": 6},
    "ema_crossover": {"short_window": 2, "long_window": 4},
    "rsi_reversal": {"period": 3, "oversold": 40, "overbought": 60},
    "macd": {"fast": 2, "slow": 4, "signal": 2},
    "bollinger_squeeze": {"period": 4, "deviations": 1.2, "lookback": 4},
}


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_strategy_trades_both_ways_only_when_told(name: StrategyName) -> None:
    prices = walk(8, 300).tolist()
    long_only = backtest_strategy(prices, name, SMALL[name])
    both = backtest_strategy(prices, name, SMALL[name], direction="long_short")
    assert set(long_only.trades.side) == {"long"}
    assert set(both.trades.side) == {"long", "short"}


def test_a_crossover_is_followed_from_the_price_after_it_shows() -> None:
    prices = [10.0, 10.0, 10.0, 12.0, 14.0, 14.0, 7.0, 5.0, 5.0, 5.0]
    found = backtest_strategy(prices, "sma_crossover", {"short_window": 1, "long_window": 2}, cost_bps=0)
    assert found.trades.entry_position == [4]
    assert found.trades.exit_position == [7]
    assert found.equity[-1] == pytest.approx(5 / 14)


def test_positions_by_date_are_matched_and_none_may_be_missing() -> None:
    days = [date(2020, 1, day) for day in range(1, 6)]
    prices = dict(zip(days, RISING, strict=True))
    found = backtest_signal(prices, dict.fromkeys(reversed(days), 1.0), cost_bps=0)
    assert found.dates == [day.isoformat() for day in days]
    assert found.trades.entry_date == ["2020-01-02"]
    with pytest.raises(BadArgument, match="one position per price"):
        backtest_signal(prices, dict.fromkeys(days[1:], 1.0))


@pytest.mark.parametrize(
    ("strategy", "parameters", "named"),
    [
        ("sma_crossover", {"period": 5}, "period"),
        ("sma_crossover", {"short_window": 2.5}, "short_window"),
        ("sma_crossover", {"short_window": 300}, "short_window"),
        ("rsi_reversal", {"oversold": 80}, "oversold"),
        ("macd", {"fast": 30}, "fast"),
    ],
)
def test_unfit_parameters_are_named(strategy: StrategyName, parameters: dict[str, float], named: str) -> None:
    with pytest.raises(BadArgument, match=named):
        backtest_strategy(walk(1, 400).tolist(), strategy, parameters)


def test_too_few_prices_to_fill_an_order_are_too_short() -> None:
    with pytest.raises(TooShort):
        backtest_signal([1.0, 2.0], [1.0, 1.0])


def test_equity_beyond_any_number_is_refused() -> None:
    prices = [1e-6, 1e12] * 40
    with pytest.raises(BadArgument, match="beyond any number"):
        backtest_signal(prices, [1.0, 0.0] * 40, cost_bps=0, delay_bars=0)
