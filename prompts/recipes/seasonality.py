"""Say in which months, or on which weekdays, a symbol did well.

The returns of the same month of every year, or the daily returns of the same weekday, are averaged. A mean
of few and scattered returns says little: the rows have their number and how many were gains.

Questions:
    In which month does AAPL perform best?
    Show the seasonality of KO since 2000.
    What is the monthly seasonality of MSFT?
    On which weekday does JPM perform best?
    What is the weekday seasonality of XOM since 2010?
    What is the best month for HD on average?
    What is the average return of WMT by month since 1995?
    What is the average return of GE by weekday?
"""

from datetime import date
from typing import Literal

import pandas as pd
from mcp_client import alpaca_market_stocks_multi_bars, calculate_seasonality, step

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000


def analyze(
    symbol: str = "AAPL",
    by: Literal["month", "weekday"] = "month",
    days: int | None = None,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """Say in which months, or on which weekdays, a symbol did well.

    symbol: ticker to look at
    by: what is compared
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    step("fetching closes")
    closes = fetch_closes([symbol], period)[symbol]
    if by == "month":
        ends = closes.groupby(closes.index.to_period("M")).tail(1)
        returns = ends.pct_change().dropna()
    else:
        returns = closes.pct_change().dropna()
    if len(returns) < 24:
        raise ValueError(
            f"{symbol} has {len(returns)} returns by {by} here, too few to compare; choose a longer period"
        )
    step("comparing")
    answer = calculate_seasonality(returns={f"{d:%Y-%m-%d}": v for d, v in returns.items()}, by=by)
    seasons = {season["name"]: season for season in answer["seasons"] if season["count"]}
    best, worst = seasons[answer["best"]], seasons[answer["worst"]]
    what = "monthly returns" if by == "month" else "daily returns"
    return {
        "description": (
            f"{symbol} {describe_days(closes)}, mean {what} by {by}: best in {best['name']} with {best['mean']:+.2%}, "
            f"worst in {worst['name']} with {worst['mean']:+.2%}."
        ),
        "body": rows(what, seasons),
        "charts": draw(symbol, what, by, seasons),
    }


def rows(what: str, seasons: dict) -> list[dict]:
    return [
        {
            "id": name,
            "key": name,
            "value": season["mean"],
            "format": "percent",
            "is_change": True,
            "description": f"mean of {season['count']} {what}, {season['hit_rate']:.0%} of them gains",
        }
        for name, season in seasons.items()
    ]


def draw(symbol: str, what: str, by: str, seasons: dict) -> list[dict]:
    return [
        {
            "type": "bar",
            "title": f"{symbol}: mean of {what} by {by}",
            "format": "percent",
            "series": [
                {"name": symbol, "x": list(seasons), "y": [season["mean"] for season in seasons.values()]}
            ],
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
