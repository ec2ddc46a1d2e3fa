"""Say whether symbols are above their exponential moving average (EMA).

The EMA has the factor 2 / (N + 1) and begins with the mean of its first N closes; 250 bars more than N are
fetched, so the beginning counts little. The distance is the close over the average, minus 1.

Questions:
    What is the EMA of AAPL?
    What is the 20-day EMA of KO?
    Is MSFT above its 50-day EMA?
    How far is JPM from its 200-day exponential moving average?
    Which of KO, PEP and PG are above their 50-day EMA?
    Plot the 50-day EMA of XOM.
    What is the 20-day EMA of KO and PEP?
"""

from typing import Annotated

import pandas as pd
from mcp_client import Param, alpaca_market_crypto_bars, alpaca_market_stocks_bars, calculate_ema, step

WARM_UP = 250


def analyze(symbols: list[str] = ["AAPL"], window: Annotated[int, Param(ge=2, le=500)] = 20) -> dict:
    """Say whether symbols are above their exponential moving average (EMA).

    symbols: tickers, or pairs such as BTC/USD
    window: N of the average
    """
    if not symbols:
        raise ValueError("give at least one symbol")
    step("fetching bars")
    bars = {symbol: fetch_bars(symbol, window + WARM_UP) for symbol in dict.fromkeys(symbols)}
    short = [symbol for symbol, table in bars.items() if len(table) < window]
    if short:
        raise ValueError(f"{', '.join(short)}: fewer than {window} closes; choose a shorter window")
    step("averaging")
    averages = {
        symbol: pd.Series(
            calculate_ema(prices=table["close"].tolist(), period=window)["values"],
            index=table.index,
            dtype=float,
        ).dropna()
        for symbol, table in bars.items()
    }
    return {
        "description": " ".join(describe(symbol, bars[symbol], averages[symbol], window) for symbol in bars),
        "body": [row for symbol in bars for row in rows(symbol, bars[symbol], averages[symbol], window)],
        "charts": [draw(symbol, bars[symbol], averages[symbol], window) for symbol in bars],
    }


def describe(symbol: str, bars: pd.DataFrame, averages: pd.Series, window: int) -> str:
    close, average = bars["close"].iloc[-1], averages.iloc[-1]
    side = "above" if close > average else "below" if close < average else "at"
    return (
        f"{symbol} closed at {close:,.2f} on {bars.index[-1]:%Y-%m-%d}, {side} its {window}-day EMA of "
        f"{average:,.2f} ({close / average - 1:+.2%})."
    )


def rows(symbol: str, bars: pd.DataFrame, averages: pd.Series, window: int) -> list[dict]:
    close, average = bars["close"].iloc[-1], averages.iloc[-1]
    when = f"on {bars.index[-1]:%Y-%m-%d}"
    price = {"format": "number", "unit": bars.attrs["unit"], "description": when}
    return [
        {
            "id": symbol,
            "key": f"{symbol} distance from its {window}-day EMA",
            "value": close / average - 1,
            "format": "percent",
            "is_change": True,
            "description": when,
        },
        {"id": f"{symbol}:close", "key": f"{symbol} close", "value": close, **price},
        {"id": f"{symbol}:ema", "key": f"{symbol} {window}-day EMA", "value": average, **price},
    ]


def draw(symbol: str, bars: pd.DataFrame, averages: pd.Series, window: int) -> dict:
    return {
        "type": "line",
        "title": f"{symbol} and its {window}-day EMA",
        "format": "number",
        "series": [
            draw_line("close", bars["close"][averages.index]),
            draw_line(f"{window}-day EMA", averages),
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


def draw_line(name: str, values: pd.Series) -> dict:
    """A chart line of at most about 500 points, the last value always among them."""
    shown = values.iloc[:: -(len(values) // 500 + 1)].iloc[::-1]
    return {"name": name, "x": [f"{day:%Y-%m-%d}" for day in shown.index], "y": shown.tolist()}
