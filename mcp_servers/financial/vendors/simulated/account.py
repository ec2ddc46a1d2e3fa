"""The simulated account as it is seen; there is no way to order anything."""

from dataclasses import dataclass

import numpy as np

from mcp_servers.financial.vendors.reading import need_time_text
from mcp_servers.financial.vendors.requests import (
    AccountRequest,
    OrdersRequest,
    PortfolioHistoryRequest,
    PositionsRequest,
    WatchlistsRequest,
)
from mcp_servers.financial.vendors.simulated.draws import Floats, Integers
from mcp_servers.financial.vendors.simulated.ledger import Ledger, LedgerOrder, keep_books, load_plan
from mcp_servers.financial.vendors.simulated.moment import Moment, SimulatedView
from mcp_servers.financial.vendors.simulated.sessions import moment_of
from mcp_servers.financial.vendors.simulated.snapshots import quote
from mcp_servers.problems import NoData
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

PERIOD_SESSIONS = {"1D": 1, "1W": 5, "1M": 21, "3M": 63, "1A": 252}
MINUTES = {"5Min": 5, "15Min": 15, "1H": 60}
INTRADAY_PERIODS = ("1D", "1W", "1M")


@dataclass(frozen=True)
class Books:
    """The ledger and the market at one moment."""

    moment: Moment
    ledger: Ledger


@dataclass(frozen=True)
class SimulatedAccount:
    """A cash account: nothing is borrowed."""

    view: SimulatedView

    def make_query(self, request: AccountRequest) -> AccountRequest:
        return request

    async def fetch(self, query: AccountRequest) -> Books:  # noqa: ARG002 there is one account
        return open_books(self.view)

    def make_rows(self, query: AccountRequest, raw: Books) -> Envelope[Account]:  # noqa: ARG002 as above
        moment, ledger = raw.moment, raw.ledger
        value = _market_value(raw)
        account = Account(
            status="ACTIVE",
            cash=ledger.cash,
            equity=round(ledger.cash + value, 2),
            previous_equity=_previous_equity(raw),
            buying_power=ledger.cash,
            long_market_value=value,
            short_market_value=0.0,
            initial_margin=0.0,
            maintenance_margin=0.0,
            multiplier=1.0,
            is_trading_blocked=True,
            opened_at=f"{ledger.plan.opened}T00:00:00Z",
        )
        return Envelope[Account](data=account, metadata=moment.label("account", moment.now))


@dataclass(frozen=True)
class SimulatedPositions:
    """What is held now."""

    view: SimulatedView

    def make_query(self, request: PositionsRequest) -> PositionsRequest:
        return request

    async def fetch(self, query: PositionsRequest) -> Books:  # noqa: ARG002 all positions
        return open_books(self.view)

    def make_rows(self, query: PositionsRequest, raw: Books) -> Envelope[Positions]:  # noqa: ARG002 as above
        positions = [_make_position(raw, symbol) for symbol in raw.ledger.holdings()]
        metadata = raw.moment.label("positions", raw.moment.now)
        return Envelope[Positions](data=Positions(positions=positions), metadata=metadata)


@dataclass(frozen=True)
class SimulatedOrders:
    """Orders of the past, newest first."""

    view: SimulatedView

    def make_query(self, request: OrdersRequest) -> OrdersRequest:
        return request

    async def fetch(self, query: OrdersRequest) -> Books:  # noqa: ARG002 the ledger is read as a whole
        return open_books(self.view)

    def make_rows(self, query: OrdersRequest, raw: Books) -> Envelope[Orders]:
        statuses = {"open": ("accepted",), "closed": ("filled", "canceled")}
        wanted = [
            order
            for order in reversed(raw.ledger.orders)
            if query.status == "all" or order.status in statuses[query.status]
        ]
        orders = Orders(orders=[_make_order(order) for order in wanted[: query.limit]])
        return Envelope[Orders](data=orders, metadata=raw.moment.label("orders", raw.moment.now))


@dataclass(frozen=True)
class SimulatedPortfolioHistory:
    """Equity at the end of each bar of the regular sessions, from the opening of the account on."""

    view: SimulatedView

    def make_query(self, request: PortfolioHistoryRequest) -> PortfolioHistoryRequest:
        if request.timeframe in MINUTES and request.period not in INTRADAY_PERIODS:
            raise NoData(
                f"equity by {request.timeframe} ends after a month; pass timeframe='1D' for {request.period}",
                available=list(INTRADAY_PERIODS),
            )
        return request

    async def fetch(self, query: PortfolioHistoryRequest) -> Books:  # noqa: ARG002 the ledger is read as a whole
        return open_books(self.view)

    def make_rows(self, query: PortfolioHistoryRequest, raw: Books) -> Envelope[PortfolioHistory]:
        sessions = raw.moment.years.us
        stop = sessions.count_opened(raw.moment.now)
        start = max(stop - PERIOD_SESSIONS[query.period], sessions.place_of(raw.ledger.plan.opened))
        if query.timeframe == "1D":
            stamps, equity = _daily_equity(raw, range(start, stop))
        else:
            stamps, equity = _intraday_equity(raw, range(start, stop), MINUTES[query.timeframe])
        base = _base_value(raw, start)
        history = PortfolioHistory(
            timeframe=query.timeframe,
            timestamp=stamps,
            equity=equity.tolist(),
            gain=np.round(equity - base, 2).tolist(),
            gain_fraction=(equity / base - 1).tolist(),
            base_value=base,
        )
        metadata = raw.moment.label("portfolio/history", raw.moment.now)
        return Envelope[PortfolioHistory](data=history, metadata=metadata)


