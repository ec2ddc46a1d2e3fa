"""The trades of a back-test: from entry to exit, each with what it did to the equity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcp_servers.analytics.backtest.engine import Run
from mcp_servers.analytics.series import Values

Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Trades:
    """One value per trade, oldest first: where it begins and ends, 1 or -1, whether open, 1 + return."""

    entries: Positions
    lasts: Positions
    sides: Positions
    open: NDArray[np.bool_]
    growth: Values


def list_trades(run: Run) -> Trades:
    """A trade is a run of periods on one side; it pays its own entry, changes of size, and exit.

    The product of their growths is the last equity.
    """
    trading = run.trading
    sides = np.sign(trading.held[1:]).astype(np.int64)
    starts = np.flatnonzero(np.diff(sides, prepend=0))
    if not len(starts):
        none = np.zeros(0, dtype=np.int64)
        return Trades(none, none, none, none > 0, np.zeros(0))
    opening = np.where(trading.turns, 1 - run.cost * trading.entries, 1)
    resizing = np.where(trading.turns, 1, 1 - run.cost * trading.entries)
    during = run.market * resizing[1:] * (1 - run.cost * trading.exits[1:])
    lasts = np.append(starts[1:], len(sides))
    traded = sides[starts] != 0
    growth = np.multiply.reduceat(during, starts) * opening[starts]
    still_open = (lasts == len(sides)) & (trading.after[-1] != 0)
    return Trades(starts[traded], lasts[traded], sides[starts][traded], still_open[traded], growth[traded])
