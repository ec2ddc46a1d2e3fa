"""List the open positions of the connected account with their gains.

Values and gains are the broker's; the gain is against the average price paid, the weight is the share of
all positions by size. Gains that were taken already are not in it.

Questions:
    What are my positions?
    Show my holdings.
    Which of my positions is losing the most?
    What is my unrealized profit and loss?
    Which of my holdings has the biggest gain?
    What are my biggest winners?
    Show the profit and loss of my positions.
    What are my biggest losers?
    How concentrated is my portfolio?
    Which of my positions is the largest?
"""

from typing import Literal

from mcp_client import alpaca_trading_positions, calculate_concentration, step


def analyze(rank_by: Literal["gain", "loss", "value"] = "value") -> dict:
    """List the open positions of the connected account with their gains.

    rank_by: whether the biggest gain, the biggest loss or the largest value comes first
    """
    step("reading positions")
    answer = alpaca_trading_positions()
    positions = answer["data"]["positions"]
    if not positions:
        raise ValueError("the account has no open positions; connect another account")
    sizes = {position["symbol"]: abs(position["market_value"] or 0) for position in positions}
    total = sum(sizes.values())
    keys = {
        "value": lambda position: -sizes[position["symbol"]],
        "gain": lambda position: -(position["unrealized_gain"] or 0),
        "loss": lambda position: position["unrealized_gain"] or 0,
    }
    ranked = sorted(positions, key=keys[rank_by])
    known = [position for position in ranked if position["unrealized_gain"] is not None]
    gain = sum(position["unrealized_gain"] for position in known) if len(known) == len(positions) else None
    cost = sum(abs(position["cost_basis"] or 0) for position in positions)
    spread = calculate_concentration(weights=sizes)
    unit = answer["metadata"]["currency"] or "USD"
    share = f" ({gain / cost if cost else 0:+.2%})" if gain is not None else ""
    gained = f" with an unrealized gain of {gain:+,.2f}{share}" if gain is not None else ""
    extremes = [f(known, key=lambda p: p["unrealized_gain"]) for f in (max, min) if known]
    named = "".join(f"{word} {describe(p)}" for word, p in zip(("; best", ", worst"), extremes, strict=False))
    return {
        "description": (
            f"{len(positions)} positions worth {total:,.2f} {unit}{gained}{named}. The largest, "
            f"{spread['largest']}, is {spread['largest_share']:.1%} of them."
        ),
        "body": rows(total, unit, gain, spread, cost, ranked, sizes),
        "charts": draw(ranked),
    }


def rows(
    total: float, unit: str, gain: float | None, spread: dict, cost: float, ranked: list[str], sizes: dict
) -> list[dict]:
    return [
        {
            "id": "total",
            "key": "value of all positions",
            "value": total,
            "format": "currency",
            "unit": unit,
            "description": "without cash",
        },
        {
            "id": "gain",
            "key": "unrealized gain",
            "value": gain,
            "format": "currency",
            "unit": unit,
            "is_change": True,
            "description": f"on a cost of {cost:,.2f}",
            "reason": "" if gain is not None else "the broker does not give that of every position",
        },
        {
            "id": "effective",
            "key": "effective number of positions",
            "value": spread["effective_number"],
            "format": "number",
            "description": "1 over the sum of the squared weights",
        },
        *(row(position, unit, sizes[position["symbol"]] / total if total else 0) for position in ranked),
    ]


def draw(ranked: list[str]) -> list[dict]:
    return [
        {
            "type": "bar",
            "title": "Unrealized gain by position",
            "format": "number",
            "series": [
                {
                    "name": "gain",
                    "x": [p["symbol"] for p in ranked],
                    "y": [p["unrealized_gain"] for p in ranked],
                }
            ],
        }
    ]


def describe(position: dict) -> str:
    return f"{position['symbol']} {position['unrealized_gain']:+,.2f}"


def row(position: dict, unit: str, weight: float) -> dict:
    fraction = position["unrealized_gain_fraction"]
    change = "unknown" if fraction is None else f"{fraction:+.2%}"
    value = "unknown" if position["market_value"] is None else f"{position['market_value']:,.2f}"
    return {
        "id": position["symbol"],
        "key": f"{position['symbol']} unrealized gain",
        "value": position["unrealized_gain"],
        "format": "currency",
        "unit": unit,
        "is_change": True,
        "description": f"{change}; {position['quantity']:g} at {position['average_entry_price']:,.2f}, worth {value}, weight {weight:.1%}",
        "reason": "" if position["unrealized_gain"] is not None else "the broker does not give it",
    }
