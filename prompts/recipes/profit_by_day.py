"""Show the profit and loss of the connected account by day, on one day or over a period.

Of each day it is the broker's gain at its end less that of the day before, without money paid in or out; the
newest day may not be over. Positions that are still open count at their value of that day.

Questions:
    What was my P&L on 2026-11-18?
    What was my profit and loss this week?
    Show my P&L over the last 10 trading days.
    How much did I make this month?
    What was my P&L from 2026-11-02 to 2026-11-13?
    Plot my P&L over the past month.
    Show my daily profit and loss.
    How did my portfolio perform on 2026-11-17?
"""

from datetime import date
from typing import Annotated, Literal

import pandas as pd
from mcp_client import Param, alpaca_market_clock, alpaca_trading_portfolio_history, step

SPAN_DAYS = {"1M": 28, "3M": 88, "1A": 362}
LISTED_MAX = 30


def analyze(
    on: date | None = None,
    days: Annotated[int | None, Param(ge=1, le=250)] = 10,
    months: Annotated[int | None, Param(ge=1, le=12)] = None,
    to_date: Literal["week", "month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """Show the profit and loss of the connected account by day, on one day or over a period.

    on: one day; wins over every period
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this week, month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day
    """
    step("reading the account")
    now = pd.Timestamp(alpaca_market_clock()["data"]["now"]).tz_localize(None).normalize()
    begin = pd.Timestamp(on or start) if on or start else look_back_from(now, None, months, to_date)
    gains, unit = read_gains(begin, now)
    if on and not gains.index.isin([pd.Timestamp(on)]).any():
        raise ValueError(f"the account has no profit and loss for {on}, which is no day of trading or not over")
    chosen = gains[(gains.index >= begin if begin is not None else True) & (gains.index <= pd.Timestamp(on or end or now))]
    if begin is None and days:
        chosen = chosen.tail(days)
    if chosen.empty:
        raise ValueError("the account has no profit and loss in this period; choose another one")
    when = f"on {chosen.index[0]:%Y-%m-%d}"
    if len(chosen) > 1:
        when = f"from {chosen.index[0]:%Y-%m-%d} to {chosen.index[-1]:%Y-%m-%d}"
    money = {"format": "currency", "unit": unit, "is_change": True}
    return {
        "description": describe(chosen, unit, when),
        "body": [
            {"id": "total", "key": "profit and loss", "value": chosen.sum(), "description": when, **money},
            *(
                {"id": f"{day:%Y-%m-%d}", "key": f"{day:%Y-%m-%d}", "value": gain, "description": "of the day", **money}
                for day, gain in chosen.tail(LISTED_MAX)[::-1].items()
            ),
        ],
        "charts": [
            {
                "type": "bar",
                "title": "Profit and loss by day",
                "format": "currency",
                "series": [draw_line("profit and loss", chosen)],
            }
        ],
    }


def describe(chosen: pd.Series, unit: str, when: str) -> str:
    total = f"The account made {chosen.sum():+,.2f} {unit} {when}"
    if len(chosen) < 2:
        return f"{total}."
    best, worst = chosen.idxmax(), chosen.idxmin()
    return (
        f"{total}; the best day was {best:%Y-%m-%d} with {chosen[best]:+,.2f}, the worst {worst:%Y-%m-%d} with "
        f"{chosen[worst]:+,.2f}."
    )


def read_gains(begin: pd.Timestamp | None, now: pd.Timestamp) -> tuple[pd.Series, str]:
    """The gain of each day by date, and its currency, from the shortest history that holds the day before."""
    age = (now - begin).days if begin is not None else 0
    span = next((name for name, days in SPAN_DAYS.items() if age < days), None)
    if span is None:
        raise ValueError(f"the account has its history for a year, and {begin:%Y-%m-%d} is before it; choose a later day")
    if begin is None:
        span = "1A"
    answer = alpaca_trading_portfolio_history(period=span, timeframe="1D")
    table = answer["data"]
    dates = pd.to_datetime(pd.to_datetime(table["timestamp"]).strftime("%Y-%m-%d"))
    gains = pd.Series(table["gain"], index=dates, dtype=float).dropna()
    return gains.diff().dropna(), answer["metadata"]["currency"] or "USD"


def look_back_from(
    now: pd.Timestamp, days: int | None, months: int | None, to_date: str | None
) -> pd.Timestamp | None:
    """The first day of a look-back from now; None without one."""
    if to_date:
        length = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}[to_date]
        return now.to_period(length).start_time
    if months:
        return now - pd.DateOffset(months=months)
    return now - pd.offsets.BDay(days) if days else None


def draw_line(name: str, values: pd.Series) -> dict:
    """A chart line of at most about 500 points, the last value always among them."""
    shown = values.iloc[:: -(len(values) // 500 + 1)].iloc[::-1]
    return {"name": name, "x": [f"{day:%Y-%m-%d}" for day in shown.index], "y": shown.tolist()}
