"""Find the beta and the alpha of symbols against a benchmark.

Beta is the covariance of the daily returns with those of the benchmark over their variance; Jensen's alpha
is the annual return beyond beta times that of the benchmark, without a risk-free rate. Only days that both
have count.

Questions:
    What is the beta of AAPL?
    What is the beta of KO against the S&P 500?
    What is the alpha of MSFT vs the S&P 500 over the last 3 years?
    Show the alpha and beta of JPM against the S&P 500 since 2015.
    Which of KO, PEP and PG has the lowest beta?
    What is the alpha of WMT?
    What are the alpha and beta of XOM?
    Rank JPM and BAC by beta against the S&P 500 over the past 2 years.
"""

from datetime import date
from typing import Literal

import pandas as pd
from mcp_client import alpaca_market_stocks_multi_bars, calculate_alpha, calculate_beta, step

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000


def analyze(
    symbols: list[str] = ["AAPL"],
    benchmark: str = "^GSPC",
    days: int | None = 252,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
    rank_by: Literal["beta", "alpha"] = "beta",
    order: Literal["highest", "lowest"] = "highest",
) -> dict:
    """Find the beta and the alpha of symbols against a benchmark.

    symbols: tickers to look at
    benchmark: ticker that they are measured against
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    rank_by: which of them is ranked
    order: whether the highest comes first or the lowest
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    if benchmark in symbols:
        raise ValueError(f"{benchmark} is the benchmark itself; name another symbol or another benchmark")
    step("fetching closes")
    closes = fetch_closes([*symbols, benchmark], period)
    step("calculating")
    figures = {
        symbol: measure(symbol, closes[symbol], closes[benchmark]) for symbol in dict.fromkeys(symbols)
    }
    ranked = sorted(figures, key=lambda symbol: figures[symbol][rank_by], reverse=order == "highest")
    return {
        "description": " ".join(
            f"{symbol} had a beta of {figures[symbol]['beta']:.2f} and an annual alpha of "
            f"{figures[symbol]['alpha']:+.2%} against {benchmark} {figures[symbol]['when']}."
            for symbol in ranked
        ),
        "body": [row for symbol in ranked for row in rows(symbol, figures[symbol], benchmark)],
        "charts": [draw(ranked, figures, benchmark)],
    }


def measure(symbol: str, closes: pd.Series, benchmark: pd.Series) -> dict:
    both = pd.concat([closes, benchmark], axis=1, keys=["symbol", "benchmark"]).dropna()
    if len(both) < 21:
        raise ValueError(
            f"{symbol} has {len(both)} days with its benchmark, and 21 are needed; choose a longer period"
        )
    returns = both.pct_change().dropna()
    pair = {"returns": returns["symbol"].tolist(), "benchmark": returns["benchmark"].tolist()}
    beta = calculate_beta(**pair)
    if beta["beta"] is None:
        raise ValueError(f"{symbol}: {beta['reason']}; choose another benchmark")
    return {
        "beta": beta["beta"],
        "alpha": calculate_alpha(**pair)["alpha"],
        "correlation": beta["correlation"],
        "reason": beta["reason"],
        "returns": returns,
        "when": describe_days(both["symbol"]),
    }


def rows(symbol: str, figures: dict, benchmark: str) -> list[dict]:
    when = f"against {benchmark}, {len(figures['returns'])} daily returns, {figures['when']}"
    formats = {"beta": "number", "alpha": "percent", "correlation": "number"}
    return [
        {
            "id": f"{symbol}:{name}",
            "key": f"{symbol} {'annual alpha' if name == 'alpha' else name}",
            "value": figures[name],
            "format": format_,
            "description": when,
            "reason": "" if figures[name] is not None else figures["reason"],
        }
        for name, format_ in formats.items()
    ]


def draw(ranked: list[str], figures: dict, benchmark: str) -> dict:
    return {
        "type": "scatter",
        "title": f"Daily returns against those of {benchmark}",
        "format": "percent",
        "series": [
            {
                "name": symbol,
                "x": figures[symbol]["returns"]["benchmark"].tail(500).tolist(),
                "y": figures[symbol]["returns"]["symbol"].tail(500).tolist(),
            }
            for symbol in ranked
        ],
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
