"""Say how symbols moved on one day: the change of the close, and where it opened and ranged.

The change is the close of the day over the close before it, minus 1; prices are adjusted for splits alone. A
day without trading is answered by the last one before it, which is then said.

Questions:
    How did AAPL do on 2026-11-18?
    How much did KO and PEP gain on 2025-04-09?
    What was the return of MSFT on 2024-08-05?
    How did bitcoin perform on 2026-11-15?
    Which of AMD, NVDA and INTC gained the most on 2026-11-20?
    How much did TSLA lose on 2026-11-19?
"""

from datetime import date, timedelta
from typing import Literal

import pandas as pd
from mcp_client import alpaca_market_crypto_bars, alpaca_market_stocks_bars, step

DAYS_BEFORE = 12


def analyze(
    symbols: list[str] = ["AAPL"], on: date | None = None, order: Literal["highest", "lowest"] = "highest"
) -> dict:
    """Say how symbols moved on one day: the change of the close, and where it opened and ranged.

    symbols: tickers, or pairs such as BTC/USD
    on: the day; the newest one that has a bar when it is not given
    order: whether the best one comes first or the worst
    """
    if not symbols:
        raise ValueError("give at least one symbol")
    step("fetching bars")
    bars = {symbol: fetch_two(symbol, on) for symbol in dict.fromkeys(symbols)}
    changes = {symbol: table["close"].iloc[1] / table["close"].iloc[0] - 1 for symbol, table in bars.items()}
    ranked = sorted(changes, key=lambda symbol: changes[symbol], reverse=order == "highest")
    return {
        "description": " ".join(describe(symbol, bars[symbol], changes[symbol], on) for symbol in ranked),
        "body": [row for symbol in ranked for row in rows(symbol, bars[symbol], changes[symbol])],
        "charts": [
            {
                "type": "bar",
                "title": "Change of the day",
                "format": "percent",
                "series": [{"name": "change", "x": ranked, "y": [changes[symbol] for symbol in ranked]}],
            }
        ],
    }


def fetch_two(symbol: str, on: date | None) -> pd.DataFrame:
    """The bar of the day and the one before it, by date."""
    request = {"symbol": symbol, "timeframe": "1Day", "limit": DAYS_BEFORE + 1}
    if on:
        request |= {"start": (on - timedelta(days=DAYS_BEFORE)).isoformat(), "end": on.isoformat()}
    is_coin = "/" in symbol
    answer = (
        alpaca_market_crypto_bars(**request)
        if is_coin
        else alpaca_market_stocks_bars(**request, adjustment="split")
    )
    data = answer["data"]
    columns = {name: data[name] for name in ("open", "high", "low", "close")}
    bars = pd.DataFrame(columns, index=pd.to_datetime(data["timestamp"]), dtype=float).dropna(subset=["close"]).tail(2)
    if len(bars) < 2:
        raise ValueError(f"{symbol} has no close of this day and of the one before; choose another day")
    bars.attrs["unit"] = "points" if symbol.startswith("^") else answer["metadata"]["currency"]
    return bars


def describe(symbol: str, bars: pd.DataFrame, change: float, on: date | None) -> str:
    day = bars.index[1]
    missed = f"{on} was no day of trading for {symbol}. " if on and day.date() != on else ""
    before, close = bars["close"]
    return f"{missed}{symbol} moved {change:+.2%} on {day:%Y-%m-%d}, from {before:,.6g} to {close:,.6g} {bars.attrs['unit']}."


def rows(symbol: str, bars: pd.DataFrame, change: float) -> list[dict]:
    when = f"on {bars.index[1]:%Y-%m-%d}"
    price = {"format": "number", "unit": bars.attrs["unit"]}
    day = bars.iloc[1]
    return [
        {
            "id": symbol,
            "key": f"{symbol} change",
            "value": change,
            "format": "percent",
            "is_change": True,
            "description": f"{when}, from the close of {bars.index[0]:%Y-%m-%d}",
        },
        *(
            {
                "id": f"{symbol}:{name}",
                "key": f"{symbol} {name}",
                "value": None if pd.isna(day[name]) else day[name],
                "description": when,
                "reason": f"the data has no {name} of this day" if pd.isna(day[name]) else "",
                **price,
            }
            for name in ("open", "high", "low", "close")
        ),
    ]
