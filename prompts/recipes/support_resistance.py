"""Find the support and resistance levels of a symbol.

A level is a price at which the last 250 daily closes turned, turns within 1 % of one another counting as
one. Supports are below the last close and resistances above it, the nearest first.

Questions:
    What are the support and resistance levels of AAPL?
    What are the support levels of KO?
    Where is the resistance of MSFT?
    Show support and resistance of JPM.
    What is the nearest support of XOM?
    Plot the support and resistance levels of HD.
"""

from typing import Annotated

import pandas as pd
from mcp_client import (
    Param,
    alpaca_market_crypto_bars,
    alpaca_market_stocks_bars,
    detect_support_resistance,
    step,
)

LEVELS_MAX = 4


def analyze(symbol: str = "AAPL", lookback: Annotated[int, Param(ge=30, le=1000)] = 250) -> dict:
    """Find the support and resistance levels of a symbol.

    symbol: ticker, or a pair such as BTC/USD
    lookback: daily closes in which turns are looked for
    """
    step("fetching bars")
    bars = fetch_bars(symbol, lookback)
    prices = {f"{day:%Y-%m-%d}": close for day, close in bars["close"].items()}
    step("finding levels")
    found = detect_support_resistance(prices=prices, lookback=min(lookback, len(prices)))
    levels = {"support": found["supports"][:LEVELS_MAX], "resistance": found["resistances"][:LEVELS_MAX]}
    if not any(levels.values()):
        raise ValueError(f"{symbol} has no level in {len(bars)} closes; choose a longer look-back")
    close, day = bars["close"].iloc[-1], f"{bars.index[-1]:%Y-%m-%d}"
    nearest = "; ".join(
        f"nearest {kind} {found[0]['price']:,.2f} ({found[0]['distance']:+.2%})" if found else f"no {kind}"
        for kind, found in levels.items()
    )
    return {
        "description": f"{symbol} closed at {close:,.2f} on {day}; {nearest}, from the last {len(bars)} closes.",
        "body": [
            row(kind, rank, level, bars.attrs["unit"])
            for kind, ranked in levels.items()
            for rank, level in enumerate(ranked, start=1)
        ],
        "charts": [draw(symbol, bars["close"], levels)],
    }


def row(kind: str, rank: int, level: dict, unit: str) -> dict:
    touches = f"{level['touches']} turn{'' if level['touches'] == 1 else 's'}"
    return {
        "id": f"{kind}_{rank}",
        "key": f"{kind} {rank}",
        "value": level["price"],
        "format": "number",
        "unit": unit,
        "description": f"{level['distance']:+.2%} from the close, {touches}, the last on {level['last_touch']['date']}",
    }


def draw(symbol: str, closes: pd.Series, levels: dict) -> dict:
    days = [f"{day:%Y-%m-%d}" for day in closes.index]
    flat = [
        {"name": f"{kind} {level['price']:,.2f}", "x": [days[0], days[-1]], "y": [level["price"]] * 2}
        for kind, ranked in levels.items()
        for level in ranked
    ]
    return {
        "type": "line",
        "title": f"{symbol}: closes, support and resistance",
        "format": "number",
        "series": [{"name": "close", "x": days, "y": closes.tolist()}, *flat],
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
