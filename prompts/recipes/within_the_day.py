"""Show the bars of a symbol within the day and their volume-weighted average price (VWAP).

Bars of 1, 5, 15 or 30 minutes, of one or of four hours, the newest days, one day or some; the VWAP weighs the
mean of high, low and close of each bar by its volume, from the first bar that is shown. Times are of New
York for stocks and UTC for crypto currencies; bars outside the regular hours count when the vendor has
them.

Questions:
    Show the 5-minute bars of TSLA.
    What is the VWAP of AMD today?
    Show the intraday prices of AMD.
    Plot the intraday chart of META on 2026-11-20.
    What was the VWAP of AMZN on 2026-11-20?
    Show the hourly bars of SPY over the last 3 trading days.
    Plot the 15-minute bars of QQQ today.
    Show the 30-minute bars of SPY from 2026-11-17 to 2026-11-19.
    What was the intraday high of GOOGL today?
"""

from datetime import date
from typing import Annotated, Literal

import pandas as pd
from mcp_client import Param, alpaca_market_crypto_bars, alpaca_market_stocks_bars, calculate_vwap, step

MINUTES = {"1Min": 1, "5Min": 5, "15Min": 15, "30Min": 30, "1Hour": 60, "4Hour": 240}
BARS_MAX, BARS_LISTED_MAX, SPAN_DAYS_MAX = 10_000, 20, 31
PRICES = ["open", "high", "low", "close"]


def analyze(
    symbol: str = "TSLA",
    timeframe: Literal["1Min", "5Min", "15Min", "30Min", "1Hour", "4Hour"] = "5Min",
    days: Annotated[int | None, Param(ge=1, le=10)] = 1,
    on: date | None = None,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """Show the bars of a symbol within the day and their volume-weighted average price (VWAP).

    symbol: ticker, or a pair such as BTC/USD
    timeframe: length of a bar
    days: newest days that have bars
    on: one day; wins over all of them
    start: first day, at most a month before the last; wins over days
    end: last day
    """
    step("fetching bars")
    first, last = (on, on) if on else (start, end)
    if first and ((last or first) - first).days > SPAN_DAYS_MAX:
        raise ValueError(f"bars within the day are for at most {SPAN_DAYS_MAX} days; choose a shorter period")
    bars = fetch_within(symbol, timeframe, days or 1, (first, last))
    if bars.empty:
        raise ValueError(f"{symbol} has no bars within these days; choose others")
    priced = bars[bars["volume"] > 0]
    vwap = None
    if not priced.empty:
        columns = {name: priced[name].tolist() for name in ("high", "low", "close", "volume")}
        vwap = calculate_vwap(**columns)["latest"]
    zone = "UTC" if "/" in symbol else "New York time"
    return {
        "description": describe(symbol, bars, vwap, zone),
        "body": rows(bars, vwap, zone),
        "charts": [
            {
                "type": "candlestick",
                "title": f"{symbol}: bars of {timeframe}",
                "format": "number",
                "x": [f"{when:%Y-%m-%d %H:%M}" for when in bars.index],
                **{name: bars[name].tolist() for name in PRICES},
            }
        ],
    }


def fetch_within(
    symbol: str, timeframe: str, days: int, ends: tuple[date | None, date | None]
) -> pd.DataFrame:
    """Bars by local time, the oldest first, between two days or of the newest ones."""
    is_crypto = "/" in symbol
    per_day = 24 * 60 // MINUTES[timeframe] + 1
    request = {"symbol": symbol, "timeframe": timeframe, "limit": min(per_day * days, BARS_MAX)}
    limits = {name: day.isoformat() for name, day in zip(("start", "end"), ends, strict=True) if day}
    if limits:
        request |= {**limits, "limit": BARS_MAX}
    answer = (
        alpaca_market_crypto_bars(**request)
        if is_crypto
        else alpaca_market_stocks_bars(**request, adjustment="split")
    )
    data = answer["data"]
    times = pd.to_datetime(data["timestamp"], utc=True).tz_convert("UTC" if is_crypto else "America/New_York")
    bars = pd.DataFrame({name: data[name] for name in [*PRICES, "volume"]}, index=times, dtype=float)
    bars = bars.dropna(subset=PRICES)
    bars.attrs["unit"] = symbol.split("/")[-1] if is_crypto else answer["metadata"]["currency"]
    newest = sorted(set(bars.index.date))[-days:]
    return bars if limits or not newest else bars[bars.index.date >= newest[0]]


def describe(symbol: str, bars: pd.DataFrame, vwap: float | None, zone: str) -> str:
    unit = bars.attrs["unit"]
    average = "unknown, as there is no volume" if vwap is None else f"{vwap:,.6g} {unit}"
    return (
        f"From {bars.index[0]:%Y-%m-%d %H:%M} to the bar of {bars.index[-1]:%Y-%m-%d %H:%M} ({zone}) the VWAP of {symbol} "
        f"was {average}; its high was {bars['high'].max():,.6g}, its low {bars['low'].min():,.6g} and its last price "
        f"{bars['close'].iloc[-1]:,.6g}."
    )


def rows(bars: pd.DataFrame, vwap: float | None, zone: str) -> list[dict]:
    price = {"format": "number", "unit": bars.attrs["unit"]}
    ends = {"open": bars.index[0], "high": bars["high"].idxmax(), "low": bars["low"].idxmin()}
    ends["close"] = bars.index[-1]
    has_volume = bool(bars["volume"].notna().any())
    return [
        {
            "id": "vwap",
            "key": "volume-weighted average price",
            "value": vwap,
            "description": f"{len(bars)} bars to {bars.index[-1]:%Y-%m-%d %H:%M}, {zone}",
            "reason": "" if vwap is not None else "there is no volume",
            **price,
        },
        *(
            {
                "id": name,
                "key": name,
                "value": bars.loc[when, name],
                "description": f"bar of {when:%Y-%m-%d %H:%M}, {zone}",
                **price,
            }
            for name, when in ends.items()
        ),
        {
            "id": "volume",
            "key": "volume",
            "value": bars["volume"].sum() if has_volume else None,
            "format": "number",
            "description": "of these bars",
            "reason": "" if has_volume else "the data has no volume",
        },
        *(
            {
                "id": f"{when:%Y-%m-%dT%H:%M}",
                "key": f"close of {when:%Y-%m-%d %H:%M}",
                "value": bar["close"],
                "description": f"open {bar['open']:,.6g}, high {bar['high']:,.6g}, low {bar['low']:,.6g}",
                **price,
            }
            for when, bar in bars.tail(BARS_LISTED_MAX)[::-1].iterrows()
        ),
    ]
