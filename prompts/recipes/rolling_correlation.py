"""Follow the rolling correlation of two symbols and say where it stands in its range.

At each day it is the correlation of the daily returns in the window that ends there. Only days that both
have count, and the window lies wholly inside the period.

Questions:
    What is the rolling correlation of AAPL and MSFT?
    Show the 60-day rolling correlation of KO and PEP.
    Plot the rolling 90-day correlation of XOM and CVX over the last 5 years.
    How has the rolling correlation between JPM and BAC changed since 2010?
    Plot the rolling correlation of JPM and WFC.
    What is the rolling correlation of KO with the S&P 500?
"""

from datetime import date
from typing import Annotated, Literal

import pandas as pd
from mcp_client import Param, alpaca_market_stocks_multi_bars, calculate_rolling_correlation, step

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000


def analyze(
    symbols: list[str] = ["AAPL", "MSFT"],
    window: Annotated[int, Param(ge=5, le=504)] = 60,
    days: int | None = 504,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """Follow the rolling correlation of two symbols and say where it stands in its range.

    symbols: the two tickers
    window: daily returns in each figure
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    """
    if len(set(symbols)) != 2:
        raise ValueError("a rolling correlation is of two symbols; name two")
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    step("fetching closes")
    both = pd.concat(fetch_closes(symbols, period), axis=1).dropna()
    returns = both.pct_change().dropna()
    if len(returns) <= window:
        raise ValueError(
            f"there are {len(returns)} returns here; choose a longer period or a window below {window}"
        )
    step("calculating")
    first, second = (returns[symbol].tolist() for symbol in symbols)
    answer = calculate_rolling_correlation(returns=first, benchmark=second, window=window)
    values = pd.Series(answer["values"], index=returns.index, dtype=float).dropna()
    if values.empty:
        raise ValueError(f"a price does not move here, so there is no correlation: {answer['reason']}")
    ends = {"latest": values.index[-1], "highest": values.idxmax(), "lowest": values.idxmin()}
    pair = " and ".join(symbols)
    return {
        "description": (
            f"The {window}-day correlation of {pair} was {values.iloc[-1]:.2f} on {values.index[-1]:%Y-%m-%d}; since "
            f"{values.index[0]:%Y-%m-%d} it went from {values.min():.2f} to {values.max():.2f}."
        ),
        "body": rows(values, window, ends),
        "charts": draw(window, pair, values),
    }


def rows(values: pd.Series, window: int, ends: dict) -> list[dict]:
    return [
        {
            "id": name,
            "key": f"{name} {window}-day correlation",
            "value": values[day],
            "format": "number",
            "description": f"on {day:%Y-%m-%d}, of daily returns",
        }
        for name, day in ends.items()
    ]


def draw(window: int, pair: str, values: pd.Series) -> list[dict]:
    return [
        {
            "type": "line",
            "title": f"{window}-day correlation of {pair}",
            "format": "number",
            "series": [draw_line(pair, values)],
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
