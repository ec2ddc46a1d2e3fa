"""Find the Bollinger bands of a symbol and where its close stands between them.

The middle band is the simple moving average of the close, the outer ones stand two population standard
deviations away. %B is 0 at the lower band and 1 at the upper one; the bandwidth is the distance of the
bands over the middle.

Questions:
    What are the Bollinger bands of AAPL?
    Show the Bollinger bands of KO.
    Is MSFT above its upper Bollinger band?
    Is JPM below its lower Bollinger band?
    What are the 50-day Bollinger bands of XOM?
    Plot the Bollinger bands of HD.
    What are the weekly Bollinger bands of WMT?
"""

from typing import Annotated, Literal

import pandas as pd
from mcp_client import (
    Param,
    alpaca_market_crypto_bars,
    alpaca_market_stocks_bars,
    calculate_bollinger_bands,
    step,
)

SHOWN = 250


def analyze(
    symbol: str = "AAPL",
    window: Annotated[int, Param(ge=2, le=250)] = 20,
    timeframe: Literal["1Day", "1Week"] = "1Day",
) -> dict:
    """Find the Bollinger bands of a symbol and where its close stands between them.

    symbol: ticker, or a pair such as BTC/USD
    window: bars in the moving average and the deviation
    timeframe: length of a bar
    """
    step("fetching bars")
    bars = fetch_bars(symbol, window + SHOWN, timeframe)
    if len(bars) < window:
        raise ValueError(f"{symbol} has {len(bars)} bars, fewer than {window}; choose a shorter window")
    step("calculating")
    bands = calculate_bollinger_bands(prices=bars["close"].tolist(), period=window)
    latest, close = bands["latest"], bars["close"].iloc[-1]
    day = f"{bars.index[-1]:%Y-%m-%d}"
    place = (
        "above the upper band"
        if close > latest["upper"]
        else "below the lower band"
        if close < latest["lower"]
        else "between the bands"
    )
    bar = {"1Day": "day", "1Week": "week"}[timeframe]
    return {
        "description": (
            f"{symbol} closed at {close:,.2f} on {day}, {place}: {latest['lower']:,.2f} to {latest['upper']:,.2f} "
            f"around its {window}-{bar} average of {latest['middle']:,.2f}."
        ),
        "body": rows(bands, close, day, bars.attrs["unit"]),
        "charts": [draw(symbol, bars["close"], bands, f"{window}-{bar}")],
    }


def rows(bands: dict, close: float, day: str, unit: str) -> list[dict]:
    latest, reason = bands["latest"], (bands["reason"] or "").removeprefix("%B is null where ")
    price = {"format": "number", "unit": unit, "description": f"on {day}"}
    prices = {"close": close, "upper": latest["upper"], "middle": latest["middle"], "lower": latest["lower"]}
    names = {"close": "close", "upper": "upper band", "middle": "middle band", "lower": "lower band"}
    return [
        *({"id": key, "key": names[key], "value": value, **price} for key, value in prices.items()),
        {
            "id": "percent_b",
            "key": "%B",
            "value": latest["percent_b"],
            "format": "number",
            "description": f"0 is the lower band, 1 the upper one, on {day}",
            "reason": "" if latest["percent_b"] is not None else reason,
        },
        {
            "id": "bandwidth",
            "key": "bandwidth",
            "value": latest["bandwidth"],
            "format": "percent",
            "description": f"distance of the bands over the middle, on {day}",
        },
    ]


def draw(symbol: str, closes: pd.Series, bands: dict, label: str) -> dict:
    days = [f"{day:%Y-%m-%d}" for day in closes.index[-SHOWN:]]
    lines = {
        "close": closes.tolist(),
        "upper": bands["upper"],
        "middle": bands["middle"],
        "lower": bands["lower"],
    }
    return {
        "type": "line",
        "title": f"{symbol} and its {label} Bollinger bands",
        "format": "number",
        "series": [{"name": name, "x": days, "y": values[-SHOWN:]} for name, values in lines.items()],
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
