"""Bars of stocks and crypto pairs from Alpaca. Weeks and months are made of its days."""

import asyncio
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from mcp_servers.financial.bars import DAYS_PER_BAR, choose_bars, count_days, resample_days
from mcp_servers.financial.hours import NEW_YORK
from mcp_servers.financial.vendors.alpaca.access import AlpacaAccess, AlpacaFetcher, next_page_token
from mcp_servers.financial.vendors.alpaca.assets import AssetDirectory
from mcp_servers.financial.vendors.connection import Parameters, Reply
from mcp_servers.financial.vendors.reading import need_time_text, read_number, read_time
from mcp_servers.financial.vendors.requests import BarsRequest
from mcp_servers.problems import NoData
from schemas.market.envelope import Envelope
from schemas.market.prices import Bars, BarsBySymbol, Column

STOCK_ENDPOINT = "/v2/stocks/bars"
CRYPTO_ENDPOINT = "/v1beta3/crypto/us/bars"
POINTS_PER_PAGE_MAX = 10_000
FIRST_DAY = date(1990, 1, 1)
MINUTES = {"1Min": 1, "5Min": 5, "15Min": 15, "30Min": 30, "1Hour": 60, "4Hour": 240}
SESSION_MINUTES = 390
DAY_MINUTES = 1440
WHOLE_SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


@dataclass(frozen=True)
class AlpacaBarsQuery:
    """`bars_needed` is how many of the vendor's bars hold `limit` of ours."""

    request: BarsRequest
    parameters: Parameters
    bars_needed: int


