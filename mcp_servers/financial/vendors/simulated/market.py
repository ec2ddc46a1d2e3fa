"""The simulated market: every series that follows from one seed, made when asked for and kept."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

import numpy as np

from mcp_servers.financial.vendors.simulated.corporate_events import Reports, schedule_reports
from mcp_servers.financial.vendors.simulated.factor_model import ReturnPaths, simulate_returns
from mcp_servers.financial.vendors.simulated.financials import Financials, make_financials
from mcp_servers.financial.vendors.simulated.intraday import make_minutes
from mcp_servers.financial.vendors.simulated.price_history import BarColumns, PriceHistory, build_history
from mcp_servers.financial.vendors.simulated.resampling import merge_sessions, resample_minutes
from mcp_servers.financial.vendors.simulated.sessions import (
    ANCHOR_DAY,
    Sessions,
    crypto_sessions,
    minute_of,
    us_sessions,
)
from mcp_servers.financial.vendors.simulated.universe import Listing, Universe, load_universe

CHUNK_SESSIONS = 32
CHUNKS_KEPT = 64
"""At most 64 x 32 days of minutes: 160 MB if all were crypto, 45 MB of stocks."""
YEARS_KEPT = 2


class SimulatedMarket:
    """All listings. What is past at one `now` is the same at every later one, and whoever asked before."""

    def __init__(self, seed: int = 1, universe: Universe | None = None) -> None:
        self.seed = seed
        self.universe = universe or load_universe()
        self._until = lru_cache(maxsize=YEARS_KEPT)(self._make_years)

    def at(self, now: datetime) -> "Years":
        """The market as far as the end of the year after `now`, when the next sessions are known too."""
        return self._until(max(now.year, ANCHOR_DAY.year) + 1)

    def _make_years(self, last_year: int) -> "Years":
        return Years(self.seed, self.universe, last_year)


class Years:
    """The history of every listing to the end of `last_year`, in whole sessions and in minutes."""

    def __init__(self, seed: int, universe: Universe, last_year: int) -> None:
        self.seed = seed
        self.universe = universe
        self.us = us_sessions(last_year)
        self.crypto = crypto_sessions(last_year)
        self.reports: Mapping[str, Reports] = {
            each.symbol: schedule_reports(seed, each, self.us) for each in universe.of_class("stock")
        }
        self._histories: dict[str, PriceHistory] = {}
        self._financials: dict[str, Financials] = {}
        self._paths: dict[bool, ReturnPaths] = {}
        self._chunk = lru_cache(maxsize=CHUNKS_KEPT)(self._make_chunk)

    def sessions(self, listing: Listing) -> Sessions:
        return self.crypto if listing.asset_class == "crypto" else self.us

    def paths(self, listing: Listing) -> ReturnPaths:
        """The returns of everything that trades in the same sessions as `listing`."""
        is_crypto = listing.asset_class == "crypto"
        if is_crypto not in self._paths:
            alike = [
                each
                for each in self.universe.listings.values()
                if (each.asset_class == "crypto") == is_crypto
            ]
            reactions = {symbol: reports.reactions for symbol, reports in self.reports.items()}
            self._paths[is_crypto] = simulate_returns(self.seed, alike, self.sessions(listing), reactions)
        return self._paths[is_crypto]

    def history(self, symbol: str) -> PriceHistory:
        """The daily bars of a listing, future ones included: callers cut them at their `now`."""
        if symbol not in self._histories:
            listing = self.universe.listings[symbol]
            sessions, paths = self.sessions(listing), self.paths(listing)
            self._histories[symbol] = build_history(self.seed, listing, sessions, paths)
        return self._histories[symbol]

    def financials(self, symbol: str) -> Financials:
        """All quarters of a stock, future ones included."""
        if symbol not in self._financials:
            history = self.history(symbol)
            paths, reports = self.paths(history.listing), self.reports[symbol]
            self._financials[symbol] = make_financials(self.seed, history, self.us, reports, paths)
        return self._financials[symbol]

    def daily(self, symbol: str, now: datetime) -> BarColumns:
        """Every daily bar up to `now`; the last one of an open session has the minutes that are over."""
        history = self.history(symbol)
        sessions = self.sessions(history.listing)
        complete = sessions.count_complete(now)
        if sessions.count_opened(now) <= complete:
            return history.bars[:complete]
        today = merge_sessions(_over_by(self.session_minutes(symbol, complete), now), sessions)
        pairs = zip(history.bars[:complete].columns(), today.columns(), strict=True)
        return BarColumns(*(np.concatenate(pair) for pair in pairs))

    def intraday(self, symbol: str, places: range, length_minutes: int, now: datetime) -> BarColumns:
        """Bars of the sessions at `places`, without the minutes that are not over at `now`."""
        sessions = self.sessions(self.universe.listings[symbol])
        chunks = range(places.start // CHUNK_SESSIONS, -(-places.stop // CHUNK_SESSIONS))
        parts = []
        for chunk in chunks:
            minutes = _over_by(self._chunk(symbol, chunk), now)
            wanted = slice(*np.searchsorted(minutes.places, [places.start, places.stop]))
            parts.append(resample_minutes(minutes[wanted], sessions, length_minutes))
        columns = zip(*(part.columns() for part in parts), strict=True)
        return BarColumns(*(np.concatenate(column) for column in columns))

    def session_minutes(self, symbol: str, place: int) -> BarColumns:
        """Every minute of one session, also those that are not over."""
        history = self.history(symbol)
        return make_minutes(self.seed, history, self.sessions(history.listing), place, place + 1)

    def _make_chunk(self, symbol: str, chunk: int) -> BarColumns:
        history = self.history(symbol)
        sessions = self.sessions(history.listing)
        first = chunk * CHUNK_SESSIONS
        last = min(first + CHUNK_SESSIONS, len(sessions.days))
        return make_minutes(self.seed, history, sessions, first, last)


def _over_by(minutes: BarColumns, now: datetime) -> BarColumns:
    return minutes[: int(np.searchsorted(minutes.minutes, minute_of(now), side="left"))]
