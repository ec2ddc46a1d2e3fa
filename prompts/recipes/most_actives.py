"""List the most active stocks.

The list and its order come from the vendor's screen, which says what it ranks by: volume where the vendor has
volumes, otherwise the size of the last day's move. Asked by volume, only a vendor that has volumes answers.

Questions:
    What are the most active stocks today?
    Show me the most active stocks.
    Which stocks are the most active right now?
    List the 5 most active stocks.
    What are the top 10 most active stocks today?
    Which are the biggest movers today?
    Show the top 5 movers.
    Which stocks are the most active by trading volume?
"""

from typing import Literal

from mcp_client import alpaca_market_screener_most_actives, step


def analyze(top: int = 10, ranked_by: Literal["any", "volume"] = "any") -> dict:
    """List the most active stocks.

    top: how many to list, 1 to 100
    ranked_by: shares traded, or whatever the vendor's screen ranks by
    """
    step("screening")
    screen = alpaca_market_screener_most_actives(limit=top, by=ranked_by)["data"]
    rows = screen["rows"]
    if not rows:
        raise ValueError("the screen is empty now; try again when the market is open")
    first = rows[0]
    moved = "" if first["change_fraction"] is None else f" with {first['change_fraction']:+.2%}"
    known = [row for row in rows if row["change_fraction"] is not None]
    return {
        "description": (
            f"{first['symbol']}{moved} leads the {len(rows)} most active stocks, "
            f"ranked by {screen['ranked_by']}."
        ),
        "body": [
            {
                "id": row["symbol"],
                "key": f"{row['rank']}. {row['symbol']}",
                "value": row["change_fraction"],
                "format": "percent",
                "is_change": True,
                "description": describe(row),
                "reason": "" if row["change_fraction"] is not None else "the screen gives no change",
            }
            for row in rows
        ],
        "charts": [
            {
                "type": "bar",
                "title": "Change of the most active stocks",
                "format": "percent",
                "series": [
                    {
                        "name": "change",
                        "x": [row["symbol"] for row in known],
                        "y": [row["change_fraction"] for row in known],
                    }
                ],
            }
        ],
    }


def describe(row: dict) -> str:
    price = "price unknown" if row["price"] is None else f"at {row['price']:,.2f}"
    volume = "volume unknown" if row["volume"] is None else f"volume {row['volume']:,.0f}"
    return f"change on the last day, {price}, {volume}"
