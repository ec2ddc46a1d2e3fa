"""Give an overview of the connected account: its value, the change of the day, cash and the positions.

Everything is the broker's as of now: the change of the day is the equity over that of the last close, minus
1, and gains of positions are against what was paid, without those that were taken already.

Questions:
    How is my portfolio?
    Give me an overview of my portfolio.
    What is my portfolio now?
    How is my portfolio today?
    Show my portfolio.
    What is my P&L today?
    How much did I make today?
"""

from mcp_client import alpaca_trading_account, alpaca_trading_positions, step


def analyze() -> dict:
    """Give an overview of the connected account: its value, the change of the day, cash and the positions."""
    step("reading the account")
    answer = alpaca_trading_account()
    account, unit = answer["data"], answer["metadata"]["currency"] or "USD"
    when = f"as of {answer['metadata']['as_of'] or answer['metadata']['timestamp']}"
    step("reading positions")
    positions = alpaca_trading_positions()["data"]["positions"]
    equity, before = account["equity"], account["previous_equity"]
    if equity is None:
        raise ValueError("the account gives no equity now; try again later")
    change = equity - before if before else None
    ranked = sorted(positions, key=lambda position: -abs(position["market_value"] or 0))
    money = {"format": "currency", "unit": unit, "description": when}
    gain = sum(position["unrealized_gain"] or 0 for position in positions)
    return {
        "description": describe(equity, before, when, unit, gain, ranked),
        "body": [
            {"id": "equity", "key": "equity", "value": equity, **money},
            {"id": "change", "key": "change since the last close", "value": change, "is_change": True, **money},
            {
                "id": "change_fraction",
                "key": "change since the last close, of the equity",
                "value": equity / before - 1 if before else None,
                "format": "percent",
                "is_change": True,
                "description": when,
            },
            {"id": "cash", "key": "cash", "value": account["cash"], **money},
            {"id": "gain", "key": "unrealized gain of all positions", "value": gain, "is_change": True, **money},
            *(row(position, equity) for position in ranked),
        ],
        "charts": draw(ranked),
    }


def describe(
    equity: float, before: float | None, when: str, unit: str, gain: float, ranked: list[dict]
) -> str:
    moved = "" if not before else f", {equity - before:+,.2f} ({equity / before - 1:+.2%}) since the last close"
    text = f"The account is worth {equity:,.2f} {unit} {when}{moved}."
    if not ranked:
        return f"{text} It has no open positions."
    best = max(ranked, key=lambda position: position["unrealized_gain"] or 0)
    worst = min(ranked, key=lambda position: position["unrealized_gain"] or 0)
    return (
        f"{text} Its {len(ranked)} positions have an unrealized gain of {gain:+,.2f}, the best {best['symbol']} "
        f"({best['unrealized_gain'] or 0:+,.2f}), the worst {worst['symbol']} ({worst['unrealized_gain'] or 0:+,.2f}); the "
        f"largest is {ranked[0]['symbol']}."
    )


def row(position: dict, equity: float) -> dict:
    value = position["market_value"]
    gain = "unknown" if position["unrealized_gain"] is None else f"{position['unrealized_gain']:+,.2f}"
    return {
        "id": position["symbol"],
        "key": f"{position['symbol']} of the equity",
        "value": None if value is None else value / equity,
        "format": "percent",
        "description": f"{position['quantity']:g} at {position['average_entry_price']:,.2f}, gain {gain}",
    }


def draw(ranked: list[dict]) -> list[dict]:
    if not ranked:
        return []
    return [
        {
            "type": "bar",
            "title": "Value of each position",
            "format": "number",
            "series": [
                {
                    "name": "value",
                    "x": [position["symbol"] for position in ranked],
                    "y": [position["market_value"] for position in ranked],
                }
            ],
        }
    ]
