"""An Alpaca account: what it holds, ordered and was worth. It is read and never written."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from typing_extensions import override

from mcp_servers.financial.hours import NEW_YORK
from mcp_servers.financial.vendors.alpaca.access import AlpacaPlainFetcher
from mcp_servers.financial.vendors.connection import Reply
from mcp_servers.financial.vendors.reading import (
    need_number,
    need_time_text,
    read_number,
    read_text,
    time_text,
)
from mcp_servers.financial.vendors.requests import (
    AccountRequest,
    OrdersRequest,
    PortfolioHistoryRequest,
    PositionsRequest,
    WatchlistsRequest,
)
from schemas.market.account import (
    Account,
    Order,
    Orders,
    PortfolioHistory,
    Position,
    Positions,
    Watchlist,
    Watchlists,
)
from schemas.market.envelope import Envelope

ACCOUNT_ENDPOINT = "/v2/account"
POSITIONS_ENDPOINT = "/v2/positions"
ORDERS_ENDPOINT = "/v2/orders"
HISTORY_ENDPOINT = "/v2/account/portfolio/history"
WATCHLISTS_ENDPOINT = "/v2/watchlists"
NAME_LENGTH_MAX = 100
CLASSES: dict[str, Literal["stock", "crypto"]] = {"us_equity": "stock", "crypto": "crypto"}
SIDES: dict[str, Literal["buy", "sell"]] = {"buy": "buy", "sell": "sell"}


class AlpacaAccount(AlpacaPlainFetcher[AccountRequest, Account]):
    """The account's number and id stay with the vendor: nobody computes with them."""

    @override
    async def ask(self, query: AccountRequest) -> Sequence[Reply]:
        return [await self._access.trading.get(ACCOUNT_ENDPOINT)]

    @override
    def read(self, query: AccountRequest, replies: Sequence[Reply]) -> Envelope[Account]:
        content = replies[0].content
        account = Account(
            status=content["status"],
            cash=read_number(content.get("cash")),
            equity=read_number(content.get("equity")),
            previous_equity=read_number(content.get("last_equity")),
            buying_power=read_number(content.get("buying_power")),
            long_market_value=read_number(content.get("long_market_value")),
            short_market_value=read_number(content.get("short_market_value")),
            initial_margin=read_number(content.get("initial_margin")),
            maintenance_margin=read_number(content.get("maintenance_margin")),
            multiplier=read_number(content.get("multiplier")),
            is_trading_blocked=content.get("trading_blocked"),
            opened_at=time_text(content.get("created_at")),
        )
        metadata = self._access.label(ACCOUNT_ENDPOINT, replies, currency=content.get("currency") or "USD")
        return Envelope[Account](data=account, metadata=metadata)


class AlpacaPositions(AlpacaPlainFetcher[PositionsRequest, Positions]):
    """Open positions, by symbol."""

    @override
    async def ask(self, query: PositionsRequest) -> Sequence[Reply]:
        return [await self._access.trading.get(POSITIONS_ENDPOINT)]

    @override
    def read(self, query: PositionsRequest, replies: Sequence[Reply]) -> Envelope[Positions]:
        positions = sorted(
            (_make_position(item) for item in replies[0].content), key=lambda each: each.symbol
        )
        metadata = self._access.label(POSITIONS_ENDPOINT, replies)
        return Envelope[Positions](data=Positions(positions=positions), metadata=metadata)


class AlpacaOrders(AlpacaPlainFetcher[OrdersRequest, Orders]):
    """Orders, newest first; legs of an order are rows of their own."""

    async def ask(self, query: OrdersRequest) -> Sequence[Reply]:
        parameters = {"status": query.status, "limit": query.limit, "direction": "desc", "nested": "false"}
        return [await self._access.trading.get(ORDERS_ENDPOINT, parameters)]

    def read(self, query: OrdersRequest, replies: Sequence[Reply]) -> Envelope[Orders]:
        orders = [_make_order(item) for item in replies[0].content[: query.limit]]
        metadata = self._access.label(ORDERS_ENDPOINT, replies)
        return Envelope[Orders](data=Orders(orders=orders), metadata=metadata)


