"""Headlines of the simulated market: what its reports and prices did, and small talk in between."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from mcp_servers.financial.vendors.reading import need_time_text
from mcp_servers.financial.vendors.requests import NewsRequest
from mcp_servers.financial.vendors.simulated.draws import draw_words
from mcp_servers.financial.vendors.simulated.moment import Moment, SimulatedView
from mcp_servers.financial.vendors.simulated.reported import read_reported
from mcp_servers.financial.vendors.simulated.sessions import (
    DAY_MINUTES,
    EPOCH,
    EPOCH_MINUTE,
    day_number,
    minute_of,
    moment_of,
)
from mcp_servers.financial.vendors.simulated.universe import Listing
from mcp_servers.problems import UnknownSymbol
from schemas.market.envelope import Envelope
from schemas.market.news import Article, News

PUBLISHER = "Simulated Newswire"
LARGE_MOVE = {"stock": 0.04, "etf": 0.025, "index": 0.025, "crypto": 0.07}
MINUTES_AFTER_CLOSE = 15
TALK_ONE_DAY_IN = 6
TALK_FIRST_MINUTE, TALK_MINUTES = 690, 540
"""From 11:30 UTC on."""
TALK = (
    ("{name} draws attention from investors", "Trading desks see more interest in {symbol} than usual."),
    ("Analysts discuss the outlook for {name}", "Views on {symbol} differ; no rating was changed."),
    ("{name} presents at an industry conference", "The company repeated what it had said before."),
    ("What to watch at {name} this week", "A look at the calendar and the chart of {symbol}."),
    ("{name}: options traders position for larger moves", "Volumes in contracts on {symbol} rose."),
)
WINDOW_DAYS = 30
EVERYBODY_WINDOW_DAYS = 2


@dataclass(frozen=True)
class NewsItem:
    """One item as the newswire sends it."""

    minute: int
    symbol: str
    topic: str
    headline: str
    summary: str


@dataclass(frozen=True)
class SimulatedNews:
    """News of any listing, crypto pairs included."""

    view: SimulatedView

    def make_query(self, request: NewsRequest) -> NewsRequest:
        return replace(request, symbols=[self._resolve(symbol) for symbol in request.symbols])

    async def fetch(self, query: NewsRequest) -> tuple[Moment, list[NewsItem]]:
        moment = self.view.moment()
        symbols = list(dict.fromkeys(query.symbols)) or list(self.view.universe.listings)
        window = timedelta(days=WINDOW_DAYS if query.symbols else EVERYBODY_WINDOW_DAYS)
        last = min(query.end or moment.now.date(), moment.now.date())
        first = max(query.start or EPOCH, EPOCH)
        items: list[NewsItem] = []
        while last >= first and len(items) < query.limit:
            start = max(first, last - window)
            for symbol in symbols:
                items += _items(moment, symbol, start, last)
            last = start - timedelta(days=1)
            window *= 2
        return moment, items

    def make_rows(self, query: NewsRequest, raw: tuple[Moment, list[NewsItem]]) -> Envelope[News]:
        moment, items = raw
        newest = sorted(items, key=lambda item: (-item.minute, item.symbol, item.topic))[: query.limit]
        articles = [
            Article(
                id=f"{item.symbol}-{item.minute}-{item.topic}",
                headline=item.headline,
                summary=item.summary,
                publisher=PUBLISHER,
                symbols=[item.symbol],
                published_at=need_time_text(moment_of(item.minute)),
            )
            for item in newest
        ]
        metadata = moment.label("news", moment_of(newest[0].minute) if newest else None, currency=None)
        return Envelope[News](data=News(articles=articles), metadata=metadata)

    def _resolve(self, symbol: str) -> str:
        try:
            return self.view.universe.crypto.resolve([symbol])[0]
        except UnknownSymbol:
            return self.view.universe.stocks.resolve([symbol])[0]


def _items(moment: Moment, symbol: str, first: date, last: date) -> Iterator[NewsItem]:
    """Everything about `symbol` in these days that is out by now."""
    listing, now = moment.listing(symbol), minute_of(moment.now)
    items = [*_moves(moment, listing, first, last), *_talk(moment.years.seed, listing, first, last)]
    start = EPOCH_MINUTE + day_number(first) * DAY_MINUTES
    end = EPOCH_MINUTE + (day_number(last) + 1) * DAY_MINUTES
    if symbol in moment.years.reports:
        items += _reports(moment, listing, start, end)
    yield from (item for item in items if start <= item.minute < end and item.minute <= now)


def _moves(moment: Moment, listing: Listing, first: date, last: date) -> Iterator[NewsItem]:
    """Sessions that are over and moved the price much."""
    sessions, bars = moment.sessions(listing.symbol), moment.history(listing.symbol).bars
    ratios = moment.history(listing.symbol).ratios
    start = max(sessions.place_of(first - timedelta(days=1)), 1)
    stop = min(sessions.place_of(last + timedelta(days=1)), sessions.count_complete(moment.now))
    for place in range(start, stop):
        before = int(bars.close[place - 1]) / float(ratios[place])
        change = int(bars.close[place]) / before - 1
        if abs(change) >= LARGE_MOVE[listing.asset_class]:
            verb = "rises" if change > 0 else "falls"
            day = sessions.date_at(place)
            yield NewsItem(
                int(sessions.closes[place]) + MINUTES_AFTER_CLOSE,
                listing.symbol,
                "move",
                f"{listing.name} {verb} {abs(change):.1%}",
                f"{listing.symbol} closed {change:+.1%} on {day:%B} {day.day}, {day.year}.",
            )


def _talk(seed: int, listing: Listing, first: date, last: date) -> Iterator[NewsItem]:
    start = max(day_number(first), 0)
    words = draw_words(seed, f"{listing.symbol}/news", start, day_number(last) + 1 - start)
    for day, word in enumerate(words.tolist(), start=start):
        if word % TALK_ONE_DAY_IN == 0:
            headline, summary = TALK[(word >> 16) % len(TALK)]
            minute = TALK_FIRST_MINUTE + (word >> 32) % TALK_MINUTES
            yield NewsItem(
                EPOCH_MINUTE + day * DAY_MINUTES + minute,
                listing.symbol,
                "talk",
                headline.format(name=listing.name, symbol=listing.symbol),
                summary.format(name=listing.name, symbol=listing.symbol),
            )


def _reports(moment: Moment, listing: Listing, start: int, end: int) -> Sequence[NewsItem]:
    """Reports that are published from the minute `start` to before `end`."""
    quarters = read_reported(moment, listing.symbol)
    items = []
    for place in range(*np.searchsorted(quarters.published[: quarters.known], [start, end]).tolist()):
        actual, estimate = float(quarters.eps[place]), float(quarters.estimates[place])
        verdict = "beats" if actual > estimate else "misses"
        period = quarters.period_end(place)
        quarter = f"Q{(period.month - 1) // 3 + 1} {period.year}"
        items.append(
            NewsItem(
                int(quarters.published[place]),
                listing.symbol,
                "earnings",
                f"{listing.name} {verdict} estimates for {quarter}",
                f"Earnings of {actual:.2f} dollars per share, against {estimate:.2f} expected.",
            )
        )
    return items
