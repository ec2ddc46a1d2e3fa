"""Find the stochastic oscillator of a symbol.

%K is where the close stands in the range of the last 14 bars, from 0 to 100, smoothed over 3; %D is the
3-bar mean of %K. Above 80 is commonly called overbought, below 20 oversold.

Questions:
    What is the stochastic of TSLA?
    Show the stochastic oscillator of NVDA.
    What are the stochastic %K and %D of QQQ?
    What is the 21-day stochastic of SPY?
    What is the weekly stochastic of MSFT?
"""

from typing import Annotated, Literal

import pandas as pd
from mcp_client import (
    Param,
    ToolError,
    alpaca_market_crypto_bars,
    alpaca_market_stocks_bars,
    calculate_stochastic,
    step,
)

SHOWN = 250


def analyze(
    symbol: str = "TSLA",
    window: Annotated[int, Param(ge=2, le=250)] = 14,
    timeframe: Literal["1Day", "1Week"] = "1Day",
) -> dict:
    """Find the stochastic oscillator of a symbol.

    symbol: ticker, or a pair such as BTC/USD
    window: bars in the range
    timeframe: length of a bar
    """
    step("fetching bars")
    bars = fetch_full_bars(symbol, window + SHOWN + 10, ["high", "low"], timeframe)
    step("calculating")
    columns = {name: bars[name].tolist() for name in ("high", "low", "close")}
    answer = calculate_stochastic(**columns, k_period=window)
    latest = answer["latest"]
    if latest["d"] is None:
        raise ValueError(
            f"{symbol} has no stochastic over {window} bars: {answer['reason'] or 'too few bars'}"
        )
    day = f"{bars.index[-1]:%Y-%m-%d}"
    zone = (
        "overbought (above 80)"
        if latest["k"] > 80
        else "oversold (below 20)"
        if latest["k"] < 20
        else "neither overbought nor oversold"
    )
    shown = [f"{d:%Y-%m-%d}" for d in bars.index[-SHOWN:]]
    return {
        "description": (
            f"The stochastic ({window}, 3, 3) of {symbol} was %K {latest['k']:.1f} and %D {latest['d']:.1f} on "
            f"{day}: {zone}."
        ),
        "body": [
            {
                "id": key,
                "key": f"%{key.upper()}",
                "value": latest[key],
                "format": "number",
                "description": f"on {day}",
            }
            for key in ("k", "d")
        ],
        "charts": draw(symbol, window, shown, answer),
    }


def draw(symbol: str, window: int, shown: list[str], answer: dict) -> list[dict]:
    return [
        {
            "type": "line",
            "title": f"{symbol}: stochastic ({window}, 3, 3)",
            "format": "number",
            "series": [
                {"name": f"%{key.upper()}", "x": shown, "y": answer[key][-SHOWN:]} for key in ("k", "d")
            ],
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
