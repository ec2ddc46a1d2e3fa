"""Minute bars of past sessions, made to fit the daily bar exactly: open, high, low, close and volume."""

import numpy as np

from mcp_servers.financial.vendors.simulated.draws import SHOCKS, Floats, Integers, draw_words, split_words
from mcp_servers.financial.vendors.simulated.price_history import BarColumns, PriceHistory
from mcp_servers.financial.vendors.simulated.sessions import DAY_MINUTES, Sessions

WICK_SHARE = 0.35
"""Mean reach of a minute's high beyond its open and close, in ordinary moves of a minute."""
STOCK_BUSY_ENDS = 3.0
"""How many times more than in the middle of the day is traded when it opens and closes."""
CRYPTO_BUSY_ENDS = 0.6


def make_minutes(seed: int, history: PriceHistory, sessions: Sessions, first: int, last: int) -> BarColumns:
    """Every minute of the sessions `first` to `last` - 1, by their places, oldest first."""
    lengths = sessions.closes[first:last] - sessions.opens[first:last]
    parts = [
        _make_sessions(seed, history, sessions, first + np.flatnonzero(lengths == length), int(length))
        for length in np.unique(lengths)
    ]
    columns = [np.concatenate(column) for column in zip(*(part.columns() for part in parts), strict=True)]
    order = np.argsort(columns[0], kind="stable")
    return BarColumns(*(column[order] for column in columns))


def _make_sessions(
    seed: int, history: PriceHistory, sessions: Sessions, places: Integers, length: int
) -> BarColumns:
    """The sessions at `places`, which are all `length` minutes long."""
    is_crypto = history.listing.asset_class == "crypto"
    step, up, down, volume = (
        draw.reshape(len(places), length)
        for draw in split_words(_words(seed, history.listing.symbol, sessions.days[places], length))
    )
    days = _column_vectors(history.bars, places)
    busy = _busy_ends(length, CRYPTO_BUSY_ENDS if is_crypto else STOCK_BUSY_ENDS)
    path = _path(days, SHOCKS.normal[step] * np.sqrt(busy))
    first, last = path[:, :-1], path[:, 1:]
    wick = np.sqrt((days["high"] - days["low"]) ** 2 / length) * WICK_SHARE
    high = np.maximum(first, last) + np.rint(wick * SHOCKS.exponential[up]).astype(np.int64)
    low = np.minimum(first, last) - np.rint(wick * SHOCKS.exponential[down]).astype(np.int64)
    high, low = np.minimum(high, days["high"]), np.maximum(low, days["low"])
    rows = np.arange(len(places))
    high[rows, np.argmax(high, axis=1)] = days["high"][:, 0]
    low[rows, np.argmin(low, axis=1)] = days["low"][:, 0]
    minutes = sessions.opens[places][:, np.newaxis] + np.arange(length)
    weights = busy * (0.4 + 0.6 * SHOCKS.exponential[volume])
    columns = (first, high, low, last, _share_out(days["volume"], weights))
    return BarColumns(minutes.ravel(), np.repeat(places, length), *(column.ravel() for column in columns))


def _words(
    seed: int, symbol: str, days: Integers, length: int
) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """A word for each minute. A day has its own stretch of the stream, however long its session is."""
    start = int(days[0])
    words = draw_words(
        seed, f"{symbol}/minutes", start * DAY_MINUTES, (int(days[-1]) + 1 - start) * DAY_MINUTES
    )
    return np.ascontiguousarray(words.reshape(-1, DAY_MINUTES)[days - start, :length]).ravel()


def _column_vectors(bars: BarColumns, places: Integers) -> dict[str, Integers]:
    names = ("open", "high", "low", "close", "volume")
    return {name: getattr(bars, name)[places][:, np.newaxis] for name in names}


def _busy_ends(length: int, strength: float) -> Floats:
    """The shape of a session, (length,): a U that is 1 in the middle."""
    position = (2 * np.arange(length) + 1 - length) / length
    return np.asarray(1 + strength * (position * position) * (position * position))


def _path(days: dict[str, Integers], steps: Floats) -> Integers:
    """Prices at the minutes' ends, (days, length + 1), from open to close and from the low to the high.

    A Brownian bridge; what is beyond open and close is then stretched to reach exactly high and low.
    """
    length = steps.shape[1]
    walk = np.concatenate([np.zeros((len(steps), 1)), np.cumsum(steps, axis=1)], axis=1)
    share = np.arange(length + 1) / length
    bridge = (walk - share * walk[:, -1:]) * ((days["high"] - days["low"]) / np.sqrt(float(length)) * 0.6)
    path = days["open"] + (days["close"] - days["open"]) * share + bridge
    top, bottom = np.maximum(days["open"], days["close"]), np.minimum(days["open"], days["close"])
    above, below = np.maximum(path - top, 0), np.maximum(bottom - path, 0)
    inside = np.clip(path, bottom, top)
    up = above * ((days["high"] - top) / np.maximum(above.max(axis=1, keepdims=True), 1e-9))
    down = below * ((bottom - days["low"]) / np.maximum(below.max(axis=1, keepdims=True), 1e-9))
    whole = np.rint(inside + up - down).astype(np.int64)
    whole[:, :1], whole[:, -1:] = days["open"], days["close"]
    return np.asarray(np.clip(whole, days["low"], days["high"]), dtype=np.int64)


def _share_out(totals: Integers, weights: Floats) -> Integers:
    """`totals` (days, 1) split by `weights` (days, length) into integers that add up to them."""
    reached = np.cumsum(weights, axis=1)
    up_to = np.rint(totals * (reached / reached[:, -1:])).astype(np.int64)
    return np.diff(up_to, axis=1, prepend=0)
