"""Show the open, high, low and close of a symbol on one day or over a period.

Prices are as they were traded, adjusted for splits alone. Over several days the open is that of the first
one, the close that of the last one, and high and low are the extremes within the days. A day without
trading is answered by the last one before it.

Questions:
    What was the high of KO on 2024-08-05?
    What did Bitcoin close at on 2025-03-03?
    What was the low of XOM today?
    What is the latest bar of PEP?
    Show the OHLC bars of GE over the last 5 trading days.
    What was the lowest low of PFE in 2020?
    What was the price of Ethereum on 2024-02-29?
    What was the opening and closing price of WMT on 2022-06-16?
    Show the open and close of JNJ.
    Show the candlestick chart of MRK over the past 3 months.
"""

from datetime import date, timedelta
from typing import Literal

import pandas as pd
from mcp_client import alpaca_market_crypto_bars, alpaca_market_stocks_bars, step

BARS_MAX, LISTED_MAX, CANDLES_MAX = 10_000, 30, 250
PRICES = ["open", "high", "low", "close"]


def analyze(
    symbol: str = "KO",
    on: date | None = None,
    days: int | None = 1,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """Show the open, high, low and close of a symbol on one day or over a period.

    symbol: ticker, or a pair such as BTC/USD
    on: one day; wins over every period
    days: daily bars to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    """
    step("fetching bars")
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    if on:
        period = {"days": 1, "months": None, "to_date": None, "start": None, "end": on}
    bars = fetch_period(symbol, period)
    if bars.empty:
        raise ValueError(f"{symbol} has no full bars in this period; choose another one")
    missed = f"{on} was no day of trading. " if on and bars.index[-1].date() != on else ""
    return {
        "description": missed + describe(symbol, bars),
        "body": rows(bars),
        "charts": [draw(symbol, bars.tail(CANDLES_MAX))],
    }


def fetch_period(symbol: str, period: dict) -> pd.DataFrame:
    """Daily bars by date inside the period, the oldest first, adjusted for splits alone."""
    is_crypto = "/" in symbol
    limit = BARS_MAX
    if not period["start"]:
        if period["to_date"]:
            limit = 370
        elif period["months"]:
            limit = min(31 * period["months"] + 1, BARS_MAX)
        elif period["days"]:
            limit = min(period["days"], BARS_MAX)
    request = {"symbol": symbol, "timeframe": "1Day", "limit": limit}
    request |= {name: period[name].isoformat() for name in ("start", "end") if period[name]}
    answer = (
        alpaca_market_crypto_bars(**request)
        if is_crypto
        else alpaca_market_stocks_bars(**request, adjustment="split")
    )
    data = answer["data"]
    bars = pd.DataFrame(
        {name: data[name] for name in [*PRICES, "volume"]}, index=pd.to_datetime(data["timestamp"])
    )
    bars = bars.astype(float).dropna(subset=PRICES)
    bars.attrs["unit"] = (
        symbol.split("/")[-1]
        if is_crypto
        else "points"
        if symbol.startswith("^")
        else answer["metadata"]["currency"]
    )
    if bars.empty or period["start"]:
        return bars
    last = bars.index[-1]
    if period["to_date"]:
        return bars[last.to_period({"month": "M", "quarter": "Q", "year": "Y"}[period["to_date"]]).start_time :]
    return bars[last - pd.DateOffset(months=period["months"]) + timedelta(days=1) :] if period["months"] else bars


def describe(symbol: str, bars: pd.DataFrame) -> str:
    opened, closed = bars["open"].iloc[0], bars["close"].iloc[-1]
    high, low = bars["high"].idxmax(), bars["low"].idxmin()
    if len(bars) == 1:
        return (
            f"On {high:%Y-%m-%d} {symbol} opened at {opened:,.6g}, had a high of {bars['high'].iloc[0]:,.6g} and a low of "
            f"{bars['low'].iloc[0]:,.6g}, and closed at {closed:,.6g} {bars.attrs['unit']}."
        )
    return (
        f"From {bars.index[0]:%Y-%m-%d} to {bars.index[-1]:%Y-%m-%d} {symbol} had a high of {bars['high'].max():,.6g} on "
        f"{high:%Y-%m-%d} and a low of {bars['low'].min():,.6g} {bars.attrs['unit']} on {low:%Y-%m-%d}; it opened at "
        f"{opened:,.6g} and closed at {closed:,.6g}."
    )


def rows(bars: pd.DataFrame) -> list[dict]:
    first, last = bars.index[0], bars.index[-1]
    days = {"open": first, "high": bars["high"].idxmax(), "low": bars["low"].idxmin(), "close": last}
    price = {"format": "number", "unit": bars.attrs["unit"]}
    has_volume = bool(bars["volume"].notna().any())
    listed = bars[::-1] if 1 < len(bars) <= LISTED_MAX else bars[:0]
    return [
        *(
            {
                "id": name,
                "key": name,
                "value": bars.loc[day, name],
                "description": f"of {day:%Y-%m-%d}, as traded",
                **price,
            }
            for name, day in days.items()
        ),
        {
            "id": "volume",
            "key": "volume",
            "value": bars["volume"].sum() if has_volume else None,
            "format": "number",
            "description": f"{first:%Y-%m-%d} to {last:%Y-%m-%d}",
            "reason": "" if has_volume else "the data has no volume",
        },
        *(
            {
                "id": f"{day:%Y-%m-%d}",
                "key": f"close of {day:%Y-%m-%d}",
                "value": bar["close"],
                "description": f"open {bar['open']:,.6g}, high {bar['high']:,.6g}, low {bar['low']:,.6g}",
                **price,
            }
            for day, bar in listed.iterrows()
        ),
    ]


def draw(symbol: str, bars: pd.DataFrame) -> dict:
    prices = {name: bars[name].tolist() for name in PRICES}
    return {
        "type": "candlestick",
        "title": f"{symbol}: daily bars",
        "format": "number",
        "x": [f"{day:%Y-%m-%d}" for day in bars.index],
        **prices,
    }
