"""Say whether symbols are above their simple moving average.

The simple moving average (SMA) over N days is the mean of the last N adjusted daily closes, the current one
included. The distance is the close over the average, minus 1: positive above, negative below.

Questions:
    Is AAPL above its 200-day moving average?
    Is the price of KO below its 50-day SMA?
    How far is MSFT from its 100-day moving average?
    Which of JPM, BAC and GE are above their 50-day moving average?
    Is XOM currently trading above its 20-day moving average?
    Was WMT above its 200-day moving average on 2008-09-15?
    What is the 50-day moving average of CVX?
    HD versus its 150-day moving average
"""

from datetime import date

import pandas as pd
from mcp_client import alpaca_market_stocks_multi_bars, call_many, step

CHART_BARS = 250


def analyze(symbols: list[str] = ["AAPL"], window: int = 200, on: date | None = None) -> dict:
    """Say whether symbols are above their simple moving average.

    symbols: tickers to look at
    window: daily closes in the average, 2 to 1000
    on: the day to look at, or the last trading day before it; the newest day when empty
    """
    if not symbols:
        raise ValueError("give at least one symbol")
    symbols = list(dict.fromkeys(symbols))
    request = {"timeframe": "1Day", "limit": window + CHART_BARS}
    if on:
        request["end"] = on.isoformat()
    step("fetching closes")
    answer = alpaca_market_stocks_multi_bars(symbols=symbols, **request)
    table, currency = answer["data"], answer["metadata"]["currency"]
    dates = pd.to_datetime(table["timestamp"])
    closes = {}
    for symbol, column in zip(symbols, table["close"].values(), strict=True):
        unit = currency if currency and not symbol.startswith("^") else "points"
        closes[symbol] = pd.Series(column, index=dates, dtype=float, name=unit).dropna()
    short = [symbol for symbol, series in closes.items() if len(series) < window]
    if short:
        raise ValueError(f"{', '.join(short)}: fewer than {window} closes; choose a shorter window")
    step("averaging")
    averages = call_many(
        [("calculate_sma", {"prices": series.tolist(), "period": window}) for series in closes.values()]
    )
    sma = {
        symbol: pd.Series(answer["values"], index=closes[symbol].index)
        for symbol, answer in zip(closes, averages, strict=True)
    }
    return {
        "description": " ".join(describe(symbol, closes[symbol], sma[symbol], window) for symbol in closes),
        "body": [row for symbol in closes for row in rows(symbol, closes[symbol], sma[symbol], window)],
        "charts": [draw(symbol, closes[symbol], sma[symbol], window) for symbol in closes],
    }


def describe(symbol: str, closes: pd.Series, sma: pd.Series, window: int) -> str:
    close, average = closes.iloc[-1], sma.iloc[-1]
    side = "above" if close > average else "below" if close < average else "exactly at"
    distance = "" if close == average else f" by {abs(close / average - 1):.2%}"
    return (
        f"{symbol} closed at {close:,.2f} on {closes.index[-1]:%Y-%m-%d}, {side} its {window}-day "
        f"moving average of {average:,.2f}{distance}."
    )


def rows(symbol: str, closes: pd.Series, sma: pd.Series, window: int) -> list[dict]:
    close, average = closes.iloc[-1], sma.iloc[-1]
    when = f"on {closes.index[-1]:%Y-%m-%d}"
    label = f"{window}-day moving average"
    price = {"format": "number", "unit": closes.name, "description": when}
    return [
        {
            "id": symbol,
            "key": f"{symbol} distance from its {label}",
            "value": close / average - 1,
            "format": "percent",
            "is_change": True,
            "description": when,
        },
        {"id": f"{symbol}:close", "key": f"{symbol} close", "value": close, **price},
        {"id": f"{symbol}:sma", "key": f"{symbol} {label}", "value": average, **price},
    ]


def draw(symbol: str, closes: pd.Series, sma: pd.Series, window: int) -> dict:
    known = sma.dropna().tail(CHART_BARS)
    days = [f"{day:%Y-%m-%d}" for day in known.index]
    return {
        "type": "line",
        "title": f"{symbol} and its {window}-day moving average",
        "format": "number",
        "series": [
            {"name": f"{symbol} close", "x": days, "y": closes[known.index].tolist()},
            {"name": f"{window}-day average", "x": days, "y": known.tolist()},
        ],
    }
