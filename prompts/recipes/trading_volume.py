"""Show the trading volume of symbols against their average.

The volume is that of the newest bar, which may not be over yet, over the mean of the days before it. Days
with more than twice that mean are counted as spikes.

Questions:
    What is the trading volume of TSLA?
    Show the volume of NVDA.
    Did AMZN have a volume spike?
    What is the average volume of META over the last 60 trading days?
    Show the volume spikes of GOOGL.
    Compare the trading volume of TSLA and NVDA.
    What is the average volume of SPY?
    Plot the volume of QQQ.
    What is the volume of AMD today?
"""

from typing import Annotated

import pandas as pd
from mcp_client import Param, ToolError, alpaca_market_crypto_bars, alpaca_market_stocks_bars, step

SPIKE = 2


def analyze(symbols: list[str] = ["TSLA"], days: Annotated[int, Param(ge=2, le=2000)] = 60) -> dict:
    """Show the trading volume of symbols against their average.

    symbols: tickers
    days: trading days before the newest one in the average
    """
    if not symbols:
        raise ValueError("give at least one symbol")
    step("fetching bars")
    volumes = {symbol: fetch_volume(symbol, days) for symbol in dict.fromkeys(symbols)}
    return {
        "description": " ".join(describe(symbol, volume) for symbol, volume in volumes.items()),
        "body": [row for symbol, volume in volumes.items() for row in rows(symbol, volume)],
        "charts": [
            {
                "type": "bar",
                "title": f"{symbol}: volume",
                "format": "number",
                "series": [draw_line("volume", volume)],
            }
            for symbol, volume in volumes.items()
        ],
    }


def fetch_volume(symbol: str, days: int) -> pd.Series:
    bars = fetch_full_bars(symbol, days + 1, ["volume"])
    if len(bars) < 2:
        raise ValueError(f"{symbol} has one bar, and 2 are needed; ask about another symbol")
    return bars["volume"].fillna(0)


def describe(symbol: str, volume: pd.Series) -> str:
    before = volume.iloc[:-1]
    mean = before.mean()
    times = f"{volume.iloc[-1] / mean:.2f} times the mean of" if mean else "and none in"
    return (
        f"{symbol} had a volume of {volume.iloc[-1]:,.0f} on {volume.index[-1]:%Y-%m-%d}, {times} "
        f"the {len(before)} days before{f' ({mean:,.0f})' if mean else ''}."
    )


def rows(symbol: str, volume: pd.Series) -> list[dict]:
    before = volume.iloc[:-1]
    mean = before.mean()
    spikes = volume[volume > SPIKE * mean]
    last = f"the last on {spikes.index[-1]:%Y-%m-%d}" if len(spikes) else "none"
    shares = {"format": "integer", "unit": "shares"}
    since = f"{len(before)} days since {before.index[0]:%Y-%m-%d}"
    return [
        {
            "id": symbol,
            "key": f"{symbol} volume",
            "value": volume.iloc[-1],
            "description": f"on {volume.index[-1]:%Y-%m-%d}",
            **shares,
        },
        {
            "id": f"{symbol}:mean",
            "key": f"{symbol} mean volume",
            "value": mean,
            "description": since,
            **shares,
        },
        {
            "id": f"{symbol}:ratio",
            "key": f"{symbol} volume over its mean",
            "value": volume.iloc[-1] / mean if mean else None,
            "format": "number",
            "description": f"on {volume.index[-1]:%Y-%m-%d}",
            "reason": "" if mean else "nothing was traded in the days before",
        },
        {
            "id": f"{symbol}:spikes",
            "key": f"{symbol} days with more than {SPIKE} times the mean",
            "value": len(spikes),
            "format": "integer",
            "description": last,
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


def draw_line(name: str, values: pd.Series) -> dict:
    """A chart line of at most about 500 points, the last value always among them."""
    shown = values.iloc[:: -(len(values) // 500 + 1)].iloc[::-1]
    return {"name": name, "x": [f"{day:%Y-%m-%d}" for day in shown.index], "y": shown.tolist()}
