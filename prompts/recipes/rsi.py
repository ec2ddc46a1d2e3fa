"""Find the relative strength index (RSI) of one or several symbols.

Wilder's RSI goes from 0 to 100 and is 100 - 100 / (1 + average gain / average loss) over the window,
smoothed by Wilder's method over 250 bars more than the window. Above 70 is commonly called overbought,
below 30 oversold.

Questions:
    What is the RSI of AAPL?
    Is KO overbought?
    Is PEP oversold right now?
    What is the 21-day RSI of MSFT?
    Which of JPM, BAC and GE has the lowest RSI?
    Show the weekly RSI of XOM.
    Is the RSI of HD overbought?
    Which of KO and PEP has the highest 14-day RSI?
    Plot the RSI of WMT.
"""

from typing import Annotated, Literal

import pandas as pd
from mcp_client import Param, alpaca_market_crypto_bars, alpaca_market_stocks_bars, call_many, step

WARM_UP, SHOWN = 250, 250


def analyze(
    symbols: list[str] = ["AAPL"],
    window: Annotated[int, Param(ge=2, le=250)] = 14,
    timeframe: Literal["1Day", "1Week"] = "1Day",
    order: Literal["highest", "lowest"] = "highest",
) -> dict:
    """Find the relative strength index (RSI) of one or several symbols.

    symbols: tickers, or pairs such as BTC/USD
    window: bars in the average gain and loss
    timeframe: length of a bar
    order: whether the highest RSI comes first or the lowest
    """
    if not symbols:
        raise ValueError("give at least one symbol")
    step("fetching bars")
    closes = {s: fetch_bars(s, window + WARM_UP + SHOWN, timeframe)["close"] for s in dict.fromkeys(symbols)}
    short = [symbol for symbol, series in closes.items() if len(series) <= window]
    if short:
        raise ValueError(
            f"{', '.join(short)}: an RSI over {window} bars needs {window + 1}; choose a shorter window"
        )
    step("calculating")
    answers = call_many(
        [("calculate_rsi", {"prices": series.tolist(), "period": window}) for series in closes.values()]
    )
    flat = [symbol for symbol, answer in zip(closes, answers, strict=True) if answer["latest"] is None]
    if flat:
        raise ValueError(f"{', '.join(flat)}: the price never moved, so there is no RSI")
    rsi = {
        symbol: pd.Series(answer["values"], index=closes[symbol].index, dtype=float).dropna()
        for symbol, answer in zip(closes, answers, strict=True)
    }
    ranked = sorted(rsi, key=lambda symbol: rsi[symbol].iloc[-1], reverse=order == "highest")
    bar = {"1Day": "day", "1Week": "week"}[timeframe]
    return {
        "description": " ".join(describe(symbol, rsi[symbol], f"{window}-{bar}") for symbol in ranked),
        "body": [row(symbol, rsi[symbol], f"{window}-{bar}") for symbol in ranked],
        "charts": [draw(ranked, rsi, f"{window}-{bar}")],
    }


def describe(symbol: str, rsi: pd.Series, label: str) -> str:
    return f"The {label} RSI of {symbol} was {rsi.iloc[-1]:.1f} on {rsi.index[-1]:%Y-%m-%d}: {zone(rsi.iloc[-1])}."


def zone(value: float) -> str:
    return (
        "overbought (above 70)"
        if value > 70
        else "oversold (below 30)"
        if value < 30
        else "neither overbought nor oversold"
    )


def row(symbol: str, rsi: pd.Series, label: str) -> dict:
    return {
        "id": symbol,
        "key": f"{symbol} {label} RSI",
        "value": rsi.iloc[-1],
        "format": "number",
        "description": f"on {rsi.index[-1]:%Y-%m-%d}, {zone(rsi.iloc[-1])}",
    }


def draw(ranked: list[str], rsi: dict, label: str) -> dict:
    return {
        "type": "line",
        "title": f"{label} RSI",
        "format": "number",
        "series": [draw_line(symbol, rsi[symbol].tail(SHOWN)) for symbol in ranked],
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


def draw_line(name: str, values: pd.Series) -> dict:
    """A chart line of at most about 500 points, the last value always among them."""
    shown = values.iloc[:: -(len(values) // 500 + 1)].iloc[::-1]
    return {"name": name, "x": [f"{day:%Y-%m-%d}" for day in shown.index], "y": shown.tolist()}
