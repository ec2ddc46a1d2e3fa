"""Show how the connected account stands: its value, the profit and loss of the day, and its extreme positions.

The value is the broker's equity, the profit and loss of the day its change since the last close, deposits
included; gains of positions are against the average price paid.

Questions:
    What are the value of my portfolio, today's profit and loss, and the largest gain and loss?
    What are the value of my portfolio and today's profit and loss?
    Show my account balance, profit and loss today, and my biggest gain and loss.
    Show the value of my account and my largest gain and loss.
    What is my balance and today's profit and loss?
    Show my portfolio.
    How is my portfolio today?
    What is my P&L today?
    What did I make today?
"""

from mcp_client import alpaca_trading_account, alpaca_trading_positions, step


def analyze() -> dict:
    """Show how the connected account stands: its value, the profit and loss of the day, and its extreme positions."""
    step("reading the account")
    answer = alpaca_trading_account()
    account, unit = answer["data"], answer["metadata"]["currency"] or "USD"
    equity, before = account["equity"], account["previous_equity"]
    if equity is None:
        raise ValueError("the account gives no equity now; try again later")
    step("reading positions")
    positions = [
        position
        for position in alpaca_trading_positions()["data"]["positions"]
        if position["unrealized_gain"] is not None
    ]
    day = None if before is None else equity - before
    moved = "" if day is None else f", {day:+,.2f} ({day / before if before else 0:+.2%}) since the last close"
    when = say_moment(answer["metadata"]["as_of"] or answer["metadata"]["timestamp"])
    extremes = [f(positions, key=lambda each: each["unrealized_gain"]) for f in (max, min) if positions]
    named = [f"{name} {describe(each)}" for name, each in zip(("best", "worst"), extremes, strict=False)]
    return {
        "description": f"The portfolio is worth {equity:,.2f} {unit}{moved}; {', '.join(named) or 'no positions'}, {when}.",
        "body": [
            money("value", "value", equity, unit, when),
            {
                **money("day", "profit and loss of the day", day, unit, "since the last close"),
                "is_change": True,
                "reason": "" if day is not None else "there is no equity of the last close",
            },
            *(
                {**money(f"{name}", f"{name} position: {each['symbol']}", each["unrealized_gain"], unit, "unrealized"), "is_change": True}
                for name, each in zip(("best", "worst"), extremes, strict=False)
            ),
        ],
    }


def describe(position: dict) -> str:
    return f"{position['symbol']} {position['unrealized_gain']:+,.2f}"


def money(row_id: str, key: str, value: float | None, unit: str, text: str) -> dict:
    return {"id": row_id, "key": key, "value": value, "format": "currency", "unit": unit, "description": text}


def say_moment(moment: str) -> str:
    """As of a day, or of a moment to the minute."""
    return f"as of {moment[:10]}" + (f" {moment[11:16]} UTC" if "T" in moment else "")
