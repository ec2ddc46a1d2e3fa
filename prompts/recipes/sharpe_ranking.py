"""Rank symbols by Sharpe ratio.

The Sharpe ratio is the mean of the simple daily returns above the risk-free rate, divided by their sample
standard deviation, times the square root of 252. The yearly risk-free rate is turned into a daily one by
compounding. A look-back of N trading days has N returns, from N + 1 closes; a period of dates uses the
closes inside it.

Questions:
    What was the Sharpe ratio of AAPL over the last 3 years?
    Which of KO, PEP and PG had the best Sharpe ratio since 2010?
    Rank JPM, BAC and GE by Sharpe ratio over the past 250 trading days.
    What is the Sharpe ratio of MSFT in 2019 with a 2% risk-free rate?
    Compare the Sharpe ratios of XOM and CVX between 2004 and 2008 with a risk-free rate of 3%.
    Which of WMT and HD had the lowest Sharpe ratio in 2008?
    Which of KO and JNJ had the best risk-adjusted return over the last 3 years?
    What is the risk-adjusted return of PG?
    Did LLY have a higher Sharpe ratio than PFE in 2012?
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
    risk_free_rate: float = 0.0,
    order: Literal["highest", "lowest"] = "highest",
) -> dict:
    """Rank symbols by Sharpe ratio.

    symbols: tickers to rank
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    risk_free_rate: yearly rate as a fraction, where 0.02 is 2 percent, -0.5 to 1
    order: which end of the ranking comes first
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    step("fetching closes")
    closes = fetch_closes(symbols, period)
    returns = {symbol: series.pct_change().dropna() for symbol, series in closes.items()}
    short = [symbol for symbol, values in returns.items() if len(values) < 2]
    if short:
        raise ValueError(
            f"{', '.join(short)}: a Sharpe ratio needs at least 3 closes; choose a longer period"
        )
    step("calculating Sharpe ratios")
    answers = call_many(
        [
            ("calculate_sharpe_ratio", {"returns": values.tolist(), "risk_free_rate": risk_free_rate})
            for values in returns.values()
        ]
    )
    sharpe = {symbol: answer["sharpe_ratio"] for symbol, answer in zip(returns, answers, strict=True)}
    flat = [symbol for symbol in sharpe if sharpe[symbol] is None]
    if flat:
        raise ValueError(f"{', '.join(flat)}: no Sharpe ratio, the closes do not move in this period")
    ranked = sorted(sharpe, key=lambda symbol: sharpe[symbol], reverse=order == "highest")
    return {
        "description": describe(ranked, sharpe, closes, risk_free_rate),
        "body": [row(symbol, sharpe[symbol], closes[symbol]) for symbol in ranked],
        "charts": [draw(ranked, sharpe)],
    }


def row(symbol: str, sharpe: float, closes: pd.Series) -> dict:
    return {
        "id": symbol,
        "key": symbol,
        "value": sharpe,
        "format": "number",
        "description": f"from {len(closes) - 1} daily returns, {describe_days(closes)}",
    }


def draw(ranked: list[str], sharpe: dict) -> dict:
    bars = {"name": "Sharpe ratio", "x": ranked, "y": [sharpe[symbol] for symbol in ranked]}
    return {"type": "bar", "title": "Sharpe ratio", "format": "number", "series": [bars]}


def describe(ranked: list[str], sharpe: dict, closes: dict, risk_free_rate: float) -> str:
    first, last = ranked[0], ranked[-1]
    when = f"{describe_days(closes[first])}, over a risk-free rate of {risk_free_rate:.2%}"
    if len(ranked) == 1:
        return f"{first} had a Sharpe ratio of {sharpe[first]:.3f} {when}."
    ends = ("highest", "lowest") if sharpe[first] >= sharpe[last] else ("lowest", "highest")
    return (
        f"{first} had the {ends[0]} Sharpe ratio of {len(ranked)} symbols {when}: {sharpe[first]:.3f}; "
        f"{last} had the {ends[1]}, {sharpe[last]:.3f}."
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
