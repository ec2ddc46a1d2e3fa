"""Find the one-day value at risk (VaR) and conditional value at risk (CVaR) of symbols.

Both are historical: the VaR is the loss of one day that was not exceeded on the given share of the days,
and the CVaR (expected shortfall) the mean loss of the days beyond it. They are positive fractions of the
value.

Questions:
    What is the value at risk of AAPL?
    What is the 99% VaR of KO over the last 3 years?
    Show the CVaR of MSFT since 2015.
    What is the expected shortfall of JPM at 95% confidence?
    Which of JPM, BAC and GE has the highest VaR?
    What are the VaR and CVaR of XOM?
    Compare the 95% value at risk of KO and PEP over the past 5 years.
    Which of KO and PEP has the highest CVaR?
    What is the 99% CVaR of HD?
    What are the 99% VaR and CVaR of XOM?
"""

from datetime import date
from typing import Annotated, Literal

import pandas as pd
from mcp_client import Param, alpaca_market_stocks_multi_bars, call_many, step

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000


def analyze(
    symbols: list[str] = ["AAPL"],
    days: int | None = 756,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
    confidence: Annotated[float, Param(ge=0.5, le=0.999)] = 0.95,
    rank_by: Literal["var", "cvar"] = "var",
    order: Literal["highest", "lowest"] = "highest",
) -> dict:
    """Find the one-day value at risk (VaR) and conditional value at risk (CVaR) of symbols.

    symbols: tickers to look at
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    confidence: share of the days on which the loss is not exceeded
    rank_by: which of them is ranked
    order: whether the highest comes first or the lowest
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    step("fetching closes")
    closes = fetch_closes(symbols, period)
    needed = round(2 / (1 - confidence))
    short = [symbol for symbol, series in closes.items() if len(series) <= needed]
    if short:
        raise ValueError(
            f"{', '.join(short)}: {confidence:.1%} needs at least {needed} returns; choose a longer period"
        )
    step("calculating")
    returns = {symbol: series.pct_change().dropna().tolist() for symbol, series in closes.items()}
    answers = call_many(
        [("calculate_cvar", {"returns": values, "confidence": confidence}) for values in returns.values()]
    )
    risks = dict(zip(closes, answers, strict=True))
    ranked = sorted(risks, key=lambda symbol: risks[symbol][rank_by], reverse=order == "highest")
    return {
        "description": " ".join(describe(symbol, risks[symbol], closes[symbol]) for symbol in ranked),
        "body": [row for symbol in ranked for row in rows(symbol, risks[symbol], closes[symbol])],
        "charts": draw(returns),
    }


def draw(returns: dict) -> list[dict]:
    return [
        {
            "type": "histogram",
            "title": "Daily returns",
            "format": "percent",
            "series": [
                {"name": symbol, "x": list(range(len(values))), "y": values}
                for symbol, values in returns.items()
            ],
        }
    ]


def describe(symbol: str, risk: dict, closes: pd.Series) -> str:
    return (
        f"On {risk['confidence'] * 100:.4g} % of the days {describe_days(closes)} {symbol} lost no more than "
        f"{risk['var']:.2%}; on the others it lost {risk['cvar']:.2%} on average."
    )


def rows(symbol: str, risk: dict, closes: pd.Series) -> list[dict]:
    label = f"{risk['confidence'] * 100:.4g} %, one day"
    return [
        {
            "id": key,
            "key": f"{symbol} {name} ({label})",
            "value": risk[name.lower()],
            "format": "percent",
            "description": f"historical, {risk['observations']} returns, {describe_days(closes)}",
        }
        for key, name in ((symbol, "VaR"), (f"{symbol}:cvar", "CVaR"))
    ]


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