class AlpacaPortfolioHistory(AlpacaPlainFetcher[PortfolioHistoryRequest, PortfolioHistory]):
    """Gains run on from the start of the period and do not begin anew each day."""

    async def ask(self, query: PortfolioHistoryRequest) -> Sequence[Reply]:
        parameters = {"period": query.period, "timeframe": query.timeframe, "pnl_reset": "no_reset"}
        return [await self._access.trading.get(HISTORY_ENDPOINT, parameters)]

    def read(self, query: PortfolioHistoryRequest, replies: Sequence[Reply]) -> Envelope[PortfolioHistory]:
        content = replies[0].content
        base = read_number(content.get("base_value"))
        gains = [read_number(value) for value in content["profit_loss"]]
        times = [datetime.fromtimestamp(seconds, UTC) for seconds in content["timestamp"]]
        history = PortfolioHistory(
            timeframe=query.timeframe,
            timestamp=[_stamp(moment, query.timeframe) for moment in times],
            equity=[read_number(value) for value in content["equity"]],
            gain=gains,
            gain_fraction=[gain / base if gain is not None and base else None for gain in gains],
            base_value=base,
        )
        metadata = self._access.label(HISTORY_ENDPOINT, replies, as_of=times[-1] if times else None)
        return Envelope[PortfolioHistory](data=history, metadata=metadata)


class AlpacaWatchlists(AlpacaPlainFetcher[WatchlistsRequest, Watchlists]):
    """The list of lists has no symbols: each list is asked for."""

    @override
    async def ask(self, query: WatchlistsRequest) -> Sequence[Reply]:
        names = await self._access.trading.get(WATCHLISTS_ENDPOINT)
        wanted = (f"{WATCHLISTS_ENDPOINT}/{item['id']}" for item in names.content)
        return [names, *await asyncio.gather(*(self._access.trading.get(each) for each in wanted))]

    @override
    def read(self, query: WatchlistsRequest, replies: Sequence[Reply]) -> Envelope[Watchlists]:
        watchlists = [
            Watchlist(
                name=read_text(reply.content["name"], NAME_LENGTH_MAX) or "",
                symbols=[asset["symbol"] for asset in reply.content.get("assets") or []],
            )
            for reply in replies[1:]
        ]
        ordered = Watchlists(watchlists=sorted(watchlists, key=lambda each: each.name))
        return Envelope[Watchlists](
            data=ordered, metadata=self._access.label(WATCHLISTS_ENDPOINT, replies, currency=None)
        )


def _make_position(item: dict[str, Any]) -> Position:
    return Position(
        symbol=item["symbol"],
        asset_class=CLASSES.get(item["asset_class"], "other"),
        side=item["side"],
        quantity=need_number(item["qty"]),
        average_entry_price=need_number(item["avg_entry_price"]),
        cost_basis=read_number(item.get("cost_basis")),
        price=read_number(item.get("current_price")),
        market_value=read_number(item.get("market_value")),
        unrealized_gain=read_number(item.get("unrealized_pl")),
        unrealized_gain_fraction=read_number(item.get("unrealized_plpc")),
        change_today_fraction=read_number(item.get("change_today")),
    )


def _make_order(item: dict[str, Any]) -> Order:
    return Order(
        id=item["id"],
        symbol=item.get("symbol") or "",
        side=SIDES.get(item.get("side") or ""),
        type=item.get("type") or item.get("order_type") or "",
        status=item["status"],
        time_in_force=item.get("time_in_force"),
        quantity=read_number(item.get("qty")),
        notional=read_number(item.get("notional")),
        filled_quantity=read_number(item.get("filled_qty")),
        average_fill_price=read_number(item.get("filled_avg_price")),
        limit_price=read_number(item.get("limit_price")),
        stop_price=read_number(item.get("stop_price")),
        submitted_at=need_time_text(item["submitted_at"]),
        filled_at=time_text(item.get("filled_at")),
        canceled_at=time_text(item.get("canceled_at")),
    )


def _stamp(moment: datetime, timeframe: str) -> str:
    if timeframe == "1D":
        return moment.astimezone(NEW_YORK).date().isoformat()
    return need_time_text(moment)
