"""Calculate how the daily returns of symbols correlate.

The correlation is Pearson's, of the simple daily returns of the adjusted closes on the days that all symbols
have. A look-back of N trading days has N returns, from N + 1 closes; a period of dates uses the closes
inside it, both ends included.

Questions:
    What is the correlation between AAPL and MSFT over the last 120 trading days?
    How correlated were KO and PEP in 2015?
    Show the correlation matrix of JPM, BAC, XOM and CVX since 2018.
    Which pair of AMD, AAPL and MSFT was the most correlated over the past 2 years?
    Plot the correlations of WMT, HD and BBY over the last 250 trading days.
"""

from datetime import date
from typing import Literal

import pandas as pd
from mcp_client import alpaca_market_crypto_bars, alpaca_market_stocks_multi_bars, calculate_correlation_matrix, step

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
    """Calculate how the daily returns of symbols correlate.

    symbols: two or more tickers, or pairs such as BTC/USD alone
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    order: which end of the list of pairs comes first
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    if len(set(symbols)) < 2:
        raise ValueError("a correlation needs two different symbols")
    step("fetching closes")
    fetch = fetch_coins if all("/" in symbol for symbol in symbols) else fetch_closes
    closes = fetch(symbols, period)
    shared = pd.DataFrame(closes).dropna()
    if len(shared) < 4:
        raise ValueError(f"the symbols share only {len(shared)} closes in this period; choose a longer one")
    step("calculating correlations")
    days_shared = [f"{day:%Y-%m-%d}" for day in shared.index]
    answer = calculate_correlation_matrix(
        price_series={
            symbol: dict(zip(days_shared, shared[symbol].tolist(), strict=True)) for symbol in shared.columns
        }
    )
    known = [pair for pair in answer["pairs"] if pair["correlation"] is not None]
    if not known:
        raise ValueError(f"there is no correlation: {answer['reason']}")
    pairs = sorted(known, key=lambda pair: pair["correlation"], reverse=order == "highest")
    unknown = [pair for pair in answer["pairs"] if pair["correlation"] is None]
    return {
        "description": describe(pairs, shared),
        "body": [row(pair, shared, answer["reason"]) for pair in [*pairs, *unknown]],
        "charts": [draw(answer["symbols"], answer["matrix"])],
    }


def row(pair: dict, shared: pd.DataFrame, reason: str | None) -> dict:
    return {
        "id": f"{pair['first']}:{pair['second']}",
        "key": f"{pair['first']} and {pair['second']}",
        "value": pair["correlation"],
        "format": "number",
        "description": f"from {len(shared) - 1} daily returns, {describe_days(shared)}",
        "reason": "" if pair["correlation"] is not None else reason,
    }


def draw(symbols: list[str], matrix: list) -> dict:
    title = "Correlation of daily returns"
    return {"type": "heatmap", "title": title, "format": "number", "x": symbols, "y": symbols, "z": matrix}


def describe(pairs: list[dict], shared: pd.DataFrame) -> str:
    first, last = pairs[0], pairs[-1]
    names = f"{first['first']} and {first['second']}"
    when = describe_days(shared)
    if len(pairs) == 1:
        return f"The daily returns of {names} had a correlation of {first['correlation']:.3f} {when}."
    ends = ("most", "least") if first["correlation"] >= last["correlation"] else ("least", "most")
    return (
        f"Of {len(pairs)} pairs, {names} correlated the {ends[0]} {when}: {first['correlation']:.3f}; "
        f"{last['first']} and {last['second']} the {ends[1]}: {last['correlation']:.3f}."
    )


def fetch_coins(symbols: list[str], period: dict) -> dict:
    """As `fetch_closes`, for pairs of crypto currencies, which trade every day."""
    limits = {name: period[name].isoformat() for name in ("start", "end") if period[name]}
    closes = {}
    for symbol in dict.fromkeys(symbols):
        data = alpaca_market_crypto_bars(symbol=symbol, limit=BARS_MAX, **limits)["data"]
        dates = pd.to_datetime(data["timestamp"])
        series = pd.Series(data["close"], index=dates, dtype=float, name=symbol.split("/")[-1]).dropna()
        if series.empty:
            raise ValueError(f"{symbol} has no closes in this period; choose another one")
        if period["days"] is not None and not (period["start"] or period["to_date"] or period["months"]):
            series = series.tail(period["days"] + 1)
        closes[symbol] = series.loc[first_day(series.index[-1], period) :]
    return closes


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
