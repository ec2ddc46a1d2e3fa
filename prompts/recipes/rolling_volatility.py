"""Follow the rolling volatility of a symbol and say where it stands in its range.

At each day it is the sample standard deviation of the daily returns of the window that ends there, times
the root of 252. The window lies wholly inside the period.

Questions:
    What is the rolling volatility of AAPL?
    Show the rolling 30-day volatility of KO.
    Plot the 60-day rolling volatility of MSFT over the last 5 years.
    How has the rolling volatility of JPM changed since 2015?
    Plot the rolling volatility of XOM over the past 3 years.
    Where does the volatility of PFE stand in its range of the past 2 years?
    Where is the 20-day volatility of WMT in its range?
"""

from datetime import date
from typing import Annotated, Literal

import pandas as pd
from mcp_client import Param, alpaca_market_stocks_multi_bars, calculate_rolling_volatility, step

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000


def analyze(
    symbol: str = "AAPL",
    window: Annotated[int, Param(ge=5, le=504)] = 30,
    days: int | None = 252,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """Follow the rolling volatility of a symbol and say where it stands in its range.

    symbol: ticker to look at
    window: daily returns in each figure
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    step("fetching closes")
    closes = fetch_closes([symbol], period)[symbol]
    returns = closes.pct_change().dropna()
    if len(returns) <= window:
        raise ValueError(
            f"{symbol} has {len(returns)} returns here; choose a longer period or a window below {window}"
        )
    step("calculating")
    answer = calculate_rolling_volatility(returns=returns.tolist(), window=window)
    values = pd.Series(answer["values"], index=returns.index, dtype=float).dropna()
    latest, share = values.iloc[-1], (values <= values.iloc[-1]).mean()
    ends = {"latest": values.index[-1], "highest": values.idxmax(), "lowest": values.idxmin()}
    return {
        "description": (
            f"The {window}-day volatility of {symbol} was {latest:.2%} a year on {values.index[-1]:%Y-%m-%d}, at or above "
            f"{share:.0%} of its values since {values.index[0]:%Y-%m-%d}, which went from {values.min():.2%} to "
            f"{values.max():.2%}."
        ),
        "body": [
            {
                "id": name,
                "key": f"{name} {window}-day volatility",
                "value": values[day],
                "format": "percent",
                "description": f"on {day:%Y-%m-%d}, annualised",
            }
            for name, day in ends.items()
        ],
        "charts": draw(symbol, window, values),
    }


def draw(symbol: str, window: int, values: pd.Series) -> list[dict]:
    return [
        {
            "type": "line",
            "title": f"{symbol}: {window}-day volatility, annualised",
            "format": "percent",
            "series": [draw_line(symbol, values)],
        }
    ]


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
