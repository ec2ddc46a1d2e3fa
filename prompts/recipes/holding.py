"""Show the position in a symbol: shares, average cost, value and unrealized gain.

Values and gains are the broker's, against the average price paid. Gains that were taken already are not in
it. A symbol that the account does not hold is an answer, too.

Questions:
    What is my average cost on TSLA?
    How is AAPL doing in my portfolio?
    What is my P&L on AMZN?
    How much MSFT do I own?
    How many shares of PG do I own?
    Show my position in GLD.
    Do I own TSLA?
    How much Bitcoin do I own?
    How much of NVDA is in my portfolio?
"""

from mcp_client import alpaca_trading_positions, step


def analyze(symbol: str = "AAPL") -> dict:
    """Show the position in a symbol: shares, average cost, value and unrealized gain.

    symbol: ticker, or a pair such as BTC/USD
    """
    step("reading positions")
    answer = alpaca_trading_positions()
    positions, unit = answer["data"]["positions"], answer["metadata"]["currency"] or "USD"
    held = [position for position in positions if position["symbol"] == symbol]
    if not held:
        return {
            "description": f"The account has no open position in {symbol}.",
            "body": [{"id": "quantity", "key": f"{symbol} held", "value": 0, "format": "number"}],
        }
    position = held[0]
    total = sum(abs(other["market_value"] or 0) for other in positions)
    weight = abs(position["market_value"]) / total if position["market_value"] else None
    return {"description": describe(position, unit), "body": rows(position, unit, weight)}


def describe(position: dict, unit: str) -> str:
    gain, fraction = position["unrealized_gain"], position["unrealized_gain_fraction"]
    moved = "" if gain is None else f", an unrealized gain of {gain:+,.2f}"
    share = "" if gain is None or fraction is None else f" ({fraction:+.2%})"
    worth = "of unknown worth" if position["market_value"] is None else f"worth {position['market_value']:,.2f} {unit}"
    return (
        f"The account holds {position['quantity']:g} {position['symbol']} ({position['side']}) at an average cost of "
        f"{position['average_entry_price']:,.2f} {unit}, {worth}{moved}{share}."
    )


def rows(position: dict, unit: str, weight: float | None) -> list[dict]:
    money = {"format": "currency", "unit": unit}
    price, cost = position["price"], position["average_entry_price"]
    distance = price / cost - 1 if price is not None and cost else None
    share = {"format": "percent", "is_change": True}
    listed = [
        {"id": "quantity", "key": "quantity", "value": position["quantity"], "format": "number"},
        {"id": "average_cost", "key": "average cost", "value": cost, **money},
        {"id": "price", "key": "price now", "value": price, **money},
        {"id": "distance", "key": "price over the average cost", "value": distance, **share},
        {"id": "value", "key": "value", "value": position["market_value"], **money},
        {"id": "cost", "key": "cost", "value": position["cost_basis"], **money},
        {"id": "gain", "key": "unrealized gain", "value": position["unrealized_gain"], "is_change": True, **money},
        {"id": "today", "key": "change today", "value": position["change_today_fraction"], **share},
        {
            "id": "weight",
            "key": "share of all positions",
            "value": weight,
            "format": "percent",
            "description": "by value, without cash",
        },
    ]
    reasons = {"distance": "there is no price or no cost", "weight": "there is no value"}
    for row in listed:
        if row["value"] is None:
            row["reason"] = reasons.get(row["id"], "the broker does not give it")
    return listed
