"""List the corporate actions of a symbol: its dividends and stock splits, the newest first.

Dividends are by ex-date and adjusted for splits. Mergers, spin-offs and buybacks are not in the data.

Questions:
    Show the corporate actions of KO.
    Show the corporate actions of QQQ over the past 2 years.
    Show the dividends and splits of AAPL since 2010.
    What corporate actions did WMT have in 2023?
    List the splits and dividends of NVDA.
"""

from datetime import date
from typing import Annotated

import pandas as pd
from mcp_client import Param, alpaca_market_clock, eodhd_dividends, eodhd_splits, step


def analyze(
    symbol: str = "KO",
    months: Annotated[int | None, Param(ge=1, le=1200)] = 12,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """List the corporate actions of a symbol: its dividends and stock splits, the newest first.

    symbol: ticker
    months: how long the list goes back from today
    start: first day; wins over months
    end: last day
    """
    step("reading dividends and splits")
    now = pd.Timestamp(alpaca_market_clock()["data"]["now"]).tz_localize(None).normalize()
    last = pd.Timestamp(end) if end else now
    begin = pd.Timestamp(start) if start else last - pd.DateOffset(months=months) if months else None
    answer = eodhd_dividends(symbol=symbol)
    paid, unit = answer["data"], answer["metadata"]["currency"] or "USD"
    splits = eodhd_splits(symbol=symbol)["data"]
    actions = [
        *((day, "dividend", amount) for day, amount in zip(paid["ex_date"], paid["amount"], strict=True)),
        *((day, "split", ratio) for day, ratio in zip(splits["date"], splits["ratio"], strict=True)),
    ]
    within = [
        action
        for action in sorted(actions, reverse=True)
        if pd.Timestamp(action[0]) <= last and (begin is None or pd.Timestamp(action[0]) >= begin)
    ]
    since = f"up to {last:%Y-%m-%d}" if begin is None else f"from {begin:%Y-%m-%d} to {last:%Y-%m-%d}"
    dividends = [value for _, kind, value in within if kind == "dividend"]
    count = len(within) - len(dividends)
    return {
        "description": (
            f"{symbol} had {plural(len(dividends), 'dividend')}"
            f"{f' of {sum(dividends):,.4g} {unit} a share together' if dividends else ''} and "
            f"{plural(count, 'stock split')} {since}; mergers and other actions are not in the data."
        ),
        "body": rows(within, unit, since, len(dividends)),
    }


def plural(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"


def rows(within: list[tuple], unit: str, since: str, dividends: int) -> list[dict]:
    counts = {"dividends": dividends, "splits": len(within) - dividends}
    return [
        *(
            {"id": name, "key": f"number of {name}", "value": n, "format": "integer", "description": since}
            for name, n in counts.items()
        ),
        *(
            {
                "id": f"{kind}:{day}",
                "key": f"{kind} of {day}",
                "value": value,
                "format": "currency" if kind == "dividend" else "number",
                "unit": unit if kind == "dividend" else None,
                "description": "a share, by ex-date" if kind == "dividend" else describe_split(value),
            }
            for day, kind, value in within
        ),
    ]


def describe_split(ratio: float) -> str:
    return f"{ratio:g} new shares for 1" if ratio >= 1 else f"1 new share for {1 / ratio:g}"
