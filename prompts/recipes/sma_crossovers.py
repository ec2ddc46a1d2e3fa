"""List the golden and death crosses of a symbol.

A golden cross is the day on which the short simple moving average of the closes rises above the long one, a
death cross the day on which it falls below. The averages use all earlier closes; only crosses inside the
period are listed.

Questions:
    Has AAPL had a golden cross in the last 5 years?
    When was the last golden cross of KO?
    List the golden crosses of MSFT since 2010.
    When was the last death cross of JPM?
    Show the golden crosses and death crosses of XOM since 2015.
    Has HD had a death cross over the past 2 years?
    List the 20/100 moving average crossovers of GE since 2015.
    Show the SMA crossovers of PG over the past 3 years.
    When was the last 20/50 crossover of PEP?
"""

from datetime import date
from typing import Annotated, Literal

import pandas as pd
from mcp_client import Param, alpaca_market_stocks_multi_bars, detect_sma_crossover, step

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000
NAMES = {"golden_cross": "golden cross", "death_cross": "death cross"}


def analyze(
    symbol: str = "AAPL",
    short_window: Annotated[int, Param(ge=2, le=400)] = 50,
    long_window: Annotated[int, Param(ge=3, le=500)] = 200,
    days: int | None = None,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """List the golden and death crosses of a symbol.

    symbol: ticker to look at
    short_window: closes in the short average
    long_window: closes in the long average
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    """
    if short_window >= long_window:
        raise ValueError("the short window must be shorter than the long one")
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    step("fetching closes")
    shown = fetch_closes([symbol], period)[symbol]
    until = {"days": None, "months": None, "to_date": None, "start": None, "end": shown.index[-1].date()}
    closes = fetch_closes([symbol], until)[symbol]
    if len(closes) < long_window:
        raise ValueError(
            f"{symbol} has {len(closes)} closes, fewer than {long_window}; choose a shorter window"
        )
    step("finding crosses")
    prices = {f"{day:%Y-%m-%d}": close for day, close in closes.items()}
    answer = detect_sma_crossover(prices=prices, short_window=short_window, long_window=long_window)
    crosses = [event for event in answer["events"] if event["date"] >= f"{shown.index[0]:%Y-%m-%d}"]
    return {
        "description": describe(symbol, crosses, f"{short_window}/{long_window}", shown),
        "body": [*counts(crosses), *(row(cross) for cross in reversed(crosses[-50:]))],
        "charts": [draw(symbol, closes, shown.index, (short_window, long_window))],
    }


def describe(symbol: str, crosses: list[dict], label: str, closes: pd.Series) -> str:
    if not crosses:
        return f"{symbol} had no {label} moving-average cross {describe_days(closes)}."
    last = crosses[-1]
    return (
        f"{symbol} had {len(crosses)} {label} moving-average cross{'' if len(crosses) == 1 else 'es'} "
        f"{describe_days(closes)}; the last was a {NAMES[last['kind']]} on {last['date']} at {last['price']:,.2f}."
    )


def counts(crosses: list[dict]) -> list[dict]:
    return [
        {
            "id": kind,
            "key": f"number of {name}es",
            "value": sum(cross["kind"] == kind for cross in crosses),
            "format": "integer",
            "description": "in the period",
        }
        for kind, name in NAMES.items()
    ]


def row(cross: dict) -> dict:
    return {
        "id": cross["date"],
        "key": NAMES[cross["kind"]],
        "value": cross["date"],
        "format": "date",
        "description": f"close {cross['price']:,.2f}",
    }


def draw(symbol: str, closes: pd.Series, days: pd.DatetimeIndex, windows: tuple[int, int]) -> dict:
    averages = {f"{window}-day average": closes.rolling(window).mean().dropna() for window in windows}
    lines = {"close": closes, **averages}
    return {
        "type": "line",
        "title": f"{symbol} and its moving averages",
        "format": "number",
        "series": [draw_line(name, values[values.index >= days[0]]) for name, values in lines.items()],
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


def draw_line(name: str, values: pd.Series) -> dict:
    """A chart line of at most about 500 points, the last value always among them."""
    shown = values.iloc[:: -(len(values) // 500 + 1)].iloc[::-1]
    return {"name": name, "x": [f"{day:%Y-%m-%d}" for day in shown.index], "y": shown.tolist()}
