"""Daily bars of one listing in whole ticks, as they were traded, and what adjusts them."""

from dataclasses import dataclass
from math import log, sqrt

import numpy as np

from mcp_servers.financial.vendors.simulated.corporate_events import pay_out
from mcp_servers.financial.vendors.simulated.draws import (
    LEVELS,
    SHOCKS,
    Floats,
    Integers,
    Words,
    draw_integer,
    draw_words,
    split_words,
)
from mcp_servers.financial.vendors.simulated.factor_model import ReturnPaths
from mcp_servers.financial.vendors.simulated.sessions import ANCHOR_DAY, EPOCH, Sessions
from mcp_servers.financial.vendors.simulated.universe import Listing
from schemas.market.prices import Adjustment

OVERNIGHT_SHARE = 0.25
"""Of a day's variance: what happens between the close before and the open."""
CRYPTO_LOTS_PER_COIN = 1024
"""A power of two, so that volumes in coins add up exactly."""
DIVIDEND_DECIMALS = 4
VOLUME_SPREAD = 0.2
BASE_GROWTH, BETA_GROWTH, CRYPTO_GROWTH = 0.035, 0.05, 0.25
STOCK_GROWTH_SPREAD, FUND_GROWTH_SPREAD = 0.05, 0.01
GROWTH_MIN, GROWTH_MAX = -0.04, 0.20
"""Logarithmic growth a year, dividends included."""
DRIFT_DECIMALS = 7


@dataclass(frozen=True)
class BarColumns:
    """Bars as columns of integers: start minute, place of the session, prices in ticks, volume in lots."""

    minutes: Integers
    places: Integers
    open: Integers
    high: Integers
    low: Integers
    close: Integers
    volume: Integers

    def __getitem__(self, choice: slice) -> "BarColumns":
        return BarColumns(*(column[choice] for column in self.columns()))

    def __len__(self) -> int:
        return len(self.minutes)

    def columns(self) -> tuple[Integers, ...]:
        return (self.minutes, self.places, self.open, self.high, self.low, self.close, self.volume)


@dataclass(frozen=True)
class PriceHistory:
    """All daily bars to the end of the calendar, also those that have not happened yet.

    `ratios` are new shares for each old one and `dividends` the amounts per share, by session.
    """

    listing: Listing
    bars: BarColumns
    ratios: Floats
    dividends: Floats
    anchor: int

    @property
    def tick(self) -> int:
        """Ticks per dollar."""
        return int(10**self.listing.price_decimals)

    @property
    def lot(self) -> int:
        """Lots per share or coin."""
        return CRYPTO_LOTS_PER_COIN if self.listing.asset_class == "crypto" else 1

    def closes(self, count: int) -> Floats:
        """Unadjusted closes of the first `count` sessions in dollars."""
        return self.bars.close[:count] / self.tick

    def shares(self, place: int) -> float:
        """Shares outstanding on a session: splits are all that changes them."""
        ratios = np.cumprod(self.ratios)
        return float(self.listing.shares * ratios[place] / ratios[self.anchor])

    def factors(self, count: int, adjustment: Adjustment) -> tuple[Floats, Floats]:
        """What prices and volumes of the first `count` sessions are multiplied by, as seen on the last."""
        splits, payments = np.ones(count), np.ones(count)
        if adjustment in ("split", "all"):
            splits[:-1] = _product_of_later(self.ratios[:count])
        if adjustment in ("dividend", "all"):
            kept = 1 - self.dividends[1:count] / self.closes(count - 1)
            payments[:-1] = _product_of_later(np.concatenate([[1.0], kept]))
        return payments / splits, splits


