"""A tool server of small markets for tests of provenance: what each tool gives is known to the digit."""

import math
from typing import Any

from tests.doubles.tool_server import OddServer, answer

YEAR_SECONDS = 365 * 86_400
LABEL = {"source": "desk", "endpoint": "quotes", "feed": "test", "timestamp": "2026-01-05T15:00:00+00:00"}
LEVELS = {"AAA": 100.0, "BBB": 50.0, "CCC": 20.0}


def quote(arguments: dict[str, Any]) -> Any:
    """One record: related numbers, a text, a date, a truth value."""
    price = LEVELS[arguments["symbol"]]
    data = {
        "symbol": arguments["symbol"],
        "name": f"{arguments['symbol']} Corporation",
        "price": price,
        "previous_close": price * 0.98,
        "high": price * 1.01,
        "low": price * 0.97,
        "volume": int(price * 10_000),
        "eps": price / 20,
        "change_percent": 2.04,
        "shares": 7,
        "is_open": True,
        "traded_on": "2026-01-05",
        "timestamp": 1_767_600_000,
    }
    return answer({"status": "success", "data": data, "metadata": LABEL})


def bars(arguments: dict[str, Any]) -> Any:
    """Columns, as bars come."""
    level, days = LEVELS.get(arguments["symbol"], 30.0), int(arguments.get("days", 20))
    close = [level * (1 + 0.05 * math.sin(level + 1.7 * day)) for day in range(days)]
    data = {
        "symbol": arguments["symbol"],
        "dates": [f"2026-01-{day + 1:02}" for day in range(days)],
        "high": [price * 1.01 for price in close],
        "low": [price * 0.99 for price in close],
        "close": close,
        "volume": [1000 + 10 * day for day in range(days)],
    }
    return answer({"status": "success", "data": data, "metadata": LABEL})


def screen(arguments: dict[str, Any]) -> Any:
    """Rows in an order of their own."""
    rows = [
        {"symbol": symbol, "activity": 900.0 - 100 * place, "change_percent": 1.5 - place}
        for place, symbol in enumerate(LEVELS)
    ]
    return answer({"data": {"rows": rows[: int(arguments.get("limit", 3))]}, "metadata": LABEL})


def create_sources_desk() -> Any:
    """The server; `mean` is a pure calculation, `rate` a single number."""
    odd = OddServer()
    for name, handler in {"quote": quote, "bars": bars, "screen": screen}.items():
        odd.add(name, handler, is_read_only=True, additionalProperties=True)
    odd.add("rate", lambda _: answer({"value": 0.04}), is_read_only=True, additionalProperties=True)
    odd.add(
        "mean",
        lambda arguments: answer({"mean": sum(arguments["values"]) / len(arguments["values"])}),
        is_read_only=True,
        volatility=YEAR_SECONDS,
        additionalProperties=True,
    )
    return odd.create()
