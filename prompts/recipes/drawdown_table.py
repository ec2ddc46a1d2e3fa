"""List the deepest drawdowns of a symbol with their peaks, troughs and recoveries.

A drawdown is a fall of the adjusted close from its highest value so far until it is back there; the table
has the deepest of them, which never overlap. The recovery is empty while the close has not come back.

Questions:
    What were the worst drawdowns of AAPL since 2000?
    List the drawdowns of KO in 2008.
    Show the 3 worst drawdowns of MSFT.
    What were the biggest drawdowns of JPM since 1995?
    List the drawdowns of XOM.
    Show the top 5 drawdowns of GE since 1990.
"""

from datetime import date
from typing import Annotated, Literal

import pandas as pd
from mcp_client import Param, alpaca_market_stocks_multi_bars, calculate_drawdowns, step

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000


def analyze(
    symbol: str = "AAPL",
    days: int | None = None,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
    top: Annotated[int, Param(ge=1, le=20)] = 5,
) -> dict:
    """List the deepest drawdowns of a symbol with their peaks, troughs and recoveries.

    symbol: ticker to look at
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    top: how many to list
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    step("fetching closes")
    closes = fetch_closes([symbol], period)[symbol]
    step("finding drawdowns")
    prices = {f"{day:%Y-%m-%d}": close for day, close in closes.items()}
    answer = calculate_drawdowns(prices=prices, top=top)
    found = answer["drawdowns"]
    if not found:
        raise ValueError(
            f"{symbol} never closed below an earlier close {describe_days(closes)}; choose a longer period"
        )
    deepest = found[0]
    which = "only drawdown" if answer["count"] == 1 else f"deepest of {answer['count']} drawdowns"
    return {
        "description": (
            f"The {which} of {symbol} {describe_days(closes)} was {deepest['depth']:.2%}, "
            f"{describe(deepest)}; at the end it stood {answer['current_depth']:.2%} below its highest close."
        ),
        "body": [
            {
                "id": f"drawdown_{rank}",
                "key": f"{rank}. drawdown, from {fall['peak']['date']}",
                "value": fall["depth"],
                "format": "percent",
                "is_change": True,
                "description": describe(fall),
            }
            for rank, fall in enumerate(found, start=1)
        ],
        "charts": draw(symbol, closes),
    }


def draw(symbol: str, closes: pd.Series) -> list[dict]:
    return [
        {
            "type": "area",
            "title": f"{symbol}: drawdown from the highest close so far",
            "format": "percent",
            "series": [draw_line(symbol, closes / closes.cummax() - 1)],
        }
    ]


def describe(fall: dict) -> str:
    recovery = fall["recovery"]
    days = fall["days_to_recovery"]
    ending = (
        f"recovered on {recovery['date']}, {days:,} days after the trough"
        if recovery
        else "not recovered yet"
    )
    return f"peak {fall['peak']['date']}, trough {fall['trough']['date']}, {ending}"


def fetch_closes(symbols: list[str], period: dict) -> dict:
    """A Series of daily closes by date for each symbol, inside the period, named by its currency.

    `start` wins over `to_date`, that over `months`, that over `days`; with none of them, all there is.
    """
    if not symbols:
        raise ValueError("give at least one symbol")
    symbols = list(dict.fromkeys(symbols))
    request = {"timeframe": "1Day", "limit": BARS_MAX}
    if not period["start"]:
        if period["to_date"]:
            request["limit"] = 260
        elif period["months"]:
            request["limit"] = min(23 * period["months"] + 1, BARS_MAX)
        elif period["days"] is not None:
            request["limit"] = period["days"] + 1
    for name in ("start", "end"):
        if period[name]:
            request[name] = period[name].isoformat()
    request["limit"] = min(request["limit"], TABLE_BARS_MAX // len(symbols))
    answer = alpaca_market_stocks_multi_bars(symbols=symbols, **request)
    table, currency = answer["data"], answer["metadata"]["currency"]
    dates = pd.to_datetime(table["timestamp"])
    closes = {}
    for symbol, column in zip(symbols, table["close"].values(), strict=True):
        unit = currency if currency and not symbol.startswith("^") else "points"
        series = pd.Series(column, index=dates, dtype=float, name=unit).dropna()
        if series.empty:
            raise ValueError(f"{symbol} has no closes in this period; choose another one")
        closes[symbol] = series.loc[first_day(series.index[-1], period) :]
    return closes


def first_day(last: pd.Timestamp, period: dict) -> pd.Timestamp | None:
    """Where a look-back in months or to date begins; None where the tool has cut already."""
    if period["start"]:
        return None
    if period["to_date"]:
        return last.to_period({"month": "M", "quarter": "Q", "year": "Y"}[period["to_date"]]).start_time
    return last - pd.DateOffset(months=period["months"]) if period["months"] else None


def describe_days(closes: pd.Series) -> str:
    return f"from {closes.index[0]:%Y-%m-%d} to {closes.index[-1]:%Y-%m-%d}"


def draw_line(name: str, values: pd.Series) -> dict:
    """A chart line of at most about 500 points, the last value always among them."""
    shown = values.iloc[:: -(len(values) // 500 + 1)].iloc[::-1]
    return {"name": name, "x": [f"{day:%Y-%m-%d}" for day in shown.index], "y": shown.tolist()}