@dataclass(frozen=True)
class SimulatedWatchlists:
    """Those of the account's table."""

    view: SimulatedView

    def make_query(self, request: WatchlistsRequest) -> WatchlistsRequest:
        return request

    async def fetch(self, query: WatchlistsRequest) -> Moment:  # noqa: ARG002 all lists
        return self.view.moment()

    def make_rows(self, query: WatchlistsRequest, raw: Moment) -> Envelope[Watchlists]:  # noqa: ARG002 as above
        lists = [Watchlist.model_validate(each) for each in load_plan().watchlists]
        watchlists = Watchlists(watchlists=sorted(lists, key=lambda each: each.name))
        return Envelope[Watchlists](data=watchlists, metadata=raw.label("watchlists", raw.now, currency=None))


def open_books(view: SimulatedView) -> Books:
    """Raises `NoData` before the account was opened."""
    moment = view.moment()
    opened = load_plan().opened
    if moment.today <= opened:
        raise NoData(f"the simulated account opens on {opened}; ask later", first=opened.isoformat())
    return Books(moment, keep_books(moment))


def _make_position(raw: Books, symbol: str) -> Position:
    quantity, cost = raw.ledger.quantities[symbol], raw.ledger.costs[symbol]
    listing, newest = raw.moment.listing(symbol), quote(raw.moment, symbol)
    value = round(quantity * newest.price, 2)
    return Position(
        symbol=symbol,
        asset_class="other" if listing.asset_class == "index" else listing.asset_class,
        side="long",
        quantity=quantity,
        average_entry_price=cost / quantity,
        cost_basis=cost,
        price=newest.price,
        market_value=value,
        unrealized_gain=round(value - cost, 2),
        unrealized_gain_fraction=(value - cost) / cost,
        change_today_fraction=newest.change_fraction,
    )


def _make_order(order: LedgerOrder) -> Order:
    is_limit, is_filled = order.plan.limit_below is not None, order.status == "filled"
    sent = need_time_text(moment_of(order.minute))
    ended = order.canceled_minute
    return Order(
        id=order.id,
        symbol=order.plan.symbol,
        side=order.side,
        type="limit" if is_limit else "market",
        status=order.status,
        time_in_force="gtc" if is_limit else "day",
        quantity=order.quantity,
        filled_quantity=order.quantity if is_filled else 0.0,
        average_fill_price=order.price if is_filled else None,
        limit_price=order.price if is_limit else None,
        submitted_at=sent,
        filled_at=sent if is_filled else None,
        canceled_at=need_time_text(moment_of(ended)) if ended else None,
    )


def _market_value(raw: Books) -> float:
    holdings = raw.ledger.holdings().items()
    return round(sum(round(quantity * raw.moment.price(symbol), 2) for symbol, quantity in holdings), 2)


def _base_value(raw: Books, start: int) -> float:
    """Equity at the close before the session at `start`; the deposit at the beginning."""
    if start <= raw.moment.years.us.place_of(raw.ledger.plan.opened):
        return raw.ledger.plan.deposit
    return float(_daily_equity(raw, range(start - 1, start))[1][0])


def _previous_equity(raw: Books) -> float:
    """At the close of the last trading day before the one that is newest."""
    return _base_value(raw, raw.moment.years.us.count_opened(raw.moment.now) - 1)


def _daily_equity(raw: Books, places: range) -> tuple[list[str], Floats]:
    """Days and the equity at each close; coins at what they cost at the end of that day, or now."""
    sessions = raw.moment.years.us
    chosen = np.arange(places.start, places.stop)
    prices = {symbol: _daily_prices(raw.moment, symbol, chosen) for symbol in raw.ledger.quantities}
    stamps = [sessions.date_at(place).isoformat() for place in places]
    return stamps, _equity(raw.ledger, sessions.closes[chosen], prices)


def _daily_prices(moment: Moment, symbol: str, places: Integers) -> Floats:
    bars, tick = moment.daily(symbol), moment.history(symbol).tick
    if moment.listing(symbol).asset_class != "crypto":
        return np.asarray(bars.close[places] / tick)
    days = np.minimum(moment.years.us.days[places], len(bars) - 1)
    return np.asarray(bars.close[days] / tick)


def _intraday_equity(raw: Books, places: range, length_minutes: int) -> tuple[list[str], Floats]:
    """Starts of the bars and the equity at their ends."""
    moment, years = raw.moment, raw.moment.years
    clock = years.intraday("SPY", places, length_minutes, moment.now)
    prices = {}
    for symbol in raw.ledger.quantities:
        history = moment.history(symbol)
        if history.listing.asset_class == "crypto":
            days = range(int(years.us.days[places.start]), int(years.us.days[places.stop - 1]) + 1)
            coins = years.intraday(symbol, days, length_minutes, moment.now)
            closes = coins.close[np.searchsorted(coins.minutes, clock.minutes, side="right") - 1]
        else:
            closes = years.intraday(symbol, places, length_minutes, moment.now).close
        prices[symbol] = closes / history.tick
    stamps = [need_time_text(moment_of(minute)) for minute in clock.minutes.tolist()]
    return stamps, _equity(raw.ledger, clock.minutes + length_minutes, prices)


def _equity(ledger: Ledger, minutes: Integers, prices: dict[str, Floats]) -> Floats:
    equity = ledger.cash_at(minutes)
    for symbol, closes in prices.items():
        equity = equity + ledger.quantity_at(symbol, minutes) * closes
    return np.asarray(np.round(equity, 2))
