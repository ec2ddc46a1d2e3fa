"""Show how a symbol opened against the close before: its gaps.

A gap is the open over the close before it, minus 1. The newest one, how many were larger than the threshold
and the largest of each side are given, from the last bars of the data.

Questions:
    Did TSLA gap up today?
    Did NVDA gap down today?
    Show the gaps of AMZN.
    What was the largest gap of META over the last 250 trading days?
    Did GOOGL gap up at the open?
    What is the latest gap of SPY?
    Did QQQ gap down this morning?
"""

from typing import Annotated

import pandas as pd
from mcp_client import (
    Param,
    ToolError,
    alpaca_market_crypto_bars,
    alpaca_market_stocks_bars,
    calculate_gaps,
    step,
)


def analyze(
    symbol: str = "TSLA",
    days: Annotated[int, Param(ge=2, le=5000)] = 252,
    threshold: Annotated[float, Param(ge=0, le=0.5)] = 0.01,
) -> dict:
    """Show how a symbol opened against the close before: its gaps.

    symbol: ticker
    days: trading days to look back
    threshold: the fraction beyond which a gap is counted
    """
    step("fetching bars")
    bars = fetch_full_bars(symbol, days + 1, ["open"])
    step("measuring")
    columns = {
        name: {f"{day:%Y-%m-%d}": value for day, value in bars[name].items()} for name in ("open", "close")
    }
    answer = calculate_gaps(opens=columns["open"], closes=columns["close"], threshold=threshold)
    newest, day = answer["values"][-1], answer["dates"][-1]
    way = "up" if newest > 0 else "down" if newest < 0 else "at the close before"
    sides = {"up": answer["up"], "down": answer["down"]}
    since = f"since {answer['dates'][0]}"
    return {
        "description": (
            f"On {day} {symbol} opened {way} ({newest:+.2%}); {since} it gapped up by more than {threshold:.1%} on "
            f"{answer['up']['count']} days and down on {answer['down']['count']}."
        ),
        "body": rows(newest, day, threshold, since, sides),
        "charts": draw(symbol, answer),
    }


def rows(newest: float, day: str, threshold: float, since: str, sides: dict) -> list[dict]:
    return [
        {
            "id": "latest",
            "key": "latest gap",
            "value": newest,
            "format": "percent",
            "is_change": True,
            "description": f"on {day}",
        },
        *(
            {
                "id": side,
                "key": f"gaps {side}",
                "value": found["count"],
                "format": "integer",
                "description": f"beyond {threshold:.1%}, {since}",
            }
            for side, found in sides.items()
        ),
        *(
            {
                "id": f"largest_{side}",
                "key": f"largest gap {side}",
                "value": found["largest"]["value"],
                "format": "percent",
                "is_change": True,
                "description": f"on {found['largest']['date']}",
            }
            for side, found in sides.items()
            if found["largest"]
        ),
    ]


def draw(symbol: str, answer: dict) -> list[dict]:
    return [
        {
            "type": "bar",
            "title": f"{symbol}: opens against the close before",
            "format": "percent",
            "series": [{"name": "gap", "x": answer["dates"][-60:], "y": answer["values"][-60:]}],
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
