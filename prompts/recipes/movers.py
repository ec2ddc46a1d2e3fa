"""List the stocks that gained or lost the most on the newest day.

The list is the vendor's; the change is against the close of the day before.

Questions:
    What are the top gainers today?
    Show the top 10 gainers.
    What are the biggest losers today?
    Show the top 5 losers.
    Which stocks gained the most today?
    Which stocks lost the most today?
    Show the gainers and losers.
"""

from typing import Annotated, Literal

from mcp_client import Param, alpaca_market_screener_movers, step


def analyze(
    direction: Literal["gainers", "losers", "both"] = "both", top: Annotated[int, Param(ge=1, le=50)] = 10
) -> dict:
    """List the stocks that gained or lost the most on the newest day.

    direction: which side
    top: how many of each side
    """
    step("screening")
    answer = alpaca_market_screener_movers(limit=top)
    sides = ["gainers", "losers"] if direction == "both" else [direction]
    found = {
        side: [row for row in answer["data"][side] if row["change_fraction"] is not None] for side in sides
    }
    rows = [row for side in sides for row in found[side]]
    if not rows:
        raise ValueError("the screen is empty now; try again when the market is open")
    leaders = "; ".join(
        f"{found[side][0]['symbol']} leads the {side} with {found[side][0]['change_fraction']:+.2%}"
        for side in sides
        if found[side]
    )
    return {
        "description": f"On {answer['metadata']['as_of'] or 'the newest day'}, {leaders}.",
        "body": [
            {
                "id": row["symbol"],
                "key": f"{row['rank']}. {row['symbol']}",
                "value": row["change_fraction"],
                "format": "percent",
                "is_change": True,
                "description": "price unknown" if row["price"] is None else f"at {row['price']:,.2f}",
            }
            for row in rows
        ],
        "charts": draw(sides, found),
    }


def draw(sides: list[str], found: dict) -> list[dict]:
    return [
        {
            "type": "bar",
            "title": "Change on the newest day",
            "format": "percent",
            "series": [
                {
                    "name": side,
                    "x": [row["symbol"] for row in found[side]],
                    "y": [row["change_fraction"] for row in found[side]],
                }
                for side in sides
            ],
        }
    ]
