"""Say what investing the same amount every month in a symbol would have come to.

The amount buys at the first adjusted close of every calendar month of the period, parts of shares included,
without costs; adjusted closes count dividends as put back in. The return a year is the internal rate of
return.

Questions:
    What would $100 a month in AAPL since 2010 be worth?
    If I had invested $200 every month in KO since 2005, what would it be worth?
    What would investing $500 monthly in MSFT over the last 5 years be worth now?
    What would dollar cost averaging $100 into JPM since 2000 be worth?
    What if I had invested $250 per month in HD since 2015?
    How much would $300 a month in WMT over the past 10 years be worth today?
    Dollar cost averaging $150 a month into XOM since 2012
"""

from datetime import date
from typing import Annotated, Literal

import pandas as pd
from mcp_client import Param, alpaca_market_stocks_multi_bars, step

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000


def analyze(
    symbol: str = "AAPL",
    amount: Annotated[float, Param(ge=0.01, le=1e9)] = 100,
    days: int | None = None,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """Say what investing the same amount every month in a symbol would have come to.

    symbol: ticker to look at
    amount: money invested each month, in the currency of the symbol
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    step("fetching closes")
    closes = fetch_closes([symbol], period)[symbol]
    bought = closes.groupby(closes.index.to_period("M")).head(1)
    if len(bought) < 2:
        raise ValueError(f"{symbol} has {len(bought)} month here, and 2 are needed; choose a longer period")
    step("calculating")
    shares = (amount / bought).reindex(closes.index).fillna(0).cumsum()
    paid = pd.Series(amount, index=bought.index).reindex(closes.index).fillna(0).cumsum()
    worth, total, unit = (shares * closes).iloc[-1], paid.iloc[-1], closes.name
    last = closes.index[-1]
    ages = [(last - day).days / 365.25 for day in bought.index]
    rate = find_rate(amount, ages, worth)
    when = describe_days(closes)
    money = {"format": "number", "unit": unit, "description": when}
    return {
        "description": (
            f"{amount:,.2f} {unit} a month in {symbol} {when}, {total:,.2f} {unit} in {len(bought)} payments, was worth "
            f"{worth:,.2f} {unit} at the end ({worth / total - 1:+.2%} on what was paid, {rate:+.2%} a year)."
        ),
        "body": rows(total, money, worth, when, rate),
        "charts": draw(amount, unit, symbol, paid, shares, closes),
    }


def rows(total: float, money: dict, worth: float, when: str, rate: float) -> list[dict]:
    return [
        {"id": "paid", "key": "paid in all", "value": total, **money},
        {"id": "worth", "key": "worth at the end", "value": worth, **money},
        {"id": "gain", "key": "gain", "value": worth - total, **money},
        {
            "id": "gain_fraction",
            "key": "gain on what was paid",
            "value": worth / total - 1,
            "format": "percent",
            "is_change": True,
            "description": when,
        },
        {
            "id": "annual_rate",
            "key": "internal rate of return a year",
            "value": rate,
            "format": "percent",
            "is_change": True,
            "description": f"at which all payments grow to what they were worth, {when}",
        },
    ]


def draw(
    amount: float, unit: str, symbol: str, paid: pd.Series, shares: pd.Series, closes: pd.Series
) -> list[dict]:
    return [
        {
            "type": "line",
            "title": f"{amount:,.0f} {unit} a month in {symbol}",
            "format": "number",
            "series": [draw_line("worth", shares * closes), draw_line("paid", paid)],
        }
    ]


def find_rate(amount: float, ages: list[float], worth: float) -> float:
    """The yearly rate at which payments of these ages grow to `worth`, by halving the interval."""
    low, high = -0.999, 100.0
    for _ in range(200):
        middle = (low + high) / 2
        grown = sum(amount * (1 + middle) ** age for age in ages)
        low, high = (low, middle) if grown > worth else (middle, high)
    return (low + high) / 2


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