class AlpacaBars(AlpacaFetcher[BarsRequest, AlpacaBarsQuery, BarsBySymbol]):
    """The last bars are asked for newest first; a period oldest first, up to one bar too many."""

    def __init__(self, access: AlpacaAccess, assets: AssetDirectory, *, is_crypto: bool) -> None:
        super().__init__(access)
        self._assets = assets
        self._is_crypto = is_crypto
        self._endpoint = CRYPTO_ENDPOINT if is_crypto else STOCK_ENDPOINT
        self._zone: tzinfo = UTC if is_crypto else NEW_YORK

    def make_query(self, request: BarsRequest) -> AlpacaBarsQuery:
        symbols = list(dict.fromkeys(symbol.strip().upper() for symbol in request.symbols))
        request = replace(request, symbols=symbols, feed=request.feed or self._access.feed)
        parameters: dict[str, str | int] = {
            "timeframe": "1Day" if request.timeframe in DAYS_PER_BAR else request.timeframe,
            "limit": POINTS_PER_PAGE_MAX,
        }
        if not self._is_crypto:
            parameters |= {"adjustment": request.adjustment, "feed": str(request.feed)}
        if request.start:
            parameters["start"] = self._moment(request.start, time.min)
        if request.end:
            parameters["end"] = self._moment(request.end, time.max)
        is_daily = request.timeframe in DAYS_PER_BAR
        needed = request.limit
        if is_daily:
            needed = count_days(request.timeframe, request.limit, is_crypto=self._is_crypto)
        return AlpacaBarsQuery(request, parameters, needed)

    async def ask(self, query: AlpacaBarsQuery) -> Sequence[Reply]:
        symbols = query.request.symbols
        if query.request.start:
            pages = await self._pages(query, symbols, {"sort": "asc"}, query.bars_needed + 1)
        elif len(symbols) == 1:
            pages = await self._newest(query, symbols[0])
        else:
            pages = await self._newest_of_all(query)
        missing = [symbol for symbol in symbols if not _count(pages, symbol)]
        # Paging may have stopped at a symbol with too many bars; `choose_bars` refuses those.
        if missing and next_page_token(pages[-1]) is None:
            await self._assets.check(missing, is_crypto=self._is_crypto)
            await self._complain_of_nothing(query, missing[0])
        return pages

    def read(self, query: AlpacaBarsQuery, replies: Sequence[Reply]) -> Envelope[BarsBySymbol]:
        request = query.request
        is_whole = next_page_token(replies[-1]) is None
        bars = {
            symbol: choose_bars(
                self._make_bars(request, symbol, _rows(replies, symbol)),
                request.limit,
                is_period=request.start is not None,
                is_whole=is_whole,
            )
            for symbol in request.symbols
        }
        newest = max(each.timestamp[-1] for each in bars.values())
        metadata = self._access.label(
            self._endpoint,
            replies,
            as_of=read_time(newest) if "T" in newest else date.fromisoformat(newest),
            is_crypto=self._is_crypto,
            feed="us" if self._is_crypto else request.feed,
            adjustment=None if self._is_crypto else request.adjustment,
        )
        return Envelope[BarsBySymbol](data=BarsBySymbol(bars=bars), metadata=metadata)

    async def _pages(
        self, query: AlpacaBarsQuery, symbols: list[str], more: Parameters, enough: int
    ) -> list[Reply]:
        """Pages until one of `symbols` has `enough` bars, or the last one."""
        parameters = {**query.parameters, **more, "symbols": ",".join(symbols)}
        return await self._access.get_pages(self._endpoint, parameters, _has(symbols, enough))

    async def _newest(self, query: AlpacaBarsQuery, symbol: str) -> list[Reply]:
        size = min(query.bars_needed, POINTS_PER_PAGE_MAX)
        more: Parameters = {"sort": "desc", "start": self._moment(FIRST_DAY, time.min), "limit": size}
        return await self._pages(query, [symbol], more, query.bars_needed)

    async def _newest_of_all(self, query: AlpacaBarsQuery) -> list[Reply]:
        """One window that holds enough bars of an ordinary symbol, then each symbol that has fewer in it."""
        last = query.request.end or self._access.now().astimezone(self._zone).date()
        minutes = MINUTES.get(query.request.timeframe, DAY_MINUTES)
        per_day = max(1, (DAY_MINUTES if self._is_crypto else SESSION_MINUTES) // minutes)
        days = math.ceil(query.bars_needed / per_day * 1.5) + 7
        first = last - min(timedelta(days=days), last - FIRST_DAY)
        window = {"sort": "asc", "start": self._moment(first, time.min)}
        pages = await self._access.get_pages(
            self._endpoint, {**query.parameters, **window, "symbols": ",".join(query.request.symbols)}
        )
        short = [each for each in query.request.symbols if _count(pages, each) < query.bars_needed]
        if first == FIRST_DAY:
            return pages
        for more in await asyncio.gather(*(self._newest(query, symbol) for symbol in short)):
            pages.extend(more)
        return pages

    async def _complain_of_nothing(self, query: AlpacaBarsQuery, symbol: str) -> None:
        """Raises `NoData` with the first and last day that there are."""
        days: Parameters = {"timeframe": "1Day", "start": self._moment(FIRST_DAY, time.min), "limit": 1}
        kept = {name: query.parameters[name] for name in ("feed",) if name in query.parameters}
        ends = [
            await self._access.data.get(self._endpoint, {**days, **kept, "symbols": symbol, "sort": sort})
            for sort in ("asc", "desc")
        ]
        first, last = (
            self._stamp("1Day", rows[0]["t"]) if (rows := _rows([end], symbol)) else None for end in ends
        )
        span = f"it has {first} to {last}" if first else "it has none at all on this feed"
        raise NoData(
            f"no {query.request.timeframe} bar of {symbol} in this period; {span}", first=first, last=last
        )

    def _make_bars(self, request: BarsRequest, symbol: str, rows: list[dict[str, Any]]) -> Bars:
        is_daily = request.timeframe in DAYS_PER_BAR

        def column(key: str) -> Column:
            return [read_number(row.get(key)) for row in rows]

        bars = Bars(
            symbol=symbol,
            timeframe="1Day" if is_daily else request.timeframe,
            timestamp=[self._stamp(request.timeframe, row["t"]) for row in rows],
            open=column("o"),
            high=column("h"),
            low=column("l"),
            close=column("c"),
            volume=column("v"),
            vwap=column("vw"),
            trade_count=column("n"),
        )
        return resample_days(bars, request.timeframe) if is_daily and request.timeframe != "1Day" else bars

    def _stamp(self, timeframe: str, text: str) -> str:
        if timeframe in DAYS_PER_BAR:
            return datetime.fromisoformat(text).astimezone(self._zone).date().isoformat()
        # Bars begin at whole seconds, so that their times are nearly always in our form already.
        return text if WHOLE_SECOND.fullmatch(text) else need_time_text(text)

    def _moment(self, day: date, at: time) -> str:
        """The first or last second of a day where the market is."""
        return datetime.combine(day, at.replace(microsecond=0), self._zone).isoformat()


def _rows(pages: Sequence[Reply], symbol: str) -> list[dict[str, Any]]:
    """The bars of one symbol, oldest first, each once: windows of several questions may overlap."""
    rows = {row["t"]: row for page in pages for row in page.content["bars"].get(symbol) or []}
    return [rows[moment] for moment in sorted(rows)]


def _count(pages: Sequence[Reply], symbol: str) -> int:
    return sum(len((page.content.get("bars") or {}).get(symbol) or []) for page in pages)


def _has(symbols: list[str], enough: int) -> Callable[[Sequence[Reply]], bool]:
    return lambda pages: any(_count(pages, symbol) >= enough for symbol in symbols)
