"""Find the maximum drawdown of one or several symbols.

The maximum drawdown is the deepest fall of the adjusted close from an earlier peak, as a negative fraction
of that peak; the recovery is the first close back at the peak. A look-back of N trading days has N + 1
closes; a period of dates uses the closes inside it, so a peak before the period does not count.

Questions:
    What was the maximum drawdown of AAPL in 2008?
    How deep was the largest drawdown of GE since 2000?
    Which of JPM, BAC and WFC had the deepest drawdown between October 2007 and June 2009?
    Compare the drawdowns of KO and PEP over the past 10 years.
    When was the maximum drawdown of MSFT in the last 5 years?
    Has XOM recovered from its maximum drawdown since 2014?
    Draw a chart of the drawdown of WMT over the last 5 years.
"""

from datetime import date
from typing import Literal

import pandas as pd
from mcp_client import alpaca_market_stocks_multi_bars, call_many, step

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000


def analyze(
    symbols: list[str] = ["AAPL"],
    days: int | None = 252,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
    order: Literal["highest", "lowest"] = "highest",
) -> dict:
    """Find the maximum drawdown of one or several symbols.

    symbols: tickers to look at
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    order: whether the deepest drawdown comes first (highest) or the shallowest (lowest)
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    step("fetching closes")
    closes = fetch_closes(symbols, period)
    short = [symbol for symbol, series in closes.items() if len(series) < 2]
    if short:
        raise ValueError(f"{', '.join(short)}: a drawdown needs at least 2 closes; choose a longer period")
    step("finding drawdowns")
    answers = call_many(
        [("calculate_max_drawdown", {"prices": by_date(series)}) for series in closes.values()]
    )
    drawdowns = dict(zip(closes, answers, strict=True))
    depth = {symbol: drawdown["max_drawdown"] for symbol, drawdown in drawdowns.items()}
    ranked = sorted(depth, key=lambda symbol: depth[symbol], reverse=order == "lowest")
    return {
        "description": describe(ranked, drawdowns, closes),
        "body": [row for symbol in ranked for row in rows(symbol, drawdowns[symbol])],
        "charts": [draw(ranked, closes)],
    }


def by_date(closes: pd.Series) -> dict:
    return {f"{day:%Y-%m-%d}": close for day, close in closes.items()}


def draw(ranked: list[str], closes: dict) -> dict:
    falls = {symbol: closes[symbol] / closes[symbol].cummax() - 1 for symbol in ranked}
    return {
        "type": "line",
        "title": "Drawdown from the highest close so far",
        "format": "percent",
        "series": [draw_line(symbol, fall) for symbol, fall in falls.items()],
    }


def rows(symbol: str, drawdown: dict) -> list[dict]:
    depth = {
        "id": symbol,
        "key": f"{symbol} maximum drawdown",
        "value": drawdown["max_drawdown"],
        "format": "percent",
        "is_change": True,
        "description": describe_fall(drawdown),
    }
    dates = [
        {
            "id": f"{symbol}:{point}",
            "key": f"{symbol} {point}",
            "value": drawdown[point]["date"] if drawdown[point] else None,
            "format": "date",
            "description": f"close {drawdown[point]['price']:,.2f}" if drawdown[point] else "",
            "reason": "" if drawdown[point] else drawdown["reason"],
        }
        for point in ("peak", "trough", "recovery")
    ]
    return [depth, *dates]


def describe(ranked: list[str], drawdowns: dict, closes: dict) -> str:
    first = ranked[0]
    when = describe_days(closes[first])
    fall = f"{drawdowns[first]['max_drawdown']:.2%}, {describe_fall(drawdowns[first])}"
    if len(ranked) == 1:
        return f"The maximum drawdown of {first} {when} was {fall}."
    last = ranked[-1]
    is_deepest = drawdowns[first]["max_drawdown"] <= drawdowns[last]["max_drawdown"]
    ends = ("deepest", "shallowest") if is_deepest else ("shallowest", "deepest")
    return (
        f"{first} had the {ends[0]} maximum drawdown of {len(ranked)} symbols {when}: {fall}; "
        f"{last} had the {ends[1]}, {drawdowns[last]['max_drawdown']:.2%}."
    )


def describe_fall(drawdown: dict) -> str:
    if not drawdown["peak"]:
        return "the close never fell below an earlier one"
    recovery = drawdown["recovery"]
    ending = f"recovered on {recovery['date']}" if recovery else "not recovered by the end of the period"
    return (
        f"from the peak on {drawdown['peak']['date']} to the trough on {drawdown['trough']['date']}, {ending}"
    )


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
