"""An answer with one chart of each kind."""

from itertools import product
from typing import Any

from tests.doubles.page_scripts import answer_of, make_days, make_walk, row


def make_candles() -> dict[str, Any]:
    """A year of prices with volume and a moving average."""
    days, close = make_days(180), make_walk(180)
    average = [None if at < 20 else sum(close[at - 20 : at]) / 20 for at in range(len(close))]
    return {
        "type": "candlestick",
        "title": "AAPL, daily",
        "x": days,
        "open": [close[0], *close[:-1]],
        "close": close,
        "high": [value * 1.012 for value in close],
        "low": [value * 0.986 for value in close],
        "volume": [40_000_000 + (at * 7_919_333) % 30_000_000 for at in range(180)],
        "series": [{"name": "20-day average", "x": days, "y": average}],
    }


def make_many() -> dict[str, Any]:
    """32 figures, and one chart of each kind."""
    names = ["AAPL", "MSFT", "KO", "JPM"]
    quarters = ["2025 Q1", "2025 Q2", "2025 Q3", "2025 Q4"]
    bars = [
        {"name": name, "x": quarters, "y": [20 + at * 3 + shift for at in range(4)]}
        for shift, name in enumerate(names[:3])
    ]
    points = {"name": "funds", "x": make_walk(40, 12), "y": make_walk(40, 8)}
    grid = [[1 if a == b else round(0.9 - 0.45 * abs(a - b), 2) for a in range(4)] for b in range(4)]
    moves = [today / before - 1 for before, today in zip(make_walk(400), make_walk(400)[1:], strict=False)]
    charts = [
        make_candles(),
        {"type": "bar", "title": "Revenue", "series": bars},
        {"type": "heatmap", "title": "Correlation", "x": names, "y": names, "z": grid},
        {
            "type": "histogram",
            "title": "Daily returns",
            "format": "percent",
            "series": [{"name": "AAPL", "x": [], "y": moves}],
        },
        {"type": "scatter", "title": "Risk and return", "series": [points]},
        {"type": "pie", "title": "Weights", "series": [{"name": "w", "x": names, "y": [4, 3, 2, 1]}]},
        {
            "type": "area",
            "title": "Value",
            "series": [{"name": "value", "x": make_days(250), "y": make_walk(250)}],
        },
    ]
    rows = [
        row(f"{name} {quarter}", (place - 9) / 100, "return", format="percent", is_change=True)
        for place, (name, quarter) in enumerate(product([*names, "XOM", "GE", "PG", "WMT"], quarters))
    ]
    return answer_of(*rows, description="The symbols side by side.", charts=charts)