def build_history(seed: int, listing: Listing, sessions: Sessions, paths: ReturnPaths) -> PriceHistory:
    """The bars of `listing` out of its returns, so that the anchor day closes at its tabled price."""
    column = paths.columns[listing.symbol]
    anchor = sessions.place_of(ANCHOR_DAY)
    variances = np.ascontiguousarray(paths.variances[:, column])
    returns = paths.returns[:, column]
    returns = returns + _drift(seed, listing, returns[: anchor + 1])
    growth = np.cumprod(1 + returns, dtype=np.float64)
    payouts = pay_out(seed, listing, sessions, growth)
    close = growth * payouts.levels
    close = close * (listing.price / close[anchor])
    before = np.concatenate([[close[0] / (1 + returns[0])], close[:-1]])
    dividends = np.round(before * payouts.yields, DIVIDEND_DECIMALS)
    start = close / (1 + returns)

    words = [
        split_words(
            draw_words(seed, f"{listing.symbol}/{name}", 0, int(sessions.days[-1]) + 1)[sessions.days]
        )
        for name in ("bars", "volumes")
    ]
    opened, highest, lowest = _spread(start, close, variances, words[0])
    tick = 10**listing.price_decimals
    first, high, low, last = (
        np.maximum(np.rint(price * tick), 1).astype(np.int64) for price in (opened, highest, lowest, close)
    )
    lots = CRYPTO_LOTS_PER_COIN if listing.asset_class == "crypto" else 1
    ratios = np.cumprod(payouts.ratios)
    usual = sqrt(float(np.cumsum(variances[: anchor + 1])[-1]) / (anchor + 1))
    ordinary = listing.daily_volume * lots * (ratios / ratios[anchor])
    bars = BarColumns(
        minutes=sessions.opens,
        places=np.arange(len(returns)),
        open=first,
        high=np.maximum(high, np.maximum(first, last)),
        low=np.minimum(low, np.minimum(first, last)),
        close=last,
        volume=_volumes(ordinary, np.abs(returns) / usual, np.sqrt(variances) / usual, words[1]),
    )
    return PriceHistory(listing, bars, payouts.ratios, dividends, anchor)


def _drift(seed: int, listing: Listing, returns: Floats) -> float:
    """What to add to each of `returns`, which end on the anchor day, for a plausible growth in all.

    Without it, twenty years of chance would turn some companies to dust. It is rounded far above the last
    bit of a logarithm, in which machines differ.
    """
    years = (ANCHOR_DAY - EPOCH).days / 365.25
    chance = SHOCKS.normal[draw_integer(seed, f"{listing.symbol}/growth", 0, LEVELS)]
    if listing.asset_class == "crypto":
        annual = CRYPTO_GROWTH
    elif listing.asset_class == "stock":
        annual = BASE_GROWTH + BETA_GROWTH * listing.beta + STOCK_GROWTH_SPREAD * chance
    else:
        annual = BASE_GROWTH + BETA_GROWTH * listing.beta + FUND_GROWTH_SPREAD * chance
    annual = min(max(annual, GROWTH_MIN), GROWTH_MAX)
    return round((annual * years - log(np.cumprod(1 + returns)[-1])) / len(returns), DRIFT_DECIMALS)


def _spread(
    start: Floats, close: Floats, variances: Floats, words: list[Words]
) -> tuple[Floats, Floats, Floats]:
    """Opens, highs and lows. `start` is the close before, less what was paid out.

    The overnight move is the part of the day's move that a Brownian motion has covered by then. High and low
    are the extremes of a Brownian bridge from open to close (maximum: Karatzas and Shreve 1991, 4.3.40).
    """
    moves = close / start - 1
    noise = np.sqrt(variances * (OVERNIGHT_SHARE * (1 - OVERNIGHT_SHARE))) * SHOCKS.normal[words[1]]
    opened = start * np.maximum(1 + OVERNIGHT_SHARE * moves + noise, 0.3)
    day_moves = close / opened - 1
    spread = 2 * (1 - OVERNIGHT_SHARE) * variances
    up = np.sqrt(day_moves * day_moves + spread * SHOCKS.exponential[words[2]])
    down = np.sqrt(day_moves * day_moves + spread * SHOCKS.exponential[words[3]])
    return opened, opened * (1 + (day_moves + up) / 2), opened * np.maximum(1 + (day_moves - down) / 2, 0.2)


def _volumes(
    ordinary: Floats,
    moves: Floats,
    deviations: Floats,
    words: list[Words],
) -> Integers:
    """More is traded when prices move more than usual, and when they have been moving."""
    noise = 1 + VOLUME_SPREAD * SHOCKS.normal[words[0]] + VOLUME_SPREAD * (SHOCKS.exponential[words[1]] - 1)
    activity = 0.25 + 0.4 * deviations + 0.4 * moves
    return np.maximum(np.rint(ordinary * activity * np.maximum(noise, 0.3)), 1).astype(np.int64)


def _product_of_later(factors: Floats) -> Floats:
    """For each element but the last, the product of all that come after it."""
    return np.cumprod(factors[:0:-1], dtype=np.float64)[::-1]
