"""Rank symbols by their annualised Sortino ratio.

It is the mean daily return over the downside deviation (the root of the mean squared negative return),
times the root of 252. Unlike in the Sharpe ratio, gains do not count as risk.

Questions:
    What is the Sortino ratio of AAPL?
    Rank KO, PEP and PG by Sortino ratio since 2015.
    Which of JPM, BAC and GE has the highest Sortino ratio?
    What was the Sortino ratio of MSFT over the last 3 years?
    Which has the worst Sortino ratio, XOM or CVX?
"""

from datetime import date
from typing import Literal

import pandas as pd
from mcp_client import alpaca_market_stocks_multi_bars, call_many, step

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000


def analyze(
    symbols: list[str] = ["AAPL"],
    days: int | None = 252,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
    order: Literal["highest", "lowest"] = "highest",
) -> dict:
    """Rank symbols by their annualised Sortino ratio.

    symbols: tickers to look at
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    order: whether the highest ratio comes first or the lowest
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    step("fetching closes")
    closes = fetch_closes(symbols, period)
    short = [symbol for symbol, series in closes.items() if len(series) < 3]
    if short:
        raise ValueError(
            f"{', '.join(short)}: a Sortino ratio needs at least 3 closes; choose a longer period"
        )
    step("calculating")
    answers = call_many(
        [
            ("calculate_sortino_ratio", {"returns": series.pct_change().dropna().tolist()})
            for series in closes.values()
        ]
    )
    ratios = {s: answer["sortino_ratio"] for s, answer in zip(closes, answers, strict=True)}
    unknown = [symbol for symbol, ratio in ratios.items() if ratio is None]
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: no loss in this period, so no ratio; choose a longer period")
    ranked = sorted(ratios, key=lambda symbol: ratios[symbol], reverse=order == "highest")
    listed = ", ".join(f"{symbol} {ratios[symbol]:.2f}" for symbol in ranked)
    return {
        "description": f"Annualised Sortino ratio {describe_days(closes[ranked[0]])}: {listed}.",
        "body": rows(ranked, ratios, closes),
        "charts": draw(ranked, ratios),
    }


def rows(ranked: list[str], ratios: dict, closes: dict) -> list[dict]:
    return [
        {
            "id": symbol,
            "key": f"{symbol} Sortino ratio",
            "value": ratios[symbol],
            "format": "number",
            "description": f"{len(closes[symbol]) - 1} daily returns, {describe_days(closes[symbol])}",
        }
        for symbol in ranked
    ]


def draw(ranked: list[str], ratios: dict) -> list[dict]:
    return [
        {
            "type": "bar",
            "title": "Annualised Sortino ratio",
            "format": "number",
            "series": [{"name": "Sortino ratio", "x": ranked, "y": [ratios[symbol] for symbol in ranked]}],
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
