"""Find the return, volatility and deepest drawdown of a crypto currency.

From daily closes at midnight UTC; crypto currencies trade every day, so volatility is annualised with 365
days. A look-back of N days has N + 1 closes. Sharpe and Sortino ratio are without a risk-free rate.

Questions:
    How has Bitcoin performed over the past year?
    What was the return of Ethereum in 2024?
    How volatile is Bitcoin?
    What was the maximum drawdown of Solana over the last 2 years?
    Show the price history of Ethereum over the last 30 days.
    Plot Bitcoin over the last 6 months.
    What was the CAGR of Bitcoin over the past 3 years?
    Show the price chart of Dogecoin over the past 3 months.
    What are the Sortino and Calmar ratios of Ethereum over the last 3 years?
    What is the Sharpe ratio of Bitcoin?
"""

from datetime import date
from typing import Literal

import pandas as pd
from mcp_client import (
    alpaca_market_crypto_bars,
    calculate_calmar_ratio,
    calculate_max_drawdown,
    calculate_return_summary,
    calculate_sharpe_ratio,
    calculate_sortino_ratio,
    calculate_volatility,
    step,
)

BARS_MAX, DAYS_PER_YEAR, RATIO_DAYS_MIN = 10_000, 365, 20


def analyze(
    symbol: str = "BTC/USD",
    days: int | None = 365,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """Find the return, volatility and deepest drawdown of a crypto currency.

    symbol: pair, such as BTC/USD
    days: days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    """
    step("fetching closes")
    closes = fetch_dates(symbol, {"start": start, "end": end})
    if start is None and not closes.empty:
        closes = closes[begin_of(closes.index, days, months, to_date) :]
    if len(closes) < 2:
        raise ValueError(f"{symbol} has {len(closes)} closes here, and 2 are needed; choose a longer period")
    step("calculating")
    prices = {f"{day:%Y-%m-%d}": close for day, close in closes.items()}
    figures = calculate_return_summary(prices=prices, periods_per_year=DAYS_PER_YEAR)
    fall = calculate_max_drawdown(prices=prices)
    returns = closes.pct_change().dropna().tolist()
    risk = calculate_volatility(returns=returns, periods_per_year=DAYS_PER_YEAR) if len(returns) > 1 else None
    ratios = measure_ratios(returns) if len(returns) >= RATIO_DAYS_MIN else {}
    when = f"from {closes.index[0]:%Y-%m-%d} to {closes.index[-1]:%Y-%m-%d}"
    no_spread = "" if risk else "the period has fewer than 3 closes"
    values = {
        "total_return": ("total return", figures["total_return"], ""),
        "annual_growth": ("growth a year", *find_growth(figures, len(closes))),
        "volatility": ("volatility a year", risk and risk["volatility"], no_spread),
        "max_drawdown": ("maximum drawdown", fall["max_drawdown"], ""),
        "best_day": ("best day", figures["best"]["value"], ""),
        "worst_day": ("worst day", figures["worst"]["value"], ""),
    }
    spread = f" and its volatility {risk['volatility']:.2%} a year" if risk else ""
    return {
        "description": (
            f"{symbol} returned {figures['total_return']:+.2%} {when}, from {closes.iloc[0]:,.6g} to "
            f"{closes.iloc[-1]:,.6g}; its maximum drawdown was {fall['max_drawdown']:.2%}{spread}."
            + describe_ratios(ratios)
        ),
        "body": [*rows(symbol, when, closes, values), *ratio_rows(ratios, when)],
        "charts": draw(symbol, closes),
    }


def fetch_dates(symbol: str, dates: dict) -> pd.Series:
    """Daily closes by date between these dates."""
    limits = {name: day.isoformat() for name, day in dates.items() if day}
    data = alpaca_market_crypto_bars(symbol=symbol, limit=BARS_MAX, **limits)["data"]
    return pd.Series(data["close"], index=pd.to_datetime(data["timestamp"]), dtype=float).dropna()


def find_growth(figures: dict, count: int) -> tuple[float | None, str]:
    """The growth of a year, or why there is none."""
    if count <= DAYS_PER_YEAR:
        return None, "the period is shorter than one year"
    return figures["annual_growth"], figures["reason"] or ""


def measure_ratios(returns: list[float]) -> dict:
    """Each ratio, or why there is none."""
    given = {"returns": returns, "periods_per_year": DAYS_PER_YEAR}
    sharpe, sortino = calculate_sharpe_ratio(**given), calculate_sortino_ratio(**given)
    calmar = calculate_calmar_ratio(**given)
    return {
        "Sharpe ratio": (sharpe["sharpe_ratio"], sharpe["reason"]),
        "Sortino ratio": (sortino["sortino_ratio"], sortino["reason"]),
        "Calmar ratio": (calmar["calmar_ratio"], calmar["reason"]),
    }


def describe_ratios(ratios: dict) -> str:
    known = ", ".join(f"{name} {value:.2f}" for name, (value, _) in ratios.items() if value is not None)
    return f" {known}." if known else ""


def ratio_rows(ratios: dict, when: str) -> list[dict]:
    return [
        {
            "id": name.split()[0].lower(),
            "key": name,
            "value": value,
            "format": "number",
            "description": f"{when}, annualised with {DAYS_PER_YEAR} days",
            "reason": reason or "",
        }
        for name, (value, reason) in ratios.items()
    ]


def rows(symbol: str, when: str, closes: pd.Series, values: dict) -> list[dict]:
    price = {"format": "number", "unit": symbol.split("/")[-1]}
    return [
        *(
            {
                "id": key,
                "key": name,
                "value": value,
                "format": "percent",
                "description": when,
                "reason": reason,
            }
            for key, (name, value, reason) in values.items()
        ),
        {
            "id": "start",
            "key": "first close",
            "value": closes.iloc[0],
            "description": f"{closes.index[0]:%Y-%m-%d}",
            **price,
        },
        {
            "id": "end",
            "key": "last close",
            "value": closes.iloc[-1],
            "description": f"{closes.index[-1]:%Y-%m-%d}",
            **price,
        },
    ]


def draw(symbol: str, closes: pd.Series) -> list[dict]:
    return [
        {
            "type": "line",
            "title": f"{symbol}: daily closes",
            "format": "number",
            "series": [draw_line(symbol, closes)],
        }
    ]


def begin_of(
    dates: pd.DatetimeIndex, days: int | None, months: int | None, to_date: str | None
) -> pd.Timestamp:
    last = dates[-1]
    if to_date:
        return last.to_period({"month": "M", "quarter": "Q", "year": "Y"}[to_date]).start_time
    if months:
        return last - pd.DateOffset(months=months)
    return dates[0] if days is None else last - pd.Timedelta(days=days)


def draw_line(name: str, values: pd.Series) -> dict:
    """A chart line of at most about 500 points, the last value always among them."""
    shown = values.iloc[:: -(len(values) // 500 + 1)].iloc[::-1]
    return {"name": name, "x": [f"{day:%Y-%m-%d}" for day in shown.index], "y": shown.tolist()}
