"""Summarise the risk of one or several symbols: volatility, drawdown, ratios and value at risk.

All of it is from daily returns and annualised with 252 days: volatility, Sharpe and Sortino ratio (without
a risk-free rate), Calmar ratio (annual growth over the deepest drawdown), and the historical 95 % value at
risk of one day.

Questions:
    What are the risk metrics of AAPL?
    How risky is KO?
    How risky are JPM and BAC?
    What are the Sortino and Calmar ratios of MSFT over the last 4 years?
    Show the volatility and maximum drawdown of XOM since 2015.
    Show the Sharpe ratio and maximum drawdown of HD over the past 5 years.
    What is the Calmar ratio of WMT?
    Compare the risk of KO and PEP over the last 3 years.
    Show the volatility, Sharpe ratio and maximum drawdown of PG.
    Show the volatility and Sharpe ratio of MRK and PFE.
"""

from datetime import date
from typing import Literal

import pandas as pd
from mcp_client import (
    alpaca_market_stocks_multi_bars,
    calculate_calmar_ratio,
    calculate_max_drawdown,
    calculate_sharpe_ratio,
    calculate_sortino_ratio,
    calculate_var,
    calculate_volatility,
    step,
)

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000
FIGURES = {
    "volatility": ("annualised volatility", "percent"),
    "max_drawdown": ("maximum drawdown", "percent"),
    "sharpe": ("Sharpe ratio", "number"),
    "sortino": ("Sortino ratio", "number"),
    "calmar": ("Calmar ratio", "number"),
    "var": ("95 % value at risk, one day", "percent"),
}


def analyze(
    symbols: list[str] = ["AAPL"],
    days: int | None = 756,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """Summarise the risk of one or several symbols: volatility, drawdown, ratios and value at risk.

    symbols: tickers to look at
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    step("fetching closes")
    closes = fetch_closes(symbols, period)
    short = [symbol for symbol, series in closes.items() if len(series) < 21]
    if short:
        raise ValueError(
            f"{', '.join(short)}: a summary of risk needs at least 21 closes; choose a longer period"
        )
    step("calculating")
    figures = {symbol: measure(series) for symbol, series in closes.items()}
    return {
        "description": " ".join(describe(symbol, figures[symbol], closes[symbol]) for symbol in closes),
        "body": [row for symbol in closes for row in rows(symbol, figures[symbol], closes[symbol])],
        "charts": [draw(closes)],
    }


def measure(closes: pd.Series) -> dict:
    returns = closes.pct_change().dropna().tolist()
    sharpe, sortino = calculate_sharpe_ratio(returns=returns), calculate_sortino_ratio(returns=returns)
    calmar = calculate_calmar_ratio(returns=returns)
    return {
        "volatility": calculate_volatility(returns=returns)["volatility"],
        "max_drawdown": calculate_max_drawdown(prices=closes.tolist())["max_drawdown"],
        "sharpe": sharpe["sharpe_ratio"],
        "sortino": sortino["sortino_ratio"],
        "calmar": calmar["calmar_ratio"],
        "var": calculate_var(returns=returns)["var"],
        "reasons": {"sharpe": sharpe["reason"], "sortino": sortino["reason"], "calmar": calmar["reason"]},
    }


def describe(symbol: str, figures: dict, closes: pd.Series) -> str:
    known = {name: f"{figures[name]:.2f}" for name in FIGURES if figures[name] is not None}
    ratios = ", ".join(
        f"{name.capitalize()} {known[name]}" for name in ("sharpe", "sortino", "calmar") if name in known
    )
    return (
        f"{symbol} {describe_days(closes)}: volatility {figures['volatility']:.2%} a year, maximum drawdown "
        f"{figures['max_drawdown']:.2%}{', ' if ratios else ''}{ratios}; on 95 % of the days it lost no more than "
        f"{figures['var']:.2%}."
    )


def rows(symbol: str, figures: dict, closes: pd.Series) -> list[dict]:
    return [
        {
            "id": f"{symbol}:{name}",
            "key": f"{symbol} {title}",
            "value": figures[name],
            "format": format_,
            "description": f"{len(closes) - 1} daily returns, {describe_days(closes)}",
            "reason": figures["reasons"].get(name) or "",
        }
        for name, (title, format_) in FIGURES.items()
    ]


def draw(closes: dict) -> dict:
    return {
        "type": "line",
        "title": "Drawdown from the highest close so far",
        "format": "percent",
        "series": [draw_line(symbol, series / series.cummax() - 1) for symbol, series in closes.items()],
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
