"""Show where a symbol stands: its latest price, the change of the day and its return over the last months.

Price and change are the vendor's snapshot, which says as of when it is. The return is the last daily close over
the first one of the calendar months before it, minus 1.

Questions:
    What are the latest price, today's change and the 1-month return of AAPL?
    What is the latest price and 1-month return of KO?
    Show the price, today's change and the 3-month return of MSFT.
    What are the latest price, today's change and the 1-month return of Bitcoin?
    What are the current price and the 6-month return of XOM?
"""

from typing import Annotated

import pandas as pd
from mcp_client import (
    Param,
    alpaca_market_crypto_bars,
    alpaca_market_crypto_snapshots,
    alpaca_market_stocks_bars,
    alpaca_market_stocks_snapshots,
    step,
)


def analyze(symbol: str = "AAPL", months: Annotated[int, Param(ge=1, le=24)] = 1) -> dict:
    """Show where a symbol stands: its latest price, the change of the day and its return over the last months.

    symbol: ticker, or pair such as BTC/USD
    months: calendar months of the return
    """
    step("fetching the price")
    snapshot, unit = fetch_snapshot(symbol)
    step("fetching closes")
    closes = closes_of_months(symbol, months)
    total = closes.iloc[-1] / closes.iloc[0] - 1
    change = snapshot["change_fraction"]
    moved = "" if change is None else f", {change:+.2%} on the day"
    period = f"from {closes.index[0]:%Y-%m-%d} to {closes.index[-1]:%Y-%m-%d}"
    returned = {"format": "percent", "is_change": True}
    return {
        "description": (
            f"{symbol} was at {snapshot['price']:,.6g} {say_moment(snapshot['as_of'])}{moved}, and returned "
            f"{total:+.2%} {period}."
        ),
        "body": [
            {
                "id": "price",
                "key": f"{symbol} price",
                "value": snapshot["price"],
                "format": "number",
                "unit": unit,
                "description": say_moment(snapshot["as_of"]),
            },
            {
                "id": "change",
                "key": "change of the day",
                "value": change,
                "description": "from the close before",
                "reason": "" if change is not None else "no close before is known",
                **returned,
            },
            {"id": "return", "key": f"{months}-month return", "value": total, "description": period, **returned},
        ],
        "charts": [
            {
                "type": "line",
                "title": f"{symbol}: daily closes",
                "format": "number",
                "series": [
                    {"name": symbol, "x": [f"{day:%Y-%m-%d}" for day in closes.index], "y": closes.tolist()}
                ],
            }
        ],
    }


def fetch_snapshot(symbol: str) -> tuple[dict, str | None]:
    """The snapshot, and what its prices are in."""
    is_pair = "/" in symbol
    fetch = alpaca_market_crypto_snapshots if is_pair else alpaca_market_stocks_snapshots
    answer = fetch(symbols=[symbol])
    snapshot = answer["data"]["snapshots"][0]
    if snapshot["price"] is None:
        raise ValueError(f"no price is known for {symbol}; ask about another symbol")
    unit = symbol.split("/")[-1] if is_pair else answer["metadata"]["currency"]
    return snapshot, "points" if symbol.startswith("^") else unit


def closes_of_months(symbol: str, months: int) -> pd.Series:
    """The daily closes of the last calendar months, by date."""
    fetch = alpaca_market_crypto_bars if "/" in symbol else alpaca_market_stocks_bars
    answer = fetch(symbol=symbol, timeframe="1Day", limit=32 * months)
    dates = pd.to_datetime(answer["data"]["timestamp"])
    closes = pd.Series(answer["data"]["close"], index=dates, dtype=float).dropna()
    closes = closes.loc[closes.index[-1] - pd.DateOffset(months=months) :] if len(closes) else closes
    if len(closes) < 2:
        raise ValueError(f"{symbol} has {len(closes)} closes in this period; a return needs 2")
    return closes


def say_moment(moment: str) -> str:
    """As of a day, or of a moment to the minute."""
    return f"as of {moment[:10]}" + (f" {moment[11:16]} UTC" if "T" in moment else "")
