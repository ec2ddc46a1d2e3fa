"""The latest state of stocks and crypto pairs from Alpaca."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from mcp_servers.financial.hours import NEW_YORK
from mcp_servers.financial.vendors.alpaca.access import FEED_DELAY_SECONDS, AlpacaAccess, AlpacaFetcher
from mcp_servers.financial.vendors.alpaca.assets import AssetDirectory
from mcp_servers.financial.vendors.connection import Parameters, Reply
from mcp_servers.financial.vendors.reading import need_time_text, read_number, read_time
from mcp_servers.financial.vendors.requests import SnapshotsRequest
from mcp_servers.problems import NoData
from schemas.market.envelope import Envelope
from schemas.market.prices import Snapshot, Snapshots

STOCK_ENDPOINT = "/v2/stocks/snapshots"
CRYPTO_ENDPOINT = "/v1beta3/crypto/us/snapshots"


@dataclass(frozen=True)
class SnapshotsQuery:
    """`symbols` in the order asked for, which may name one twice."""

    symbols: list[str]
    parameters: Parameters


class AlpacaSnapshots(AlpacaFetcher[SnapshotsRequest, SnapshotsQuery, Snapshots]):
    """The price is that of the latest trade; its change is from the close of the day before it."""

    def __init__(self, access: AlpacaAccess, assets: AssetDirectory, *, is_crypto: bool) -> None:
        super().__init__(access)
        self._assets = assets
        self._is_crypto = is_crypto
        self._endpoint = CRYPTO_ENDPOINT if is_crypto else STOCK_ENDPOINT

    def make_query(self, request: SnapshotsRequest) -> SnapshotsQuery:
        symbols = [symbol.strip().upper() for symbol in request.symbols]
        parameters = {"symbols": ",".join(dict.fromkeys(symbols))}
        feed = {} if self._is_crypto else {"feed": str(self._access.feed)}
        return SnapshotsQuery(symbols, parameters | feed)

    async def ask(self, query: SnapshotsQuery) -> Sequence[Reply]:
        reply = await self._access.data.get(self._endpoint, query.parameters)
        found = find_snapshots(reply)
        missing = [symbol for symbol in query.symbols if not found.get(symbol)]
        if missing:
            await self._assets.check(missing, is_crypto=self._is_crypto)
            raise NoData(
                f"alpaca has no price of {', '.join(missing)} now; ask for its bars", symbols=missing
            )
        return [reply]

    def read(self, query: SnapshotsQuery, replies: Sequence[Reply]) -> Envelope[Snapshots]:
        found = find_snapshots(replies[0])
        zone = UTC if self._is_crypto else NEW_YORK
        snapshots = [make_snapshot(symbol, found[symbol], zone) for symbol in query.symbols]
        feed = self._access.feed
        metadata = self._access.label(
            self._endpoint,
            replies,
            as_of=max(filter(None, (read_time(each.as_of) for each in snapshots)), default=None),
            is_crypto=self._is_crypto,
            feed="us" if self._is_crypto else feed,
            delay=0 if self._is_crypto else FEED_DELAY_SECONDS.get(feed),
        )
        return Envelope[Snapshots](data=Snapshots(snapshots=snapshots), metadata=metadata)


def find_snapshots(reply: Reply) -> dict[str, Any]:
    """The vendor's snapshots by symbol: those of crypto pairs are wrapped, those of stocks are not."""
    found: dict[str, Any] = reply.content.get("snapshots", reply.content)
    return found


def make_snapshot(symbol: str, item: dict[str, Any], zone: tzinfo) -> Snapshot:
    """`zone` decides which day a trade belongs to.

    Before the first bar of a day the vendor's `dailyBar` is that of the day before: its close is then the
    previous one, and the day has no open, high, low and volume yet.
    """
    trade, quote = item.get("latestTrade") or {}, item.get("latestQuote") or {}
    today, before = item.get("dailyBar") or {}, item.get("prevDailyBar") or {}
    if _day(trade, zone) and _day(today, zone) and _day(trade, zone) > _day(today, zone):
        today, before = {}, today
    price = read_number(trade.get("p", today.get("c")))
    previous_close = read_number(before.get("c"))
    is_known = price is not None and previous_close
    return Snapshot(
        symbol=symbol,
        price=price,
        previous_close=previous_close,
        change=price - previous_close if is_known else None,  # type: ignore[operator]
        change_fraction=price / previous_close - 1 if is_known else None,  # type: ignore[operator]
        open=read_number(today.get("o")),
        high=read_number(today.get("h")),
        low=read_number(today.get("l")),
        volume=read_number(today.get("v")),
        bid=read_number(quote.get("bp")) or None,
        ask=read_number(quote.get("ap")) or None,
        as_of=need_time_text(trade.get("t") or today.get("t")),
    )


def _day(item: dict[str, Any], zone: tzinfo) -> str:
    """The day of a trade or bar; "" when there is none."""
    return datetime.fromisoformat(item["t"]).astimezone(zone).date().isoformat() if item.get("t") else ""
