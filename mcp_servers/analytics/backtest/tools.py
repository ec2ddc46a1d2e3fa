"""Tools: what a signal would have earned."""

from dataclasses import asdict, dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from mcp_servers.analytics.arguments import PeriodsPerYear, RiskFreeRate
from mcp_servers.analytics.backtest.engine import Run, run
from mcp_servers.analytics.backtest.statistics import statistics
from mcp_servers.analytics.backtest.strategies import StrategyName, make_strategy
from mcp_servers.analytics.backtest.trades import Trades, list_trades
from mcp_servers.analytics.matching import match
from mcp_servers.analytics.series import ListOrDates, Prices, Series, Values, read_series
from mcp_servers.problems import BadArgument
from schemas.analytics import backtest as wire

Positions = Annotated[
    ListOrDates[Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]],
    Field(
        description="What is wanted at each price, in the form of `prices`, as a fraction of the equity: "
        "1 all of it long, 0 nothing, -1 all of it short."
    ),
]
CostBps = Annotated[
    float,
    Field(ge=0, le=1000, description="Cost of each trade in basis points of what is traded, in and out."),
]
DelayBars = Annotated[
    int,
    Field(
        ge=0,
        le=1000,
        description="How many prices after its signal a trade is filled: 1 is the next price; "
        "0 is the price of the signal itself, which a real order cannot get.",
    ),
]
Parameter = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
Parameters = Annotated[
    dict[str, Parameter],
    Field(
        max_length=5,
        description="Where it differs from the usual: short_window, long_window (crossovers); period, "
        "oversold, overbought (rsi_reversal); fast, slow, signal (macd); period, deviations, lookback "
        "(bollinger_squeeze).",
    ),
]
Direction = Annotated[
    Literal["long_flat", "long_short"],
    Field(description="What a sell signal does: close the long position, or also go short."),
]


@dataclass(frozen=True)
class Conditions:
    """What a back-test assumes beside prices and positions."""

    cost_bps: float
    delay_bars: int
    periods_per_year: int
    risk_free_rate: float


def backtest_signal(  # noqa: PLR0913, PLR0917 the conditions of a back-test
    prices: Prices,
    positions: Positions,
    cost_bps: CostBps = 10.0,
    delay_bars: DelayBars = 1,
    periods_per_year: PeriodsPerYear = 252,
    risk_free_rate: RiskFreeRate = 0.0,
) -> wire.Backtest:
    """Back-test of any positions, after costs, with buy-and-hold beside it.

    A position may use prices up to and including its own; it is traded at the next price and earns after it.
    """
    series, wanted = read_series(prices), read_series(positions)
    conditions = Conditions(cost_bps, delay_bars, periods_per_year, risk_free_rate)
    return _backtest(series, _one_per_price(series, wanted), conditions)


def backtest_strategy(  # noqa: PLR0913, PLR0917 the conditions of a back-test
    prices: Prices,
    strategy: Annotated[StrategyName, Field(description="The signal to follow.")],
    parameters: Parameters = {},  # noqa: B006 the SDK copies it
    direction: Direction = "long_flat",
    cost_bps: CostBps = 10.0,
    delay_bars: DelayBars = 1,
    periods_per_year: PeriodsPerYear = 252,
    risk_free_rate: RiskFreeRate = 0.0,
) -> wire.Backtest:
    """Back-test of a signal by name, after costs, with buy-and-hold beside it.

    A signal at a price is traded at the next one and earns after it.
    """
    series = read_series(prices)
    wanted = make_strategy(strategy, parameters).positions(series.values)
    if direction == "long_flat":
        wanted = np.maximum(wanted, 0.0)
    return _backtest(series, wanted, Conditions(cost_bps, delay_bars, periods_per_year, risk_free_rate))


BACKTEST_TOOLS = (backtest_signal, backtest_strategy)


def _one_per_price(series: Series, wanted: Series) -> Values:
    """Raises `BadArgument` unless there is a position at every price and a price at every position."""
    matched = match([series, wanted]).values
    if not len(series.values) == len(wanted.values) == len(matched):
        raise BadArgument(
            f"{len(series.values)} prices and {len(wanted.values)} positions have {len(matched)} dates in "
            "common; pass one position per price",
            prices=len(series.values),
            positions=len(wanted.values),
            common=len(matched),
        )
    return np.ascontiguousarray(matched[:, 1])


def _backtest(series: Series, wanted: Values, conditions: Conditions) -> wire.Backtest:
    cost, years = conditions.cost_bps / 10_000, conditions.periods_per_year
    found = run(series.values, wanted, cost, conditions.delay_bars)
    holding = run(series.values, np.ones_like(series.values), cost, delay=0)
    trades = list_trades(found)
    return wire.Backtest(
        statistics=statistics(found, trades, years, conditions.risk_free_rate),
        buy_and_hold=statistics(holding, list_trades(holding), years, conditions.risk_free_rate),
        equity=found.equity.tolist(),
        buy_and_hold_equity=holding.equity.tolist(),
        returns=(found.growth - 1).tolist(),
        positions=[None, *found.trading.held[1:].tolist()],
        trades=_trade_table(series, trades),
        dates=series.dates,
        reason=_why(found, trades),
        **asdict(conditions),
    )


def _trade_table(series: Series, trades: Trades) -> wire.Trades:
    dates, entries = series.dates, trades.entries.tolist()
    lasts = zip(trades.lasts.tolist(), trades.open.tolist(), strict=True)
    exits = [None if still_open else last for last, still_open in lasts]
    return wire.Trades(
        entry_position=entries,
        entry_date=None if dates is None else [dates[place] for place in entries],
        entry_price=series.values[trades.entries].tolist(),
        exit_position=exits,
        exit_date=None if dates is None else [None if place is None else dates[place] for place in exits],
        exit_price=[None if place is None else series.values[place] for place in exits],
        side=["long" if side > 0 else "short" for side in trades.sides.tolist()],
        periods=(trades.lasts - trades.entries).tolist(),
        returns=(trades.growth - 1).tolist(),
    )


def _why(found: Run, trades: Trades) -> str | None:
    if found.ruined_at is not None:
        return f"the equity was lost at position {found.ruined_at}, and nothing is traded after it"
    return None if len(trades.growth) else "the signal never led to a trade"
