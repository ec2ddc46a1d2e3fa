"""Answers of the back-tests."""

from typing import Literal

from pydantic import FiniteFloat

from schemas.analytics.indicators import Column
from schemas.wire import Wire


class BacktestStatistics(Wire):
    """Figures of one equity curve, after costs, as fractions: 0.1 is 10 %."""

    total_return: FiniteFloat
    cagr: FiniteFloat | None
    """Compound annual growth rate."""
    volatility: FiniteFloat | None
    """Annual standard deviation of the returns."""
    sharpe_ratio: FiniteFloat | None
    """Annual, over `risk_free_rate`; null when the returns do not vary."""
    max_drawdown: FiniteFloat
    """A negative fraction of the highest equity so far."""
    exposure: FiniteFloat
    """The share of periods with a position."""
    turnover: FiniteFloat
    """Traded per year, as a multiple of the equity: in and out again once is 2."""
    trades: int
    hit_rate: FiniteFloat | None
    """The share of trades that gained, the open one included; null without trades."""


class Trades(Wire):
    """Every trade, oldest first, as columns. The last may be open: no exit, and valued at the end."""

    entry_position: list[int]
    entry_date: list[str] | None
    entry_price: list[FiniteFloat]
    exit_position: list[int | None]
    exit_date: list[str | None] | None
    exit_price: list[FiniteFloat | None]
    side: list[Literal["long", "short"]]
    periods: list[int]
    """How long it was held."""
    returns: list[FiniteFloat]
    """What it did to the equity, costs of both sides included, as a fraction."""


class Backtest(Wire):
    """What a signal would have earned, with buy-and-hold beside it."""

    statistics: BacktestStatistics
    buy_and_hold: BacktestStatistics
    """Long from the first price on, with the cost of one entry."""
    equity: list[FiniteFloat]
    """One per price, after costs; 1 at the first."""
    buy_and_hold_equity: list[FiniteFloat]
    returns: list[FiniteFloat]
    """Of the equity, one per price after the first."""
    positions: Column
    """Held over the period that ends with each price, as a fraction of the equity; null at the first."""
    trades: Trades
    dates: list[str] | None
    cost_bps: FiniteFloat
    delay_bars: int
    periods_per_year: int
    risk_free_rate: FiniteFloat
    reason: str | None = None
