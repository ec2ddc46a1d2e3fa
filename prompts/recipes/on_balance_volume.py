"""Follow the on-balance volume (OBV) of a symbol against its price.

OBV adds the volume of each day whose close rose and takes away that of each day whose close fell. Its level
means nothing by itself, so its change over the days is set against the volume that was traded in them: 100 %
would be all of it on rising days. N trading days are N changes, from N + 1 bars.

Questions:
    What is the on-balance volume of PFE over the last 60 trading days?
    Show the OBV of KO.
    Show the on balance volume trend of NVDA over the last 30 trading days.
    Plot the on-balance volume of AMD.
    What is the OBV of BTC?
"""

from typing import Annotated

import pandas as pd
from mcp_client import (
    Param,
    ToolError,
    alpaca_market_crypto_bars,
    alpaca_market_stocks_bars,
    calculate_obv,
    step,
)


def analyze(symbol: str = "TSLA", days: Annotated[int, Param(ge=2, le=2000)] = 60) -> dict:
    """Follow the on-balance volume (OBV) of a symbol against its price.

    symbol: ticker, or a pair such as BTC/USD
    days: trading days to look back
    """
    step("fetching bars")
    bars = fetch_full_bars(symbol, days + 1, ["volume"])
    bars = bars.dropna(subset=["volume"])
    if len(bars) < 3:
        raise ValueError(
            f"{symbol} has {len(bars)} bars with a volume, and 3 are needed; ask about another symbol"
        )
    step("calculating")
    balance = pd.Series(
        calculate_obv(close=bars["close"].tolist(), volume=bars["volume"].tolist())["values"],
        index=bars.index,
    )
    change, traded = balance.iloc[-1] - balance.iloc[0], bars["volume"].iloc[1:].sum()
    if traded == 0:
        raise ValueError(f"nothing of {symbol} was traded in these days; choose more days")
    moved = bars["close"].iloc[-1] / bars["close"].iloc[0] - 1
    when = f"from {bars.index[0]:%Y-%m-%d} to {bars.index[-1]:%Y-%m-%d}"
    return {
        "description": describe(symbol, when, change / traded, moved),
        "body": rows(when, change, traded, moved),
        "charts": [
            {
                "type": "line",
                "title": f"{symbol}: on-balance volume since {bars.index[0]:%Y-%m-%d}",
                "format": "number",
                "series": [draw_line("on-balance volume", balance - balance.iloc[0])],
            }
        ],
    }


def describe(symbol: str, when: str, share: float, moved: float) -> str:
    verb = "rose" if share > 0 else "fell" if share < 0 else "did not change"
    agrees = "with its price" if share * moved > 0 else "while its price moved"
    return (
        f"The on-balance volume of {symbol} {verb}, {share:+.1%} of the volume traded {when}, "
        f"{agrees} ({moved:+.2%})."
    )


def rows(when: str, change: float, traded: float, moved: float) -> list[dict]:
    return [
        {
            "id": "change",
            "key": "change of on-balance volume",
            "value": change,
            "format": "integer",
            "is_change": True,
            "description": when,
        },
        {
            "id": "share",
            "key": "change over the volume traded",
            "value": change / traded,
            "format": "percent",
            "is_change": True,
            "description": f"of {traded:,.0f} traded",
        },
        {
            "id": "price",
            "key": "change of the price",
            "value": moved,
            "format": "percent",
            "is_change": True,
            "description": f"adjusted closes, {when}",
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
