"""A vectorised back-test: positions that are wanted, positions that are held, equity after costs.

A position wanted at a price is traded `delay` prices later, at that price, and earns from there on. The
equity is invested at a constant fraction: what moves within a trade is rebalanced at no cost.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcp_servers.analytics.series import Values, check_length
from mcp_servers.problems import BadArgument


@dataclass(frozen=True)
class Trading:
    """Positions before and after each price, as fractions of the equity; one value per price each.

    `held` is the position over the period that ends with the price, 0 at the first.
    """

    held: Values
    after: Values

    @property
    def turns(self) -> NDArray[np.bool_]:
        """Whether a price begins another trade, or ends the last one."""
        return np.not_equal(np.sign(self.held), np.sign(self.after))

    @property
    def exits(self) -> Values:
        """What is sold off at each price, not negative: all of it when the side changes."""
        reduced = np.maximum(np.abs(self.held) - np.abs(self.after), 0)
        return np.where(self.held * self.after < 0, np.abs(self.held), reduced)

    @property
    def entries(self) -> Values:
        """What is added at each price, not negative: all of it when the side changes."""
        added = np.maximum(np.abs(self.after) - np.abs(self.held), 0)
        return np.where(self.held * self.after < 0, np.abs(self.after), added)


@dataclass(frozen=True)
class Run:
    """`market` is 1 + return of each period before costs, one fewer than prices."""

    trading: Trading
    cost: float
    market: Values
    ruined_at: int | None

    @property
    def equity(self) -> Values:
        """One value per price: 1, then the product of growths so far. Raises `BadArgument` beyond a float."""
        with np.errstate(over="ignore"):
            equity = np.append(1.0, np.cumprod(self.growth))
        if not np.isfinite(equity).all():
            raise BadArgument("the equity grows beyond any number; check the prices, or pass fewer")
        return equity

    @property
    def growth(self) -> Values:
        """1 + return of each period after costs; those at the first price count in the first period."""
        paid = (1 - self.cost * self.trading.exits) * (1 - self.cost * self.trading.entries)
        growth = self.market * paid[1:]
        growth[0] *= paid[0]
        return growth


def run(prices: Values, wanted: Values, cost: float, delay: int) -> Run:
    """Follow `wanted`, a position from -1 to 1 per price, paying the fraction `cost` of whatever is traded.

    Growth from price t-1 to t is (1 + held * (p[t] / p[t-1] - 1)) * (1 - cost * exits) * (1 - cost *
    entries), the trades being those at t. At the last price nothing is entered, and what is held stays open.
    Equity that is lost stays 0 and trades no more. `prices` is 1-dimensional, finite and positive. Raises
    `TooShort` below `delay` + 2 prices: no order would be filled and earn.
    """
    check_length(prices, delay + 2, f"a back-test that trades {delay} prices after a signal")
    trading = _follow(wanted, delay)
    market = 1 + trading.held[1:] * (prices[1:] / prices[:-1] - 1)
    lost = np.flatnonzero(market <= 0)
    ruined_at = int(lost[0]) + 1 if len(lost) else None
    if ruined_at is not None:
        market[ruined_at - 1] = 0
        market[ruined_at:] = 1
        trading.held[ruined_at + 1 :] = 0
        trading.after[ruined_at:] = 0
    return Run(trading, cost, market, ruined_at)


def _follow(wanted: Values, delay: int) -> Trading:
    after = np.append(np.zeros(delay), wanted[: len(wanted) - delay])
    held = np.append(0.0, after[:-1])
    after[-1] = held[-1] if held[-1] * after[-1] > 0 else 0.0
    return Trading(held, after)
