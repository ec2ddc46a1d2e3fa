"""Show the daily closes of one symbol.

The closes are adjusted for splits and dividends. A look-back of N trading days has N closes here; a period of
dates uses the closes inside it, both ends included. Up to 60 closes are listed one by one.

Questions:
    What was the price history of AAPL over the last 60 trading days?
    Show me the daily closes of KO in March 2020.
    What were the prices of MSFT between 2010-01-04 and 2010-02-26?
    What was the price of HD over the last 3 months?
    Plot XOM since 2015.
    What was the latest closing price of CVX?
    What did JPM close at on 2008-09-15?
    What was the price of CVX on June 30, 2014?
    What was the highest closing price of WMT in 2020?
    On which day did PFE have its lowest close in 2009?
"""

from datetime import date
from typing import Literal

import pandas as pd
from mcp_client import alpaca_market_stocks_multi_bars, step

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000
ROWS_MAX = 60


def analyze(
    symbol: str = "AAPL",
    days: int | None = 60,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """Show the daily closes of one symbol.

    symbol: ticker to look at
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    if days is not None:
        period["days"] = days - 1
    step("fetching closes")
    closes = fetch_closes([symbol], period)[symbol]
    listed = closes if len(closes) <= ROWS_MAX else closes.iloc[:0]
    return {
        "description": describe(symbol, closes),
        "body": [
            close_row("first", "First close", closes, closes.index[0]),
            close_row("last", "Last close", closes, closes.index[-1]),
            close_row("highest", "Highest close", closes, closes.idxmax()),
            close_row("lowest", "Lowest close", closes, closes.idxmin()),
            *[close_row(f"{day:%Y-%m-%d}", f"{day:%Y-%m-%d}", closes, day) for day in listed.index],
        ],
        "charts": [
            {
                "type": "line",
                "title": f"{symbol} close",
                "format": "number",
                "series": [draw_line(symbol, closes)],
            }
        ],
    }


def close_row(row_id: str, key: str, closes: pd.Series, day: pd.Timestamp) -> dict:
    when = f"adjusted close of {day:%Y-%m-%d}"
    return {
        "id": row_id,
        "key": key,
        "value": closes[day],
        "format": "number",
        "unit": closes.name,
        "description": when,
    }


def describe(symbol: str, closes: pd.Series) -> str:
    if len(closes) == 1:
        return f"{symbol} closed at {closes.iloc[0]:,.2f} (adjusted) on {closes.index[0]:%Y-%m-%d}."
    highest, lowest = closes.idxmax(), closes.idxmin()
    return (
        f"{symbol} closed at {closes.iloc[-1]:,.2f} on {closes.index[-1]:%Y-%m-%d}, "
        f"the last of {len(closes)} adjusted closes {describe_days(closes)}; "
        f"the highest was {closes[highest]:,.2f} on {highest:%Y-%m-%d}, "
        f"the lowest {closes[lowest]:,.2f} on {lowest:%Y-%m-%d}."
    )


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


def draw_line(name: str, values: pd.Series) -> dict:
    """A chart line of at most about 500 points, the last value always among them."""
    shown = values.iloc[:: -(len(values) // 500 + 1)].iloc[::-1]
    return {"name": name, "x": [f"{day:%Y-%m-%d}" for day in shown.index], "y": shown.tolist()}
