"""Show one indicator of symbols over several windows, or on bars within the day.

A simple average is the mean of the last N closes; an exponential one has the factor 2 / (N + 1) and begins with
the mean of its first N closes; the RSI is Wilder's. 250 bars more than the longest window are fetched, so the
beginning counts little. The distance is the close over the average, minus 1.

Questions:
    What are the 10 and 30 EMA of KO?
    Show the 20, 50 and 200 day moving averages of MSFT and JPM.
    What are the 15, 45 and 90 day averages of GE?
    What is the 4-hour 21 EMA of AMD?
    What is the hourly RSI of TSLA?
    Show the 7 and 21 day RSI of WMT.
    What is the 12 and 26 EMA of QQQ on the 4 hour chart?
    Show the 5 and 20 day rate of change of XOM.
    What are the hourly 9 and 21 RSI of SPY?
"""

from typing import Annotated, Literal

import pandas as pd
from mcp_client import (
    alpaca_market_crypto_bars,
    alpaca_market_stocks_bars,
    calculate_ema,
    calculate_roc,
    calculate_rsi,
    calculate_sma,
    step,
)

WARM_UP, SHOWN, WINDOW_MAX = 250, 250, 500
TOOLS = {"sma": calculate_sma, "ema": calculate_ema, "rsi": calculate_rsi, "roc": calculate_roc}
TITLES = {"sma": "SMA", "ema": "EMA", "rsi": "RSI", "roc": "rate of change"}
COMMON = {"sma": [20, 50, 200], "ema": [9, 21, 50], "rsi": [14], "roc": [10]}


def analyze(
    symbols: list[str] = ["AAPL"],
    indicator: Literal["sma", "ema", "rsi", "roc"] = "sma",
    windows: list[int] = [],
    timeframe: Literal["1Min", "5Min", "15Min", "30Min", "1Hour", "4Hour", "1Day", "1Week"] = "1Day",
) -> dict:
    """Show one indicator of symbols over several windows, or on bars within the day.

    symbols: tickers, or pairs such as BTC/USD
    indicator: which one
    windows: bars that it looks back, each from 2 to 500; the common ones when none is given
    timeframe: length of a bar
    """
    lengths = sorted(set(windows)) or COMMON[indicator]
    if not symbols or not all(2 <= window <= WINDOW_MAX for window in lengths):
        raise ValueError(f"give at least one symbol, and windows from 2 to {WINDOW_MAX} bars")
    step("fetching bars")
    bars = {symbol: fetch_bars(symbol, lengths[-1] + WARM_UP, timeframe) for symbol in dict.fromkeys(symbols)}
    short = [symbol for symbol, table in bars.items() if len(table) <= lengths[-1]]
    if short:
        raise ValueError(f"{', '.join(short)}: fewer than {lengths[-1] + 1} bars; choose shorter windows")
    step("calculating")
    found = {symbol: measure(table["close"], indicator, lengths) for symbol, table in bars.items()}
    return {
        "description": " ".join(describe(symbol, bars[symbol], found[symbol], indicator) for symbol in bars),
        "body": [row for symbol in bars for row in rows(symbol, bars[symbol], found[symbol], indicator)],
        "charts": [draw(symbol, bars[symbol]["close"], found[symbol], indicator) for symbol in bars],
    }


def measure(closes: pd.Series, indicator: str, lengths: list[int]) -> dict:
    """The indicator by time for each window."""
    return {
        window: pd.Series(
            TOOLS[indicator](prices=closes.tolist(), period=window)["values"], index=closes.index, dtype=float
        ).dropna()
        for window in lengths
    }


def describe(symbol: str, bars: pd.DataFrame, found: dict, indicator: str) -> str:
    close = bars["close"].iloc[-1]
    figures = ", ".join(
        f"{TITLES[indicator]}({window}) {show_figure(values.iloc[-1], close, indicator)}"
        for window, values in found.items()
        if not values.empty
    )
    return f"{symbol} closed its bar of {show_time(bars.index[-1])} at {close:,.6g}: {figures}."


def show_figure(value: float, close: float, indicator: str) -> str:
    if indicator == "roc":
        return f"{value:+.2%}"
    side = "above" if close > value else "below" if close < value else "at"
    return f"{value:.1f}" if indicator == "rsi" else f"{value:,.6g} (the close is {side} it)"


def show_time(when: pd.Timestamp) -> str:
    return f"{when:%Y-%m-%d %H:%M}" if when.time() != pd.Timestamp(0).time() else f"{when:%Y-%m-%d}"


def rows(symbol: str, bars: pd.DataFrame, found: dict, indicator: str) -> list[dict]:
    close, when = bars["close"].iloc[-1], f"bar of {show_time(bars.index[-1])}"
    price = {"format": "number", "unit": bars.attrs["unit"], "description": when}
    is_average, title = indicator in ("sma", "ema"), TITLES[indicator]
    listed = [{"id": f"{symbol}:close", "key": f"{symbol} close", "value": close, **price}]
    for window, values in found.items():
        value = None if values.empty else values.iloc[-1]
        plain = {"format": "percent" if indicator == "roc" else "number", "description": when}
        listed.append(
            {
                "id": f"{symbol}:{window}",
                "key": f"{symbol} {title}({window})",
                "value": value,
                "reason": "" if value is not None else "the price never moved",
                **(price if is_average else plain),
            }
        )
        if is_average:
            listed.append(
                {
                    "id": f"{symbol}:{window}:distance",
                    "key": f"{symbol} distance from {title}({window})",
                    "value": close / value - 1,
                    "format": "percent",
                    "is_change": True,
                    "description": when,
                }
            )
    return listed


def draw(symbol: str, closes: pd.Series, found: dict, indicator: str) -> dict:
    lines = {f"{TITLES[indicator]}({window})": values for window, values in found.items() if not values.empty}
    lines = {"close": closes, **lines} if indicator in ("sma", "ema") else lines
    return {
        "type": "line",
        "title": f"{symbol}: {TITLES[indicator]}",
        "format": "number",
        "series": [draw_points(name, values.tail(SHOWN)) for name, values in lines.items()],
    }


def draw_points(name: str, values: pd.Series) -> dict:
    """A chart line with the time of each bar."""
    return {"name": name, "x": [show_time(when) for when in values.index], "y": values.tolist()}


def fetch_bars(symbol: str, limit: int, timeframe: str = "1Day") -> pd.DataFrame:
    """The newest bars by date, the oldest first; `attrs["unit"]` is what their prices are in."""
    fetch = alpaca_market_crypto_bars if "/" in symbol else alpaca_market_stocks_bars
    answer = fetch(symbol=symbol, timeframe=timeframe, limit=limit)
    names = ["open", "high", "low", "close", "volume"]
    dates = pd.to_datetime(answer["data"]["timestamp"])
    bars = pd.DataFrame({name: answer["data"][name] for name in names}, index=dates, dtype=float)
    bars.attrs["unit"] = "points" if symbol.startswith("^") else answer["metadata"]["currency"]
    return bars.dropna(subset=["close"])
