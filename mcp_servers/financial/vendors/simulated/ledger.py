"""The books of the simulated account: planned orders, filled at the prices of the simulated market."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Literal

import numpy as np

from mcp_servers.financial.vendors.simulated.draws import Floats, Integers
from mcp_servers.financial.vendors.simulated.moment import Moment
from mcp_servers.financial.vendors.simulated.sessions import DAY_MINUTES, minute_of

ORDER_MINUTES_AFTER_OPEN = 45
CRYPTO_QUANTITY_DECIMALS = 4


@dataclass(frozen=True)
class PlannedOrder:
    """A buy of `notional` dollars or a sale of a `fraction` of the holding."""

    day: date
    symbol: str
    notional: float | None = None
    fraction: float | None = None
    limit_below: float | None = None
    days: int = 0


@dataclass(frozen=True)
class AccountPlan:
    """The table of the account."""

    opened: date
    deposit: float
    orders: list[PlannedOrder]
    monthly: dict[str, object]
    watchlists: list[dict[str, object]]


@dataclass(frozen=True)
class LedgerOrder:
    """An order as it stands; `minute` is when it was sent and, for a market order, filled."""

    id: str
    plan: PlannedOrder
    side: Literal["buy", "sell"]
    minute: int
    price: float
    quantity: float
    status: Literal["filled", "canceled", "accepted"]
    canceled_minute: int | None = None


@dataclass(frozen=True)
class Entry:
    """What changed at a minute: shares or coins of a symbol, and cash."""

    minute: int
    symbol: str
    quantity: float
    cash: float


@dataclass
class Ledger:
    """Entries in their order. `costs` is what the present holdings were bought for."""

    plan: AccountPlan
    orders: list[LedgerOrder] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    quantities: dict[str, float] = field(default_factory=dict)
    costs: dict[str, float] = field(default_factory=dict)
    cash: float = 0.0

    def book(self, entry: Entry) -> None:
        """Book one entry; a sale takes its part of the cost with it."""
        held = self.quantities.get(entry.symbol, 0.0)
        if entry.quantity < 0 < held:
            self.costs[entry.symbol] = round(self.costs[entry.symbol] * (1 + entry.quantity / held), 2)
        elif entry.cash < 0:
            self.costs[entry.symbol] = round(self.costs.get(entry.symbol, 0.0) - entry.cash, 2)
        self.quantities[entry.symbol] = held + entry.quantity
        self.cash = round(self.cash + entry.cash, 2)
        self.entries.append(entry)

    def holdings(self) -> dict[str, float]:
        """Quantities by symbol, without what was sold."""
        return {symbol: quantity for symbol, quantity in sorted(self.quantities.items()) if quantity > 0}

    def cash_at(self, minutes: Integers) -> Floats:
        """Cash at each of `minutes`."""
        return self.plan.deposit + self._reached(self.entries, [each.cash for each in self.entries], minutes)

    def quantity_at(self, symbol: str, minutes: Integers) -> Floats:
        """Shares or coins of `symbol` at each of `minutes`."""
        entries = [each for each in self.entries if each.symbol == symbol]
        return self._reached(entries, [each.quantity for each in entries], minutes)

    @staticmethod
    def _reached(entries: list[Entry], changes: list[float], minutes: Integers) -> Floats:
        reached = np.concatenate([[0.0], np.cumsum(changes)])
        return np.asarray(reached[np.searchsorted([each.minute for each in entries], minutes, side="right")])


@lru_cache(maxsize=1)
def load_plan() -> AccountPlan:
    """Read the table of this package."""
    table = tomllib.loads(resources.files(__package__).joinpath("account.toml").read_text("utf-8"))
    return AccountPlan(**{**table, "orders": [PlannedOrder(**order) for order in table["orders"]]})


def keep_books(moment: Moment) -> Ledger:
    """The ledger as of now, from the first order on: orders, splits and dividends in the order of time."""
    ledger = Ledger(load_plan())
    ledger.cash = ledger.plan.deposit
    planned = sorted(_planned(moment, ledger.plan), key=lambda order: order.day)
    symbols = {order.symbol for order in planned}
    changes = sorted((minute, symbol) for symbol in symbols for minute in _corporate_minutes(moment, symbol))
    now, done = minute_of(moment.now), 0
    for number, order in enumerate(planned, start=1):
        minute = _order_minute(moment, order)
        if minute >= now:
            break
        while done < len(changes) and changes[done][0] <= minute:
            _post_corporate_event(moment, ledger, *changes[done])
            done += 1
        _place(moment, ledger, order, f"simulated-{number:04d}")
    for change in changes[done:]:
        _post_corporate_event(moment, ledger, *change)
    return ledger


def _planned(moment: Moment, plan: AccountPlan) -> Iterator[PlannedOrder]:
    """The orders of the table, and one on the first session of each month."""
    yield from plan.orders
    sessions = moment.years.us
    month = plan.opened.month
    for place in range(sessions.place_of(plan.opened), sessions.count_opened(moment.now)):
        day = sessions.date_at(place)
        if day.month != month:
            month = day.month
            yield PlannedOrder(day=day, **plan.monthly)  # type: ignore[arg-type]


def _place(moment: Moment, ledger: Ledger, order: PlannedOrder, order_id: str) -> None:
    """Send one order; nothing is bought for more cash than there is."""
    minute = _order_minute(moment, order)
    price = _price_at(moment, order.symbol, minute)
    if order.limit_below is not None:
        price = round(price * (1 - order.limit_below), 2)
    is_buy = order.notional is not None
    if is_buy:
        quantity = _round_down(moment, order.symbol, min(order.notional or 0, ledger.cash) / price)
    else:
        quantity = ledger.quantities.get(order.symbol, 0.0) * (order.fraction or 0)
        quantity = quantity if order.fraction == 1 else _round_down(moment, order.symbol, quantity)
    if quantity <= 0:
        return
    status: Literal["filled", "canceled", "accepted"] = "filled"
    ended = None
    if order.limit_below is not None:
        end = minute + order.days * DAY_MINUTES
        status, ended = ("canceled", end) if end <= minute_of(moment.now) else ("accepted", None)
    side: Literal["buy", "sell"] = "buy" if is_buy else "sell"
    ledger.orders.append(LedgerOrder(order_id, order, side, minute, price, quantity, status, ended))
    if status == "filled":
        sign = 1 if is_buy else -1
        ledger.book(Entry(minute, order.symbol, sign * quantity, -sign * round(quantity * price, 2)))


def _corporate_minutes(moment: Moment, symbol: str) -> list[int]:
    """When splits and dividends of `symbol` took effect, so far."""
    history, count = moment.history(symbol), len(moment.daily(symbol))
    places = np.flatnonzero((history.ratios[:count] != 1) | (history.dividends[:count] > 0))
    return [int(minute) for minute in moment.sessions(symbol).opens[places]]


def _post_corporate_event(moment: Moment, ledger: Ledger, minute: int, symbol: str) -> None:
    held = ledger.quantities.get(symbol, 0.0)
    if held <= 0:
        return
    history = moment.history(symbol)
    place = int(np.searchsorted(moment.sessions(symbol).opens, minute))
    ratio, dividend = float(history.ratios[place]), float(history.dividends[place])
    ledger.book(Entry(minute, symbol, held * (ratio - 1), round(held * dividend, 2)))


def _order_minute(moment: Moment, order: PlannedOrder) -> int:
    """Some time after the open of the first session on or after the day."""
    sessions = moment.years.us
    return int(sessions.opens[sessions.place_of(order.day)]) + ORDER_MINUTES_AFTER_OPEN


def _price_at(moment: Moment, symbol: str, minute: int) -> float:
    """The close of the minute that begins at `minute`."""
    sessions, history = moment.sessions(symbol), moment.history(symbol)
    place = int(np.searchsorted(sessions.opens, minute, side="right")) - 1
    minutes = moment.years.session_minutes(symbol, place)
    return float(minutes.close[minute - int(sessions.opens[place])] / history.tick)


def _round_down(moment: Moment, symbol: str, quantity: float) -> float:
    """Whole shares; coins to four decimals."""
    scale = 10**CRYPTO_QUANTITY_DECIMALS if moment.listing(symbol).asset_class == "crypto" else 1
    return int(quantity * scale) / scale
