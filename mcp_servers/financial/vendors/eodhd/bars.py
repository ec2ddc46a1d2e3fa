"""Daily bars of stocks, indices and crypto pairs from EODHD. Weeks and months are made of its days."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from mcp_servers.financial.bars import DAYS_PER_BAR, choose_bars, count_days, resample_days
from mcp_servers.financial.vendors.connection import Reply
from mcp_servers.financial.vendors.eodhd.access import NAME, EodhdAccess, EodhdFetcher
from mcp_servers.financial.vendors.eodhd.tickers import canonical, find_currency, find_market
from mcp_servers.financial.vendors.failures import NotOffered
from mcp_servers.financial.vendors.reading import need_number, read_number
from mcp_servers.financial.vendors.requests import BarsRequest
from mcp_servers.problems import NoData
from schemas.market.envelope import Envelope
from schemas.market.prices import Adjustment, Bars, BarsBySymbol

ENDPOINT = "/eod"
ADJUSTMENTS: tuple[Adjustment, ...] = ("raw", "all")
CALENDAR_DAYS_PER_SESSION = 1.6
FIRST_DAY = date(1900, 1, 1)


@dataclass(frozen=True)
class EodhdBarsQuery:
    """`days_needed` is how many daily bars hold `limit` of ours."""

    request: BarsRequest
    days_needed: int


class EodhdBars(EodhdFetcher[BarsRequest, EodhdBarsQuery, BarsBySymbol]):
    """Only the close comes adjusted: the day's other prices are adjusted by the same ratio.

    Volumes come adjusted for splits, so that there are none beside raw prices.
    """

    def __init__(self, access: EodhdAccess, *, is_crypto: bool) -> None:
        super().__init__(access)
        self._is_crypto = is_crypto

    def make_query(self, request: BarsRequest) -> EodhdBarsQuery:
        if request.timeframe not in DAYS_PER_BAR:
            raise NotOffered(
                f"{NAME} has no {request.timeframe} bars here; ask for {', '.join(DAYS_PER_BAR)}",
                available=list(DAYS_PER_BAR),
            )
        if request.adjustment not in ADJUSTMENTS and not self._is_crypto:
            raise NotOffered(
                f"{NAME} has no prices with adjustment {request.adjustment!r}; ask for 'raw' or 'all'",
                available=list(ADJUSTMENTS),
            )
        symbols = list(dict.fromkeys(canonical(symbol) for symbol in request.symbols))
        days = count_days(request.timeframe, request.limit, is_crypto=self._is_crypto)
        return EodhdBarsQuery(replace(request, symbols=symbols), days)

    async def ask(self, query: EodhdBarsQuery) -> Sequence[Reply]:
        return await asyncio.gather(*(self._ask_one(query, symbol) for symbol in query.request.symbols))

    def read(self, query: EodhdBarsQuery, replies: Sequence[Reply]) -> Envelope[BarsBySymbol]:
        request = query.request
        bars = {
            symbol: choose_bars(
                self._make_bars(request, symbol, reply.content),
                request.limit,
                is_period=request.start is not None,
            )
            for symbol, reply in zip(request.symbols, replies, strict=True)
        }
        newest = max(each.timestamp[-1] for each in bars.values())
        is_adjusted = any(find_market(symbol) in ("us", "other") for symbol in request.symbols)
        metadata = self._access.label(
            ENDPOINT,
            replies,
            as_of=date.fromisoformat(newest),
            symbols=request.symbols,
            adjustment=request.adjustment if is_adjusted else None,
            currency=find_currency(request.symbols),
        )
        return Envelope[BarsBySymbol](data=BarsBySymbol(bars=bars), metadata=metadata)

    async def _ask_one(self, query: EodhdBarsQuery, symbol: str) -> Reply:
        """A window that holds enough days of an ordinary symbol; all there are when it does not."""
        request = query.request
        last = request.end or self._access.now().date()
        span = timedelta(days=round(query.days_needed * CALENDAR_DAYS_PER_SESSION) + 10)
        first = request.start or last - min(span, last - FIRST_DAY)
        everything = {"period": "d", "order": "a"}
        until = {**everything, "to": str(last)}
        reply = await self._access.get_of(symbol, ENDPOINT, {**until, "from": str(first)})
        if request.start is None and len(reply.content) < query.days_needed:
            reply = await self._access.get_of(symbol, ENDPOINT, until)
        if not reply.content:
            whole = await self._access.get_of(symbol, ENDPOINT, everything)
            raise self._nothing(request, symbol, whole.content)
        return reply

    def _nothing(self, request: BarsRequest, symbol: str, rows: list[dict[str, Any]]) -> NoData:
        first, last = (rows[0]["date"], rows[-1]["date"]) if rows else (None, None)
        span = f"it has {first} to {last}" if rows else "it has none at all"
        told = f"no {request.timeframe} bar of {symbol} in this period; {span}"
        return NoData(told, first=first, last=last)

    def _make_bars(self, request: BarsRequest, symbol: str, rows: list[dict[str, Any]]) -> Bars:
        is_raw = request.adjustment == "raw" and not self._is_crypto
        ratios = [1.0 if is_raw else _ratio(row) for row in rows]

        def column(name: str) -> list[float | None]:
            values = [read_number(row.get(name)) for row in rows]
            return [
                None if value is None else value * ratio for value, ratio in zip(values, ratios, strict=True)
            ]

        days = Bars(
            symbol=symbol,
            timeframe="1Day",
            timestamp=[row["date"] for row in rows],
            open=column("open"),
            high=column("high"),
            low=column("low"),
            close=[need_number(row["close" if is_raw else "adjusted_close"]) for row in rows],
            volume=[None if is_raw else read_number(row.get("volume")) for row in rows],
        )
        return days if request.timeframe == "1Day" else resample_days(days, request.timeframe)


def _ratio(row: dict[str, Any]) -> float:
    """What a day's prices are multiplied with to be adjusted as its close is."""
    close = need_number(row["close"])
    return need_number(row["adjusted_close"]) / close if close else 1.0
