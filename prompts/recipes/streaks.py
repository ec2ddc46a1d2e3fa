"""Find how many days in a row a symbol rose or fell, now and at most.

A streak is a run of daily returns of the same sign; a day without change ends it. The current one is the
run that the last close of the period is in.

Questions:
    How many days in a row has AAPL been up?
    How many days in a row has KO been down?
    What is the longest winning streak of MSFT since 2010?
    What was the longest losing streak of GE in 2008?
    Show the streaks of JPM over the past year.
    What is the current streak of XOM?
"""

from datetime import date
from typing import Literal

import pandas as pd
from mcp_client import alpaca_market_stocks_multi_bars, calculate_streaks, step

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000


def analyze(
    symbol: str = "AAPL",
    days: int | None = 252,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """Find how many days in a row a symbol rose or fell, now and at most.

    symbol: ticker to look at
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    step("fetching closes")
    closes = fetch_closes([symbol], period)[symbol]
    if len(closes) < 2:
        raise ValueError(f"{symbol} has one close here, and a streak needs 2; choose a longer period")
    step("counting")
    returns = {f"{day:%Y-%m-%d}": value for day, value in closes.pct_change().dropna().items()}
    answer = calculate_streaks(returns=returns)
    names = {"current": "current streak", "longest_gains": "longest rise", "longest_losses": "longest fall"}
    current = answer["current"]
    length = current["length"] if current else 0
    way = "" if not length else " up" if next(reversed(returns.values())) > 0 else " down"
    found = "; ".join(
        f"the {names[name]} was {answer[name]['length']} days, ending on {answer[name]['end']['date']}"
        for name in ("longest_gains", "longest_losses")
        if answer[name]
    )
    return {
        "description": (
            f"On {closes.index[-1]:%Y-%m-%d} {symbol} had been{way or ' unchanged'} for {length or 1} "
            f"day{'' if length in (0, 1) else 's'} in a row. {describe_days(closes).capitalize()}: "
            f"{found or 'no rise and no fall'}."
        ),
        "body": [row(name, names[name], answer[name]) for name in names],
        "charts": [
            {
                "type": "bar",
                "title": f"{symbol}: daily returns",
                "format": "percent",
                "series": [{"name": symbol, "x": list(returns)[-60:], "y": list(returns.values())[-60:]}],
            }
        ],
    }


def row(name: str, label: str, streak: dict | None) -> dict:
    when = (
        f"from {streak['start']['date']} to {streak['end']['date']}, {streak['total_return'] or 0:+.2%}"
        if streak
        else "none in this period"
    )
    return {
        "id": name,
        "key": f"{label} in days",
        "value": streak["length"] if streak else 0,
        "format": "integer",
        "unit": "days",
        "description": when,
    }


def fetch_closes(symbols: list[str], period: dict) -> dict:
    """A Series of daily closes by date for each symbol, inside the period, named by its currency.

    `start` wins over `to_date`, that over `months`, that over `days`; with none of them, all there is.
    """
    if not symbols:
        raise ValueError("give at least one symbol")
    symbols = list(dict.fromkeys(symbols))
    request = {"timeframe": "1Day", "limit": BARS_MAX}
    if not period["start"]:
        if period["to_date"]:
            request["limit"] = 260
        elif period["months"]:
            request["limit"] = min(23 * period["months"] + 1, BARS_MAX)
        elif period["days"] is not None:
            request["limit"] = period["days"] + 1
    for name in ("start", "end"):
        if period[name]:
            request[name] = period[name].isoformat()
    request["limit"] = min(request["limit"], TABLE_BARS_MAX // len(symbols))
    answer = alpaca_market_stocks_multi_bars(symbols=symbols, **request)
    table, currency = answer["data"], answer["metadata"]["currency"]
    dates = pd.to_datetime(table["timestamp"])
    closes = {}
    for symbol, column in zip(symbols, table["close"].values(), strict=True):
        unit = currency if currency and not symbol.startswith("^") else "points"
        series = pd.Series(column, index=dates, dtype=float, name=unit).dropna()
        if series.empty:
            raise ValueError(f"{symbol} has no closes in this period; choose another one")
        closes[symbol] = series.loc[first_day(series.index[-1], period) :]
    return closes


def first_day(last: pd.Timestamp, period: dict) -> pd.Timestamp | None:
    """Where a look-back in months or to date begins; None where the tool has cut already."""
    if period["start"]:
        return None
    if period["to_date"]:
        return last.to_period({"month": "M", "quarter": "Q", "year": "Y"}[period["to_date"]]).start_time
    return last - pd.DateOffset(months=period["months"]) if period["months"] else None


def describe_days(closes: pd.Series) -> str:
    return f"from {closes.index[0]:%Y-%m-%d} to {closes.index[-1]:%Y-%m-%d}"
