"""Find the MACD of a symbol, its signal line and its last crossing.

The MACD is the 12-bar exponential moving average of the close minus the 26-bar one; the signal line is the
9-bar average of the MACD, and the histogram their difference. Above its signal line is commonly called
bullish.

Questions:
    What is the MACD of AAPL?
    Show the MACD of KO.
    Is the MACD of MSFT above its signal line?
    What is the weekly MACD of JPM?
    Plot the MACD of XOM.
    What are the current MACD values of HD?
"""

from typing import Literal

import pandas as pd
from mcp_client import (
    alpaca_market_crypto_bars,
    alpaca_market_stocks_bars,
    calculate_macd,
    detect_macd_signals,
    step,
)

BARS, SHOWN = 500, 250


def analyze(symbol: str = "AAPL", timeframe: Literal["1Day", "1Week"] = "1Day") -> dict:
    """Find the MACD of a symbol, its signal line and its last crossing.

    symbol: ticker, or a pair such as BTC/USD
    timeframe: length of a bar
    """
    step("fetching bars")
    bars = fetch_bars(symbol, BARS, timeframe)
    prices = {f"{day:%Y-%m-%d}": close for day, close in bars["close"].items()}
    step("calculating")
    macd = calculate_macd(prices=prices)
    latest = macd["latest"]
    if latest["histogram"] is None:
        raise ValueError(
            f"{symbol} has {len(bars)} bars, and a MACD needs 34; choose a symbol with more of them"
        )
    signals = detect_macd_signals(prices=prices)
    crosses = [event for event in signals["events"] if event["kind"] in ("bullish_cross", "bearish_cross")]
    day = f"{bars.index[-1]:%Y-%m-%d}"
    length = {"1Day": "daily", "1Week": "weekly"}[timeframe]
    return {
        "description": describe(symbol, latest, crosses, day, length),
        "body": rows(latest, crosses, day, bars.attrs["unit"]),
        "charts": [draw(symbol, macd, bars.index, length)],
    }


def describe(symbol: str, latest: dict, crosses: list[dict], day: str, length: str) -> str:
    side = "above" if latest["histogram"] > 0 else "below" if latest["histogram"] < 0 else "at"
    last = f" The last {name(crosses[-1])} was on {crosses[-1]['date']}." if crosses else ""
    return (
        f"The {length} MACD (12, 26, 9) of {symbol} was {latest['macd']:.3f} on {day}, {side} its signal line of "
        f"{latest['signal']:.3f}.{last}"
    )


def name(cross: dict) -> str:
    return cross["kind"].replace("_", " ")


def rows(latest: dict, crosses: list[dict], day: str, unit: str) -> list[dict]:
    figure = {"format": "number", "unit": unit, "description": f"on {day}"}
    known = [
        {"id": key, "key": key.replace("macd", "MACD"), "value": latest[key], **figure}
        for key in ("macd", "signal", "histogram")
    ]
    if not crosses:
        return known
    last = {
        "id": "last_cross",
        "key": "last crossing",
        "value": crosses[-1]["date"],
        "format": "date",
        "description": name(crosses[-1]),
    }
    return [*known, last]


def draw(symbol: str, macd: dict, dates: pd.DatetimeIndex, length: str) -> dict:
    days = [f"{day:%Y-%m-%d}" for day in dates[-SHOWN:]]
    return {
        "type": "line",
        "title": f"{symbol}: {length} MACD",
        "format": "number",
        "series": [
            {"name": key, "x": days, "y": macd[key][-SHOWN:]} for key in ("macd", "signal", "histogram")
        ],
    }


def fetch_bars(symbol: str, limit: int, timeframe: str = "1Day") -> pd.DataFrame:
    """The newest bars by date, the oldest first; `attrs["unit"]` is what their prices are in."""
    fetch = alpaca_market_crypto_bars if "/" in symbol else alpaca_market_stocks_bars
    answer = fetch(symbol=symbol, timeframe=timeframe, limit=limit)
    names = ["open", "high", "low", "close", "volume"]
    dates = pd.to_datetime(answer["data"]["timestamp"])
    bars = pd.DataFrame({name: answer["data"][name] for name in names}, index=dates, dtype=float)
    bars.attrs["unit"] = "points" if symbol.startswith("^") else answer["metadata"]["currency"]
    return bars.dropna(subset=["close"])
