"""List the orders of the connected account, the newest first.

The orders were placed elsewhere; nothing here can place, change or cancel one. A period is about the day on
which an order was sent.

Questions:
    Show my orders.
    Show my open orders.
    What are my last orders?
    Show my filled orders.
    Do I have open orders?
    Show my filled orders this week.
    Which orders did I place today?
    List the open and filled orders of the past 10 trading days.
    Which orders did I place on 2026-11-18?
    Show my limit orders over the last 5 trading days.
"""

from datetime import date
from typing import Annotated, Literal

import pandas as pd
from mcp_client import Param, alpaca_market_clock, alpaca_trading_orders, step

READ_MAX = 500


def analyze(
    status: Literal["all", "open", "closed", "filled", "open_or_filled"] = "all",
    kind: Literal["any", "market", "limit", "stop"] = "any",
    days: Annotated[int | None, Param(ge=1, le=365)] = None,
    months: Annotated[int | None, Param(ge=1, le=120)] = None,
    to_date: Literal["week", "month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
    only_today: bool = False,
    top: Annotated[int, Param(ge=1, le=500)] = 50,
) -> dict:
    """List the orders of the connected account, the newest first.

    status: which orders; those that were filled, cancelled or have expired are closed
    kind: which type of order; a stop-limit order is of both
    days: weekdays to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this week, month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day
    only_today: only orders of this day; wins over all of them
    top: how many at most
    """
    step("reading orders")
    now = pd.Timestamp(alpaca_market_clock()["data"]["now"]).tz_localize(None).normalize()
    begin = None if only_today or not start else pd.Timestamp(start)
    if begin is None:
        begin = look_back_from(now, days, months, "day" if only_today else to_date)
    limits = {name: f"{day:%Y-%m-%d}" for name, day in (("begin", begin), ("end", end)) if day is not None}
    within = [order for order in read_orders(status) if is_within(order, **limits)]
    orders = [order for order in within if kind == "any" or kind in order["type"]][:top]
    named = " ".join(word.replace("_", " ") for word in (status, kind) if word not in ("all", "any"))
    label = f"{named} {'order' if len(orders) == 1 else 'orders'}".strip()
    since = f" since {limits['begin']}" if begin is not None else ""
    until = f" up to {end}" if end else ""
    newest = f"; the newest is {describe(orders[0])}" if orders else ""
    return {
        "description": f"The account has {len(orders)} {label}{since}{until} in this list (at most {top}){newest}.",
        "body": [
            {"id": "count", "key": f"number of {named} orders".replace("  ", " "), "value": len(orders), "format": "integer"},
            *map(row, orders),
        ],
    }


def read_orders(status: str) -> list[dict]:
    """The orders of a status, the newest first."""
    asked = {"filled": ["closed"], "open_or_filled": ["open", "closed"]}.get(status, [status])
    answers = [alpaca_trading_orders(status=each, limit=READ_MAX)["data"]["orders"] for each in asked]
    kept = [
        order
        for each, orders in zip(asked, answers, strict=True)
        for order in orders
        if each == status or each == "open" or order["status"] == "filled"
    ]
    return sorted(kept, key=lambda order: order["submitted_at"], reverse=True)


def look_back_from(
    now: pd.Timestamp, days: int | None, months: int | None, to_date: str | None
) -> pd.Timestamp | None:
    """The first day of a look-back from now; None without one."""
    if to_date:
        length = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}[to_date]
        return now.to_period(length).start_time
    if months:
        return now - pd.DateOffset(months=months)
    return now - pd.offsets.BDay(days) if days else None


def is_within(order: dict, begin: str | None = None, end: str | None = None) -> bool:
    day = order["submitted_at"][:10]
    return (begin is None or day >= begin) and (end is None or day <= end)


def row(order: dict) -> dict:
    has_quantity = order["quantity"] is not None
    size = order["quantity"] if has_quantity else order["notional"]
    return {
        "id": order["id"],
        "key": f"{order['side'] or ''} {order['symbol']}".strip(),
        "value": size,
        "format": "number",
        "unit": "shares" if has_quantity else "USD",
        "description": describe(order),
        "reason": "" if size is not None else "the order has neither shares nor an amount",
    }


def describe(order: dict) -> str:
    prices = {
        "limit": order["limit_price"],
        "stop": order["stop_price"],
        "filled at": order["average_fill_price"],
    }
    known = ", ".join(f"{name} {price:,.2f}" for name, price in prices.items() if price is not None)
    return f"{order['type']} order for {order['symbol']}, {order['status']}, of {order['submitted_at'][:10]}{f', {known}' if known else ''}"
