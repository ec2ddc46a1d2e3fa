"""Rank symbols by realised volatility.

Volatility is the sample standard deviation of the simple daily returns of the adjusted closes, times the
square root of 252. A look-back of N trading days has N returns, from N + 1 closes; a period of dates uses
the closes inside it, both ends included.

Questions:
    How volatile was AAPL over the last 60 trading days?
    Which of AAPL, MSFT and KO had the highest volatility over the past 6 months?
    Rank JPM, BAC, GE and XOM by annualised volatility since 2015.
    Was PEP less volatile than PG in 2020?
    What is the volatility of NVDA?
    Show me the volatilities of KO and PEP from 2001-01-01 to 2003-12-31.
"""

from datetime import date
from typing import Literal

import pandas as pd
from mcp_client import alpaca_market_stocks_multi_bars, call_many, step

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000


def analyze(
    symbols: list[str] = ["AAPL", "MSFT"],
    days: int | None = 252,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
    order: Literal["highest", "lowest"] = "highest",
) -> dict:
    """Rank symbols by realised volatility.

    symbols: tickers to rank
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    order: which end of the ranking comes first
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    step("fetching closes")
    closes = fetch_closes(symbols, period)
    returns = {symbol: series.pct_change().dropna() for symbol, series in closes.items()}
    short = [symbol for symbol, values in returns.items() if len(values) < 2]
    if short:
        raise ValueError(f"{', '.join(short)}: volatility needs at least 3 closes; choose a longer period")
    step("calculating volatility")
    answers = call_many(
        [("calculate_volatility", {"returns": values.tolist()}) for values in returns.values()]
    )
    volatility = {symbol: answer["volatility"] for symbol, answer in zip(returns, answers, strict=True)}
    ranked = sorted(volatility, key=lambda symbol: volatility[symbol], reverse=order == "highest")
    return {
        "description": describe(ranked, volatility, closes),
        "body": [row(symbol, volatility[symbol], closes[symbol]) for symbol in ranked],
        "charts": [draw(ranked, volatility)],
    }


def row(symbol: str, volatility: float, closes: pd.Series) -> dict:
    return {
        "id": symbol,
        "key": symbol,
        "value": volatility,
        "format": "percent",
        "unit": "per year",
        "description": f"from {len(closes) - 1} daily returns, {describe_days(closes)}",
    }


def draw(ranked: list[str], volatility: dict) -> dict:
    bars = {"name": "volatility", "x": ranked, "y": [volatility[symbol] for symbol in ranked]}
    return {"type": "bar", "title": "Annualised volatility", "format": "percent", "series": [bars]}


def describe(ranked: list[str], volatility: dict, closes: dict) -> str:
    first, last = ranked[0], ranked[-1]
    when = describe_days(closes[first])
    if len(ranked) == 1:
        return f"{first} had an annualised volatility of {volatility[first]:.2%} {when}."
    ends = ("most", "least") if volatility[first] >= volatility[last] else ("least", "most")
    return (
        f"{first} was the {ends[0]} volatile of {len(ranked)} symbols {when}, "
        f"at {volatility[first]:.2%} a year; "
        f"{last} was the {ends[1]} volatile, at {volatility[last]:.2%}."
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
