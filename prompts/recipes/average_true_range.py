"""Find the average true range (ATR) of one or several symbols.

The true range of a bar is the largest of high - low, |high - close before| and |low - close before|; the
ATR averages it by Wilder's method. It is given in the unit of the price and as a fraction of the last
close.

Questions:
    What is the ATR of TSLA?
    What is the 14-day ATR of NVDA?
    What is the 21-day ATR of AMD in dollars?
    What is the ATR of META in dollars?
    Show the average true range of SPY.
    Which of TSLA, NVDA and AMZN has the highest ATR?
    What is the weekly ATR of QQQ?
    Rank TSLA, NVDA and AMZN by 20-day ATR.
"""

from typing import Annotated, Literal

import pandas as pd
from mcp_client import (
    Param,
    ToolError,
    alpaca_market_crypto_bars,
    alpaca_market_stocks_bars,
    calculate_atr,
    step,
)

WARM_UP = 250


def analyze(
    symbols: list[str] = ["TSLA"],
    window: Annotated[int, Param(ge=2, le=250)] = 14,
    timeframe: Literal["1Day", "1Week"] = "1Day",
    order: Literal["highest", "lowest"] = "highest",
) -> dict:
    """Find the average true range (ATR) of one or several symbols.

    symbols: tickers, or pairs such as BTC/USD
    window: bars in the average
    timeframe: length of a bar
    order: whether the highest ATR as a fraction of the close comes first, or the lowest
    """
    if not symbols:
        raise ValueError("give at least one symbol")
    step("fetching bars")
    needed = ["high", "low"]
    bars = {s: fetch_full_bars(s, window + WARM_UP, needed, timeframe) for s in dict.fromkeys(symbols)}
    step("calculating")
    ranges = {symbol: calculate(symbol, table, window) for symbol, table in bars.items()}
    part = {symbol: ranges[symbol] / bars[symbol]["close"].iloc[-1] for symbol in bars}
    ranked = sorted(part, key=lambda symbol: part[symbol], reverse=order == "highest")
    bar = {"1Day": "day", "1Week": "week"}[timeframe]
    return {
        "description": " ".join(
            f"The {window}-{bar} ATR of {symbol} was {ranges[symbol]:,.2f} on {bars[symbol].index[-1]:%Y-%m-%d}, "
            f"{part[symbol]:.2%} of its close."
            for symbol in ranked
        ),
        "body": [row for symbol in ranked for row in rows(symbol, bars[symbol], ranges[symbol])],
    }


def calculate(symbol: str, bars: pd.DataFrame, window: int) -> float:
    columns = {name: bars[name].tolist() for name in ("high", "low", "close")}
    answer = calculate_atr(**columns, period=window)
    if answer["latest"] is None:
        raise ValueError(f"{symbol} has {len(bars)} bars; choose a window shorter than {window}")
    return answer["latest"]


def rows(symbol: str, bars: pd.DataFrame, value: float) -> list[dict]:
    when = f"on {bars.index[-1]:%Y-%m-%d}"
    return [
        {
            "id": symbol,
            "key": f"{symbol} ATR",
            "value": value,
            "format": "number",
            "unit": bars.attrs["unit"],
            "description": when,
        },
        {
            "id": f"{symbol}:fraction",
            "key": f"{symbol} ATR of its close",
            "value": value / bars["close"].iloc[-1],
            "format": "percent",
            "description": when,
        },
    ]


def fetch_full_bars(symbol: str, limit: int, needed: list[str], timeframe: str = "1Day") -> pd.DataFrame:
    """Bars that have the columns `needed`: the adjusted ones, else those that were traded."""
    bars = fetch_bars(symbol, limit, timeframe)
    if "/" not in symbol and bars[needed].isna().all().any():
        try:
            bars = fetch_traded_bars(symbol, limit, timeframe)
        except ToolError as error:
            if error.code != "not_offered":
                raise
    require(bars, needed, symbol)
    return bars


def fetch_traded_bars(symbol: str, limit: int, timeframe: str = "1Day") -> pd.DataFrame:
    """Bars as they were traded, which a vendor may have where another has adjusted closes alone."""
    answer = alpaca_market_stocks_bars(symbol=symbol, timeframe=timeframe, limit=limit, adjustment="split")
    names = ["open", "high", "low", "close", "volume"]
    dates = pd.to_datetime(answer["data"]["timestamp"])
    bars = pd.DataFrame({name: answer["data"][name] for name in names}, index=dates, dtype=float)
    bars.attrs["unit"] = "points" if symbol.startswith("^") else answer["metadata"]["currency"]
    return bars.dropna(subset=["close"])


def fetch_bars(symbol: str, limit: int, timeframe: str = "1Day") -> pd.DataFrame:
    """The newest bars by date, the oldest first; `attrs["unit"]` is what their prices are in."""
    fetch = alpaca_market_crypto_bars if "/" in symbol else alpaca_market_stocks_bars
    answer = fetch(symbol=symbol, timeframe=timeframe, limit=limit)
    names = ["open", "high", "low", "close", "volume"]
    dates = pd.to_datetime(answer["data"]["timestamp"])
    bars = pd.DataFrame({name: answer["data"][name] for name in names}, index=dates, dtype=float)
    bars.attrs["unit"] = "points" if symbol.startswith("^") else answer["metadata"]["currency"]
    return bars.dropna(subset=["close"])


def require(bars: pd.DataFrame, names: list[str], symbol: str) -> None:
    """Raise when a whole column is missing, as some vendors have closes alone."""
    missing = [name for name in names if bars[name].isna().all()]
    if missing:
        raise ValueError(
            f"the data of {symbol} has no {' or '.join(missing)}; ask about another symbol, or set "
            "MARKET_DATA_VENDORS to a vendor that has full bars"
        )
