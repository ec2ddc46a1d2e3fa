"""When companies report, pay and split. Days follow from the seed; what happens on them from the prices."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from mcp_servers.financial.vendors.simulated.draws import Floats, Integers, draw_integer, draw_words
from mcp_servers.financial.vendors.simulated.sessions import EPOCH, Sessions, date_of, day_number
from mcp_servers.financial.vendors.simulated.universe import Listing

REPORT_DAYS_MIN = 18
"""Days from the end of a quarter to the first reports."""
REPORT_SPREAD_DAYS = 24
REPORT_JITTER_DAYS = 4
EX_DAY_MIN, EX_DAY_SPREAD = 4, 18
SPLIT_PRICE_MIN, SPLIT_PRICE_MAX = 40, 3000
"""Companies whose shares cost less see no reason to split; those above never did."""
SPLIT_GROWTH_MIN, SPLIT_GROWTH_SPREAD = 2.0, 2.0
SPLIT_RATIOS = (2, 3, 4, 5, 10)
DIVIDEND_ADJUSTMENT = 0.3
"""How far a year's dividend moves to its target (Lintner 1956)."""


@dataclass(frozen=True)
class Reports:
    """Quarterly reports as columns, oldest first; `places` and `reactions` are places in the sessions."""

    period_ends: list[date]
    places: Integers
    reactions: Integers
    time: Literal["before_market", "after_market"]


@dataclass(frozen=True)
class Payouts:
    """By session: `levels` multiplies a price that pays nothing out.

    `ratios` are new shares for each old one, `yields` are dividends as fractions of the close before.
    """

    levels: Floats
    ratios: Floats
    yields: Floats


def quarter_ends(last_year: int) -> list[date]:
    """Ends of calendar quarters from the one before `EPOCH`, oldest first."""
    ends = [date(EPOCH.year - 1, 12, 31)]
    for year in range(EPOCH.year, last_year + 1):
        ends += [date(year, 3, 31), date(year, 6, 30), date(year, 9, 30), date(year, 12, 31)]
    return ends


def schedule_reports(seed: int, listing: Listing, sessions: Sessions) -> Reports:
    """All reports within `sessions`: each company has its place in the season, give or take a few days."""
    ends = quarter_ends(date_of(int(sessions.days[-1])).year)
    stream = f"{listing.symbol}/reports"
    offset = draw_integer(seed, f"{listing.symbol}/report season", 0, REPORT_SPREAD_DAYS)
    jitter = (draw_words(seed, stream, 0, len(ends)) >> np.uint64(60)).astype(np.int64) % REPORT_JITTER_DAYS
    days = np.array([day_number(end) for end in ends]) + REPORT_DAYS_MIN + offset + jitter
    places = sessions.first_on_or_after(days)
    is_late = draw_integer(seed, f"{listing.symbol}/report time", 0, 2) == 1
    known = int(np.searchsorted(places + is_late, len(sessions.days), side="left"))
    places = places[:known]
    return Reports(ends[:known], places, places + is_late, "after_market" if is_late else "before_market")


def pay_out(seed: int, listing: Listing, sessions: Sessions, growth: Floats) -> Payouts:
    """What leaves the price of a share whose value with everything reinvested is `growth`."""
    levels, ratios, yields = np.ones_like(growth), np.ones_like(growth), np.zeros_like(growth)
    level, annual, year = 1.0, 0.0, 0
    base, threshold = float(growth[0]), _split_threshold(seed, listing)
    done = 0
    for place, is_payment in _event_places(seed, listing, sessions):
        levels[done:place] = level
        done = place
        price = float(growth[place - 1]) * level
        if not is_payment:
            ratio = _split_ratio(price / base, threshold)
            ratios[place] = ratio
            level, annual = level / ratio, annual / ratio
            base = price / ratio if ratio > 1 else base
            continue
        target = listing.dividend_yield * price
        if (this_year := date_of(int(sessions.days[place])).year) != year:
            year = this_year
            annual = annual + DIVIDEND_ADJUSTMENT * (target - annual) if annual else target
        yields[place] = min(annual / 4 / price, 0.25)
        level *= 1 - yields[place]
    levels[done:] = level
    return Payouts(levels, ratios, yields)


def _event_places(seed: int, listing: Listing, sessions: Sessions) -> list[tuple[int, bool]]:
    """Places of sessions at which a split is thought about (False) or a dividend goes ex (True)."""
    month = draw_integer(seed, f"{listing.symbol}/dividend month", 0, 3)
    day = EX_DAY_MIN + draw_integer(seed, f"{listing.symbol}/dividend day", 0, EX_DAY_SPREAD)
    years = range(EPOCH.year, date_of(int(sessions.days[-1])).year + 1)
    quarters = [(year, first) for year in years for first in (1, 4, 7, 10)]
    days: list[tuple[int, bool]] = []
    if listing.asset_class == "stock" and SPLIT_PRICE_MIN <= listing.price < SPLIT_PRICE_MAX:
        days += [(day_number(date(year, first + 2, 1)), False) for year, first in quarters]
    if listing.dividend_yield:
        days += [(day_number(date(year, first + month, day)), True) for year, first in quarters]
    places = sessions.first_on_or_after(np.array([day for day, _ in days], dtype=np.int64)).tolist()
    events = zip(places, (is_payment for _, is_payment in days), strict=True)
    return sorted(event for event in events if 0 < event[0] < len(sessions.days))


def _split_threshold(seed: int, listing: Listing) -> float:
    share = draw_integer(seed, f"{listing.symbol}/split threshold", 0, 1000) / 1000
    return SPLIT_GROWTH_MIN + SPLIT_GROWTH_SPREAD * share


def _split_ratio(growth: float, threshold: float) -> float:
    """The largest customary ratio that the growth since the last split allows; 1 for none."""
    if growth < threshold:
        return 1.0
    return float(max(ratio for ratio in SPLIT_RATIOS if ratio <= growth))
