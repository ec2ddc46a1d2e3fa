"""Measure the performance of one symbol.

The total return is the last adjusted close of the period over its first, minus 1; the closes are adjusted
for splits and dividends. The compound annual growth rate (CAGR) spreads it over the calendar days, 365.25 a
year, and is left out below one year. A look-back of N trading days has N returns, from N + 1 closes; a
period of dates uses the closes inside it, both ends included.

Questions:
    What was the total return of AAPL over the last 6 months?
    How did KO do in 2009?
    How has XOM done year to date?
    What is the CAGR of MSFT since 2010?
    What was the worst day of JPM between September 2008 and March 2009?
    When was the best day of AMD in the past 5 years?
    Show me the performance of WMT.
    How much did GE lose in 2008?
    HD year to date
"""

from datetime import date
from typing import Literal

import pandas as pd
from mcp_client import alpaca_market_stocks_multi_bars, step

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000


def analyze(
    symbol: str = "AAPL",
    days: int | None = 252,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """Measure the performance of one symbol.

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
        raise ValueError(f"{symbol}: a return needs at least 2 closes; choose a longer period")
    returns = closes.pct_change().dropna()
    total = closes.iloc[-1] / closes.iloc[0] - 1
    cagr = annual_growth(closes)
    return {
        "description": describe(symbol, closes, total, cagr),
        "body": [
            return_row("total_return", "Total return", total, describe_days(closes)),
            return_row("cagr", "Compound annual growth rate", cagr, "a year"),
            return_row("best_day", "Best day", returns.max(), f"on {returns.idxmax():%Y-%m-%d}"),
            return_row("worst_day", "Worst day", returns.min(), f"on {returns.idxmin():%Y-%m-%d}"),
            price_row("start", "First close", closes, 0),
            price_row("end", "Last close", closes, -1),
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


def annual_growth(closes: pd.Series) -> float | None:
    """The CAGR as a fraction; None below one year, where it would extrapolate."""
    calendar_days = (closes.index[-1] - closes.index[0]).days
    if calendar_days < 365:
        return None
    return (closes.iloc[-1] / closes.iloc[0]) ** (365.25 / calendar_days) - 1


def return_row(row_id: str, key: str, value: float | None, text: str) -> dict:
    figure = {"value": value, "format": "percent", "is_change": True}
    reason = "" if value is not None else "the period is shorter than one year"
    return {"id": row_id, "key": key, "description": text, "reason": reason, **figure}


def price_row(row_id: str, key: str, closes: pd.Series, position: int) -> dict:
    when = f"on {closes.index[position]:%Y-%m-%d}, adjusted"
    return {
        "id": row_id,
        "key": key,
        "value": closes.iloc[position],
        "format": "number",
        "unit": closes.name,
        "description": when,
    }


def describe(symbol: str, closes: pd.Series, total: float, cagr: float | None) -> str:
    returns = closes.pct_change().dropna()
    best, worst = returns.idxmax(), returns.idxmin()
    yearly = f" ({cagr:.2%} a year)" if cagr is not None else ""
    return (
        f"{symbol} returned {total:.2%}{yearly} {describe_days(closes)}; its best day was {best:%Y-%m-%d} "
        f"with {returns[best]:.2%}, its worst {worst:%Y-%m-%d} with {returns[worst]:.2%}."
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
