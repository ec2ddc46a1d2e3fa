"""Compare the total returns of several symbols over the same days.

The total return is the last adjusted close over the first, minus 1, on the days that all symbols have; the
closes are adjusted for splits and dividends. The compound annual growth rate is left out below one year. A
look-back of N trading days has N returns, from N + 1 closes; a period of dates uses the closes inside it.

Questions:
    Compare AAPL and MSFT over the last 250 trading days.
    Which of KO, PEP and PG performed best since 2010?
    What were the returns of JPM, BAC and GE in 2009?
    Did XOM outperform CVX between 2014 and 2016?
    Did CVX return more than GE over the last 2 years?
    AMD vs AAPL over the past 3 years
    Which of WMT and HD had the higher CAGR since 2005?
    How have LLY and PFE done this year?
"""

from datetime import date
from typing import Literal

import pandas as pd
from mcp_client import alpaca_market_crypto_bars, alpaca_market_stocks_multi_bars, step

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000


def analyze(
    symbols: list[str] = ["AAPL", "MSFT"],
    days: int | None = 252,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
    order: Literal["highest", "lowest"] = "highest",
) -> dict:
    """Compare the total returns of several symbols over the same days.

    symbols: tickers to compare, or pairs such as BTC/USD alone
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    order: which end of the ranking comes first
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    step("fetching closes")
    fetch = fetch_coins if all("/" in symbol for symbol in symbols) else fetch_closes
    closes = pd.DataFrame(fetch(symbols, period)).dropna()
    if len(closes) < 2:
        raise ValueError("the symbols share fewer than 2 closes in this period; choose a longer one")
    growth = closes / closes.iloc[0]
    total = (growth.iloc[-1] - 1).to_dict()
    ranked = sorted(total, key=lambda symbol: total[symbol], reverse=order == "highest")
    return {
        "description": describe(ranked, total, closes),
        "body": [row for symbol in ranked for row in rows(symbol, total[symbol], closes)],
        "charts": [
            {
                "type": "line",
                "title": "Growth of 1",
                "format": "number",
                "series": [draw_line(symbol, growth[symbol]) for symbol in ranked],
            }
        ],
    }


def rows(symbol: str, total: float, closes: pd.DataFrame) -> list[dict]:
    """The total return, and the yearly rate when the period has at least one year."""
    first, last = closes[symbol].iloc[0], closes[symbol].iloc[-1]
    calendar_days = (closes.index[-1] - closes.index[0]).days
    row = {
        "id": symbol,
        "key": f"{symbol} total return",
        "value": total,
        "format": "percent",
        "is_change": True,
        "description": f"from {first:,.6g} to {last:,.6g}, {'closes' if '/' in symbol else 'adjusted closes'}",
    }
    if calendar_days < 365:
        return [row]
    cagr = (last / first) ** (365.25 / calendar_days) - 1
    yearly = {
        "id": f"{symbol}:cagr",
        "key": f"{symbol} CAGR",
        "value": cagr,
        "format": "percent",
        "is_change": True,
    }
    return [row, {**yearly, "description": "compound annual growth rate"}]


def describe(ranked: list[str], total: dict, closes: pd.DataFrame) -> str:
    first, last = ranked[0], ranked[-1]
    when = describe_days(closes)
    if len(ranked) == 1:
        return f"{first} returned {total[first]:.2%} {when}."
    ends = ("best", "worst") if total[first] >= total[last] else ("worst", "best")
    return (
        f"{first} performed {ends[0]} of {len(ranked)} symbols {when}, with {total[first]:.2%}; "
        f"{last} performed {ends[1]}, with {total[last]:.2%}."
    )


def fetch_coins(symbols: list[str], period: dict) -> dict:
    """As `fetch_closes`, for pairs of crypto currencies, which trade every day."""
    limits = {name: period[name].isoformat() for name in ("start", "end") if period[name]}
    closes = {}
    for symbol in dict.fromkeys(symbols):
        data = alpaca_market_crypto_bars(symbol=symbol, limit=BARS_MAX, **limits)["data"]
        dates = pd.to_datetime(data["timestamp"])
        series = pd.Series(data["close"], index=dates, dtype=float, name=symbol.split("/")[-1]).dropna()
        if series.empty:
            raise ValueError(f"{symbol} has no closes in this period; choose another one")
        if period["days"] is not None and not (period["start"] or period["to_date"] or period["months"]):
            series = series.tail(period["days"] + 1)
        closes[symbol] = series.loc[first_day(series.index[-1], period) :]
    return closes


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
