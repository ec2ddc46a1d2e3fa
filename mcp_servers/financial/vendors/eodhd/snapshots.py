"""Delayed quotes of stocks and crypto pairs from EODHD."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from mcp_servers.financial.vendors.connection import NotFound, Reply
from mcp_servers.financial.vendors.eodhd.access import EodhdAccess, EodhdFetcher
from mcp_servers.financial.vendors.eodhd.tickers import canonical, find_currency, split_ticker, to_ticker
from mcp_servers.financial.vendors.reading import need_time_text, read_number, read_time
from mcp_servers.financial.vendors.requests import SnapshotsRequest
from schemas.market.envelope import Envelope
from schemas.market.prices import Snapshot, Snapshots

ENDPOINT = "/real-time"
TICKERS_PER_REQUEST = 20
STOCK_DELAY_SECONDS = 900
CRYPTO_DELAY_SECONDS = 60


class EodhdSnapshots(EodhdFetcher[SnapshotsRequest, list[str], Snapshots]):
    """A symbol that EODHD does not know comes as a row of "NA"."""

    def __init__(self, access: EodhdAccess, *, is_crypto: bool) -> None:
        super().__init__(access)
        self._is_crypto = is_crypto

    def make_query(self, request: SnapshotsRequest) -> list[str]:
        return [canonical(symbol) for symbol in request.symbols]

    async def ask(self, query: list[str]) -> Sequence[Reply]:
        symbols = list(dict.fromkeys(query))
        unspeakable = [symbol for symbol in symbols if to_ticker(symbol) is None]
        if unspeakable:
            raise await self._access.unknown(unspeakable)
        tickers = [str(to_ticker(symbol)) for symbol in symbols]
        parts = [
            tickers[first : first + TICKERS_PER_REQUEST]
            for first in range(0, len(tickers), TICKERS_PER_REQUEST)
        ]
        try:
            replies = await asyncio.gather(*(self._ask_part(part) for part in parts))
        except NotFound:
            replies = []
        known = _rows(replies)
        if missing := [symbol for symbol in symbols if symbol not in known]:
            raise await self._access.unknown(missing)
        return replies

    def read(self, query: list[str], replies: Sequence[Reply]) -> Envelope[Snapshots]:
        rows = _rows(replies)
        snapshots = [_make_snapshot(symbol, rows[symbol]) for symbol in query]
        metadata = self._access.label(
            ENDPOINT,
            replies,
            as_of=max(filter(None, (read_time(each.as_of) for each in snapshots))),
            symbols=query,
            currency=find_currency(query),
            delay=CRYPTO_DELAY_SECONDS if self._is_crypto else STOCK_DELAY_SECONDS,
        )
        return Envelope[Snapshots](data=Snapshots(snapshots=snapshots), metadata=metadata)

    async def _ask_part(self, tickers: list[str]) -> Reply:
        first, *more = tickers
        return await self._access.get(f"{ENDPOINT}/{first}", {"s": ",".join(more)} if more else None)


def _rows(replies: Sequence[Reply]) -> dict[str, dict[str, Any]]:
    """Rows that have a price, by symbol: one ticker comes as an object, several as a list."""
    contents = [reply.content if isinstance(reply.content, list) else [reply.content] for reply in replies]
    return {
        split_ticker(row["code"]): row
        for rows in contents
        for row in rows
        if read_number(row.get("close")) is not None
    }


def _make_snapshot(symbol: str, row: dict[str, Any]) -> Snapshot:
    price, previous = read_number(row["close"]), read_number(row.get("previousClose"))
    is_known = price is not None and previous
    return Snapshot(
        symbol=symbol,
        price=price,
        previous_close=previous,
        change=price - previous if is_known else None,  # type: ignore[operator]
        change_fraction=price / previous - 1 if is_known else None,  # type: ignore[operator]
        open=read_number(row.get("open")),
        high=read_number(row.get("high")),
        low=read_number(row.get("low")),
        volume=read_number(row.get("volume")),
        as_of=need_time_text(datetime.fromtimestamp(row["timestamp"], UTC)),
    )
