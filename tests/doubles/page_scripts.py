"""Scripts as a model writes them, for what recipes do not do at will: odd values, failures, any chart."""

from datetime import datetime, timedelta
from typing import Any

PLAIN = '''from mcp_client import alpaca_market_stocks_multi_bars, step


def analyze(symbols: list[str] = ["AAPL", "MSFT"], days: int = 120) -> dict:
    """Compare the last closes of symbols.

    symbols: tickers to compare
    days: trading days to look back, 5 to 1000
    """
    # one request for all symbols
    answer = alpaca_market_stocks_multi_bars(symbols=symbols, timeframe="1Day", limit=days + 1)
    closes = answer["data"]["close"]
    rows = [{"id": name, "key": name, "value": closes[name][-1], "unit": "USD"} for name in symbols]
    step("comparing")
    rows.append({"id": "days", "key": "days", "value": days, "description": "as asked", "format": "integer"})
    return {"description": f"The last closes after {days} days.", "body": rows, "charts": []}
'''
"""Line 11 makes the one data call."""

RAISES = PLAIN.replace('["close"]\n', '["closing"]\n')
"""Line 12 looks for what is not there."""

HUNGRY = PLAIN.replace(
    "    # one", '    blocks = ["x" * 1_000_000 + str(place) for place in range(days * 100)]\n    # one'
)
"""Wants 12 GB."""

SLOW = PLAIN.replace("    # one", "    while days > 100:\n        pass\n    # one")
"""Never ends with more than 100 days."""

SURVIVES = '''from mcp_client import ToolError, alpaca_market_stocks_bars, eodhd_fundamentals


def analyze() -> dict:
    """Report a price and a revenue, whichever can be had."""
    close = alpaca_market_stocks_bars(symbol="AAPL", timeframe="1Day", limit=1)["data"]["close"][-1]
    try:
        reports = eodhd_fundamentals(symbol="MSFT")["data"]["yearly"]
        revenue = reports["income"]["items"]["revenue"][-1]
    except ToolError:
        revenue = None
    rows = [
        {"id": "aapl", "key": "AAPL", "value": close, "unit": "USD"},
        {"id": "msft", "key": "MSFT", "value": revenue, "unit": "USD"},
    ]
    earned = "is not known" if revenue is None else f"was {revenue:,.0f} USD"
    said = f"AAPL closed at {close:,.2f} USD; the last yearly revenue of MSFT {earned}."
    return {"description": said, "body": rows, "charts": []}
'''
"""Answers in part when there are no fundamentals."""

DIFFERING = '''from datetime import date, timedelta

from mcp_client import alpaca_market_stocks_multi_bars


def analyze(symbols: list[str] = ["AAPL", "MSFT"], days: int = 120) -> dict:
    """Report figures of which some depend on the days, and some are there for some days only.

    days: trading days to look back, 5 to 1000
    """
    alpaca_market_stocks_multi_bars(symbols=symbols, timeframe="1Day", limit=days + 1)
    highest = 0.25 + days / 2000
    rows = [
        {"id": "msft", "key": "MSFT", "value": highest, "format": "percent"},
        {"id": "aapl", "key": "AAPL", "value": 0.2512, "format": "percent"},
        {"id": "change", "key": "change", "value": -0.281, "format": "percent", "is_change": True},
        {"id": "days", "key": "days", "value": days, "format": "integer"},
        {"id": "as_of", "key": "as_of", "value": "2026-11-20", "format": "date"},
    ]
    if days < 200:
        rows.append({"id": "last", "key": "last", "value": 231.44, "format": "currency", "unit": "USD"})
    else:
        rows.append({"id": "beta", "key": "beta", "value": 1.2, "description": "new"})
    x = [f"{date(2024, 1, 1) + timedelta(days=place)}" for place in range(250)]
    series = [
        {"name": name, "x": x, "y": [100.0 + days / 10 + place * 37 % 17 + shift for place in range(250)]}
        for shift, name in enumerate(symbols)
    ]
    return {
        "description": f"MSFT moved most over {days} days, at {highest:.2%} a year.",
        "body": rows,
        "charts": [{"type": "line", "title": "Closes", "format": "number", "series": series}],
    }
'''


def row(key: str, value: Any, description: str = "", **facts: Any) -> dict[str, Any]:
    """One figure with its id."""
    return {"id": key.lower(), "key": key, "value": value, "description": description, **facts}


def answer_of(*rows: dict[str, Any], description: str = "Done.", charts: Any = ()) -> dict[str, Any]:
    """A result in the agreed form."""
    return {"description": description, "body": list(rows), "charts": list(charts)}


def returning(result: Any, before: str = "pass", head: str = "def analyze() -> dict:") -> str:
    """A script that does `before` and returns this literal."""
    return f"{head}\n    {before}\n    return {result!r}\n"


def make_days(count: int, first: str = "2024-01-02") -> list[str]:
    """Dates one after another, weekends left out."""
    day = datetime.fromisoformat(first)
    days: list[str] = []
    while len(days) < count:
        if day.weekday() < 5:
            days.append(f"{day:%Y-%m-%d}")
        day += timedelta(days=1)
    return days


def make_walk(count: int, start: float = 100.0, step: float = 1.7) -> list[float]:
    """Prices that go up and down, the same each time."""
    values, value = [], start
    for index in range(count):
        value *= 1 + ((index * 7919 + int(start)) % 23 - 10.6) / 1000 * step
        values.append(round(value, 2))
    return values
