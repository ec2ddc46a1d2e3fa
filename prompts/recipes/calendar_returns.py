"""List the returns of a symbol by calendar month or year.

Each is the last adjusted close of the month or year over that of the one before, minus 1; the first counts
from the first close of the period, so it may be a part of a month or year. The last may not be over yet.

Questions:
    Show the monthly returns of MSFT in 2021.
    What were the annual returns of AAPL since 2010?
    List the yearly returns of KO.
    What was the best month of JPM since 2000?
    What was the worst year of GE since 1995?
    What were the monthly returns of HD over the past 2 years?
    What was the worst month of XOM?
    What was the best year of WMT?
    Plot the annual returns of PG since 2000.
    Plot the monthly returns of PEP in 2020.
"""

from datetime import date
from typing import Literal

import pandas as pd
from mcp_client import alpaca_market_stocks_multi_bars, calculate_return_summary, step

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000


def analyze(
    symbol: str = "AAPL",
    by: Literal["month", "year"] = "month",
    days: int | None = None,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """List the returns of a symbol by calendar month or year.

    symbol: ticker to look at
    by: length of each return
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    step("fetching closes")
    closes = fetch_before(symbol, period)
    step("calculating")
    prices = {f"{day:%Y-%m-%d}": close for day, close in closes.items()}
    summary = calculate_return_summary(prices=prices)
    periods = (summary["by_month"] if by == "month" else summary["by_year"]) or []
    found = {item["period"]: item["value"] for item in periods}
    best, worst = max(found, key=lambda key: found[key]), min(found, key=lambda key: found[key])
    gains = sum(value > 0 for value in found.values())
    return {
        "description": (
            f"{symbol} {describe_days(closes)}: the best {by} was {best} with {found[best]:+.2%}, the worst {worst} with "
            f"{found[worst]:+.2%}; {gains} of {len(found)} were gains."
        ),
        "body": [
            summary_row("best", by, best, found[best]),
            summary_row("worst", by, worst, found[worst]),
            *(
                {"id": key, "key": key, "value": value, "format": "percent", "is_change": True}
                for key, value in found.items()
            ),
        ],
        "charts": draw(symbol, by, found),
    }


def draw(symbol: str, by: str, found: dict) -> list[dict]:
    return [
        {
            "type": "bar",
            "title": f"{symbol}: returns by {by}",
            "format": "percent",
            "series": [{"name": symbol, "x": list(found), "y": list(found.values())}],
        }
    ]


def summary_row(name: str, by: str, when: str, value: float) -> dict:
    return {
        "id": name,
        "key": f"{name} {by}",
        "value": value,
        "format": "percent",
        "is_change": True,
        "description": when,
    }


def fetch_before(symbol: str, period: dict) -> pd.Series:
    """The closes of the period and the one before it, from which its first return is counted."""
    closes = fetch_closes([symbol], period)[symbol]
    before = {"start": None, "end": closes.index[0].date(), "months": None, "to_date": None, "days": 1}
    first = fetch_closes([symbol], before)[symbol]
    return pd.concat([first[first.index < closes.index[0]], closes])


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
