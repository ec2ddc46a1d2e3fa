"""Say whether a symbol is trending, by its average directional index (ADX).

Wilder's ADX goes from 0 to 100 and says how strong a trend is, not which way; +DI above -DI means up. Above
25 is commonly called a trend, below 20 a range.

Questions:
    What is the ADX of TSLA?
    Is NVDA trending?
    Is SPY trending or ranging?
    What is the 20-day ADX of QQQ?
    Is MSFT trending by its ADX?
    Show the weekly ADX of AMZN.
"""

from typing import Annotated, Literal

import pandas as pd
from mcp_client import (
    Param,
    ToolError,
    alpaca_market_crypto_bars,
    alpaca_market_stocks_bars,
    calculate_adx,
    step,
)

WARM_UP, SHOWN = 250, 250


def analyze(
    symbol: str = "TSLA",
    window: Annotated[int, Param(ge=2, le=100)] = 14,
    timeframe: Literal["1Day", "1Week"] = "1Day",
) -> dict:
    """Say whether a symbol is trending, by its average directional index (ADX).

    symbol: ticker, or a pair such as BTC/USD
    window: bars of Wilder's smoothing
    timeframe: length of a bar
    """
    step("fetching bars")
    bars = fetch_full_bars(symbol, 2 * window + WARM_UP + SHOWN, ["high", "low"], timeframe)
    step("calculating")
    columns = {name: bars[name].tolist() for name in ("high", "low", "close")}
    answer = calculate_adx(**columns, period=window)
    latest = answer["latest"]
    if latest["adx"] is None:
        raise ValueError(
            f"{symbol} has {len(bars)} bars, and this ADX needs {2 * window}; choose a shorter window"
        )
    day = f"{bars.index[-1]:%Y-%m-%d}"
    strength = (
        "a trend (above 25)"
        if latest["adx"] > 25
        else "a range (below 20)"
        if latest["adx"] < 20
        else "between a range and a trend"
    )
    way = "up" if latest["plus_di"] > latest["minus_di"] else "down"
    names = {"adx": "ADX", "plus_di": "+DI", "minus_di": "-DI"}
    shown = [f"{d:%Y-%m-%d}" for d in bars.index[-SHOWN:]]
    return {
        "description": (
            f"The ADX ({window}) of {symbol} was {latest['adx']:.1f} on {day}: {strength}; the direction is {way} "
            f"(+DI {latest['plus_di']:.1f}, -DI {latest['minus_di']:.1f})."
        ),
        "body": [
            {"id": key, "key": name, "value": latest[key], "format": "number", "description": f"on {day}"}
            for key, name in names.items()
        ],
        "charts": draw(symbol, window, shown, answer, names),
    }


def draw(symbol: str, window: int, shown: list[str], answer: dict, names: dict) -> list[dict]:
    return [
        {
            "type": "line",
            "title": f"{symbol}: ADX ({window})",
            "format": "number",
            "series": [{"name": name, "x": shown, "y": answer[key][-SHOWN:]} for key, name in names.items()],
        }
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
