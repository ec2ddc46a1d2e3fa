"""Compare the return, volatility and maximum drawdown of several symbols over the same period.

The return is the last adjusted close over the first, minus 1; volatility is that of daily returns, annualised
with 252 days; the drawdown is the deepest fall below the highest close so far.

Questions:
    Compare the return, volatility and maximum drawdown of KO and PEP over the last year.
    Show the return and volatility of JPM and BAC over the past 3 years.
    What are the return, volatility and maximum drawdown of XOM since 2015?
    Compare the return and maximum drawdown of MRK and PFE over the last 5 years.
    Show the return and maximum drawdown of WMT in 2008.
"""

from datetime import date
from typing import Literal

import pandas as pd
from mcp_client import (
    alpaca_market_stocks_multi_bars,
    calculate_max_drawdown,
    calculate_volatility,
    step,
)

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000
NAMES = {"return": "total return", "volatility": "annualised volatility", "max_drawdown": "maximum drawdown"}


def analyze(
    symbols: list[str] = ["AAPL", "MSFT"],
    days: int | None = 252,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """Compare the return, volatility and maximum drawdown of several symbols over the same period.

    symbols: tickers to compare
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    step("fetching closes")
    closes = fetch_closes(symbols, period)
    short = [symbol for symbol, series in closes.items() if len(series) < 3]
    if short:
        raise ValueError(f"{', '.join(short)}: a volatility needs at least 3 closes; choose a longer period")
    step("calculating")
    figures = {symbol: measure(series) for symbol, series in closes.items()}
    return {
        "description": describe(figures, closes),
        "body": [row for symbol in closes for row in rows(symbol, figures[symbol], closes[symbol])],
        "charts": [draw(closes)],
    }


def measure(closes: pd.Series) -> dict:
    return {
        "return": closes.iloc[-1] / closes.iloc[0] - 1,
        "volatility": calculate_volatility(returns=closes.pct_change().dropna().tolist())["volatility"],
        "max_drawdown": calculate_max_drawdown(prices=closes.tolist())["max_drawdown"],
    }


def describe(figures: dict, closes: dict) -> str:
    """Each of two in full; of more, who stands out."""
    if len(figures) < 3:
        return " ".join(describe_one(symbol, figures[symbol], closes[symbol]) for symbol in figures)
    table = pd.DataFrame(figures).T.astype(float)
    best, worst, wildest = table["return"].idxmax(), table["return"].idxmin(), table["volatility"].idxmax()
    deepest = table["max_drawdown"].idxmin()
    days = {describe_days(series) for series in closes.values()}
    return (
        f"Of {len(figures)} symbols, {best} returned most{f' {days.pop()}' if len(days) == 1 else ''}, at "
        f"{table.at[best, 'return']:+.2%}, and {worst} least, at {table.at[worst, 'return']:+.2%}; {wildest} was "
        f"the most volatile, at {table.at[wildest, 'volatility']:.2%} a year; {deepest} fell furthest from a "
        f"peak, by {-table.at[deepest, 'max_drawdown']:.2%}."
    )


def describe_one(symbol: str, figures: dict, closes: pd.Series) -> str:
    return (
        f"{symbol} {describe_days(closes)}: return {figures['return']:+.2%}, volatility "
        f"{figures['volatility']:.2%} a year, maximum drawdown {figures['max_drawdown']:.2%}."
    )


def rows(symbol: str, figures: dict, closes: pd.Series) -> list[dict]:
    return [
        {
            "id": f"{symbol}:{name}",
            "key": f"{symbol} {NAMES[name]}",
            "value": value,
            "format": "percent",
            "is_change": name == "return",
            "description": describe_days(closes),
        }
        for name, value in figures.items()
    ]


def draw(closes: dict) -> dict:
    return {
        "type": "line",
        "title": "Growth of 1 from the first close",
        "format": "number",
        "series": [draw_line(symbol, series / series.iloc[0]) for symbol, series in closes.items()],
    }


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
