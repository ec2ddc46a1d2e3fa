"""List the orders of the connected account, the newest first.

The orders were placed elsewhere; nothing here can place, change or cancel one.

Questions:
    Show my orders.
    Show my open orders.
    What are my last orders?
    Show my filled orders.
    List my order history.
    Do I have open orders?
"""

from typing import Annotated, Literal

from mcp_client import Param, alpaca_trading_orders, step


def analyze(
    status: Literal["all", "open", "closed"] = "all", top: Annotated[int, Param(ge=1, le=500)] = 50
) -> dict:
    """List the orders of the connected account, the newest first.

    status: which orders; those that were filled, cancelled or have expired are closed
    top: how many at most
    """
    step("reading orders")
    answer = alpaca_trading_orders(status=status, limit=top)
    orders = answer["data"]["orders"]
    kind = "" if status == "all" else f"{status} "
    newest = f"; the newest is {describe(orders[0])}" if orders else ""
    return {
        "description": f"The account has {len(orders)} {kind}orders in this list (at most {top}){newest}.",
        "body": [
            {"id": "count", "key": f"number of {kind}orders", "value": len(orders), "format": "integer"},
            *(
                {
                    "id": order["id"],
                    "key": f"{order['side'] or ''} {order['symbol']}".strip(),
                    "value": order["quantity"] if order["quantity"] is not None else order["notional"],
                    "format": "number",
                    "unit": "shares" if order["quantity"] is not None else "USD",
                    "description": describe(order),
                }
                for order in orders
            ),
        ],
    }


def describe(order: dict) -> str:
    prices = {
        "limit": order["limit_price"],
        "stop": order["stop_price"],
        "filled at": order["average_fill_price"],
    }
    known = ", ".join(f"{name} {price:,.2f}" for name, price in prices.items() if price is not None)
    return f"{order['type']} order for {order['symbol']}, {order['status']}, of {order['submitted_at'][:10]}{f', {known}' if known else ''}"
