"""Measure a portfolio of given weights: return, volatility, drawdown and ratios.

The portfolio is brought back to its weights every day, without costs. Without weights, all symbols have the
same.

Questions:
    How did a portfolio of 60% AAPL and 40% KO do since 2015?
    What is the volatility of a portfolio of 50% MSFT and 50% JPM?
    What is the Sharpe ratio of a portfolio of 70% XOM and 30% PG?
    What was the maximum drawdown of a portfolio of 60% KO and 40% PEP since 2008?
    How did a 60/40 portfolio of AAPL and KO do in 2022?
    What would an equal weight portfolio of KO, PEP and PG have returned since 2010?
    What is the risk of a portfolio of 60% MSFT and 40% WMT?
    How volatile is an equally weighted portfolio of JPM, BAC and GE?
    70% WMT and 30% XOM since 2015
    How would 70/30 KO and GE have fared in 2020?
"""

from datetime import date
from typing import Literal

import pandas as pd
from mcp_client import alpaca_market_stocks_multi_bars, calculate_portfolio_metrics, step

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000


def analyze(
    symbols: list[str] = ["AAPL", "KO"],
    weights: list[float] | None = None,
    days: int | None = 756,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """Measure a portfolio of given weights: return, volatility, drawdown and ratios.

    symbols: tickers that it holds
    weights: fractions in the order of the symbols, which together make 1; equal when empty
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    """
    shares = weights or [1 / len(symbols)] * len(symbols)
    if len(shares) != len(symbols) or len(set(symbols)) < 2:
        raise ValueError("give one weight for each of at least two symbols")
    if min(shares) < 0 or abs(sum(shares) - 1) > 0.011:
        raise ValueError(f"the weights make {sum(shares):.2f} together; give fractions that make 1")
    weight = {symbol: share / sum(shares) for symbol, share in zip(symbols, shares, strict=True)}
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    step("fetching closes")
    prices = pd.concat(fetch_closes(symbols, period), axis=1).dropna()
    returns = prices.pct_change().dropna()
    if len(returns) < 20:
        raise ValueError(
            f"these symbols have {len(returns)} common returns here, and 20 are needed; choose a longer period"
        )
    step("measuring")
    columns = {str(symbol): returns[symbol].tolist() for symbol in returns}
    found = calculate_portfolio_metrics(returns=columns, weights=weight)
    growth = (1 + (returns * pd.Series(weight)).sum(axis=1)).cumprod()
    named = ", ".join(f"{share:.0%} {symbol}" for symbol, share in weight.items())
    when = describe_days(prices.iloc[:, 0])
    ratio = found["sharpe_ratio"]
    sharpe = f", a Sharpe ratio of {ratio:.2f}" if ratio is not None else ""
    return {
        "description": (
            f"A portfolio of {named} returned {found['total_return']:+.2%} {when}, with a volatility of "
            f"{found['volatility']:.2%} a year{sharpe} and a maximum drawdown of {found['max_drawdown']:.2%}."
        ),
        "body": rows(found, when),
        "charts": draw(named, growth),
    }


def draw(named: str, growth: pd.Series) -> list[dict]:
    return [
        {
            "type": "line",
            "title": f"Growth of 1 in {named}",
            "format": "number",
            "series": [draw_line("portfolio", growth)],
        }
    ]


def rows(found: dict, when: str) -> list[dict]:
    names = {
        "total_return": ("total return", "percent"),
        "annual_growth": ("growth a year", "percent"),
        "volatility": ("volatility a year", "percent"),
        "max_drawdown": ("maximum drawdown", "percent"),
        "sharpe_ratio": ("Sharpe ratio", "number"),
        "sortino_ratio": ("Sortino ratio", "number"),
        "best": ("best day", "percent"),
        "worst": ("worst day", "percent"),
    }
    return [
        {
            "id": key,
            "key": name,
            "value": found[key],
            "format": format_,
            "description": when,
            "reason": "" if found[key] is not None else found["reason"],
        }
        for key, (name, format_) in names.items()
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
