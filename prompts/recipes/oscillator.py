"""Find an oscillator of a symbol: money-flow index, CCI, Williams %R or rate of change.

The money-flow index (MFI) is the share of rising money flow, from 0 to 100. The commodity channel index
(CCI) is the typical price against its mean, in 0.015 mean deviations. Williams %R is how far the close is
below the highest high, from -100 to 0. The rate of change (ROC) is the adjusted close over that of so many
bars before, minus 1. Without a window each looks back on its usual number of bars.

Questions:
    What is the money flow index of COIN?
    What is the 20-day MFI of PFE?
    Is TSLA overbought by its MFI?
    What is the CCI of XOM?
    What is the 10-day CCI of HD?
    Show the Williams %R of NVDA.
    Show the 21-day Williams %R of GE.
    What is the rate of change of QQQ?
    What is the 20-day ROC of AMD?
    What is the weekly MFI of MSFT?
"""

from typing import Annotated, Literal

import pandas as pd
from mcp_client import (
    Param,
    ToolError,
    alpaca_market_crypto_bars,
    alpaca_market_stocks_bars,
    calculate_cci,
    calculate_mfi,
    calculate_roc,
    calculate_williams_r,
    step,
)

SHOWN = 250
NAMES = {"mfi": "money-flow index", "cci": "CCI", "williams_r": "Williams %R", "roc": "rate of change"}
USUAL_WINDOWS = {"mfi": 14, "cci": 20, "williams_r": 14, "roc": 10}
ZONES = {"mfi": (20, 80), "cci": (-100, 100), "williams_r": (-80, -20)}


def analyze(
    symbol: str = "TSLA",
    indicator: Literal["mfi", "cci", "williams_r", "roc"] = "mfi",
    window: Annotated[int | None, Param(ge=2, le=250)] = None,
    timeframe: Literal["1Day", "1Week"] = "1Day",
) -> dict:
    """Find an oscillator of a symbol: money-flow index, CCI, Williams %R or rate of change.

    symbol: ticker, or a pair such as BTC/USD
    indicator: which oscillator
    window: bars that it looks back on; none for its usual number
    timeframe: length of a bar
    """
    window = window or USUAL_WINDOWS[indicator]
    step("fetching bars")
    needed = {"mfi": ["high", "low", "volume"], "roc": []}.get(indicator, ["high", "low"])
    bars = fetch_full_bars(symbol, window + SHOWN, needed, timeframe)
    bars = bars.dropna(subset=needed)
    step("calculating")
    answer = measure(indicator, bars, window)
    latest = answer["latest"]
    if latest is None:
        raise ValueError(
            f"{symbol} has no {NAMES[indicator]} over {window} bars: {answer['reason'] or 'too few bars'}"
        )
    day = f"{bars.index[-1]:%Y-%m-%d}"
    return {
        "description": (
            f"The {NAMES[indicator]} ({window}) of {symbol} was {describe(indicator, latest)} on {day}."
        ),
        "body": [
            {
                "id": indicator,
                "key": f"{symbol} {NAMES[indicator]}",
                "value": latest,
                "format": "percent" if indicator == "roc" else "number",
                "is_change": indicator == "roc",
                "description": f"over {window} bars, on {day}",
            }
        ],
        "charts": [draw(f"{symbol}: {NAMES[indicator]} ({window})", indicator, bars, answer["values"])],
    }


def measure(indicator: str, bars: pd.DataFrame, window: int) -> dict:
    columns = {name: bars[name].tolist() for name in ("high", "low", "close", "volume")}
    volume = columns.pop("volume")
    if indicator == "mfi":
        return calculate_mfi(**columns, volume=volume, period=window)
    if indicator == "cci":
        return calculate_cci(**columns, period=window)
    if indicator == "williams_r":
        return calculate_williams_r(**columns, period=window)
    return calculate_roc(prices=columns["close"], period=window)


def describe(indicator: str, latest: float) -> str:
    if indicator == "roc":
        return f"{latest:+.2%}"
    low, high = ZONES[indicator]
    if latest > high:
        return f"{latest:.1f}, overbought (above {high})"
    return (
        f"{latest:.1f}, oversold (below {low})"
        if latest < low
        else f"{latest:.1f}, neither overbought nor oversold"
    )


def draw(title: str, indicator: str, bars: pd.DataFrame, values: list) -> dict:
    shown = bars.index[-SHOWN:]
    line = {"name": indicator, "x": [f"{day:%Y-%m-%d}" for day in shown], "y": values[-SHOWN:]}
    return {
        "type": "line",
        "title": title,
        "format": "percent" if indicator == "roc" else "number",
        "series": [line],
    }


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
