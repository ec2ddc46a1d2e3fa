"""Group symbols by how their daily returns correlate.

Average linkage: every symbol begins alone, and the two groups with the highest mean correlation between their
members are joined, as long as it is not below the threshold. Correlations are Pearson's, of the days that all
symbols have; the groups describe the past.

Questions:
    Cluster JPM, BAC, XOM, CVX, KO and PEP by correlation.
    Group AAPL, MSFT, AMD, XOM and CVX by correlation over the last 3 years.
    Which correlation clusters do WMT, HD, JNJ, PFE and MRK form?
    Cluster UNH, LLY, PG and KO by their correlation since 2018.
    Show the clusters of GE, JPM, BAC, HD and BBY.
"""

from datetime import date
from typing import Annotated, Literal

import pandas as pd
from mcp_client import Param, alpaca_market_crypto_bars, alpaca_market_stocks_multi_bars, calculate_correlation_matrix, step

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000


def analyze(
    symbols: list[str] = ["JPM", "BAC", "XOM", "CVX", "KO", "PEP"],
    threshold: Annotated[float, Param(ge=-1, le=1)] = 0.5,
    days: int | None = 504,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """Group symbols by how their daily returns correlate.

    symbols: three or more tickers, or pairs such as BTC/USD alone
    threshold: the least mean correlation at which two groups are joined
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    if len(set(symbols)) < 3:
        raise ValueError("groups are made of at least three different symbols; name another one")
    step("fetching closes")
    fetch = fetch_coins if all("/" in symbol for symbol in symbols) else fetch_closes
    shared = pd.DataFrame(fetch(symbols, period)).dropna()
    if len(shared) < 21:
        raise ValueError(f"the symbols share only {len(shared)} closes in this period, and 21 are needed; choose a longer one")
    step("grouping")
    matrix = find_matrix(shared)
    clusters = find_clusters(matrix, threshold)
    ordered = [symbol for cluster in clusters for symbol in cluster]
    return {
        "description": describe(clusters, threshold, describe_days(shared)),
        "body": [
            row(symbol, number, cluster, matrix)
            for number, cluster in enumerate(clusters, start=1)
            for symbol in cluster
        ],
        "charts": [
            {
                "type": "heatmap",
                "title": "Correlation of daily returns, by group",
                "format": "number",
                "x": ordered,
                "y": ordered,
                "z": matrix.loc[ordered, ordered].to_numpy().tolist(),
            }
        ],
    }


def describe(clusters: list[list[str]], threshold: float, when: str) -> str:
    listed = "; ".join(f"{number}: {', '.join(cluster)}" for number, cluster in enumerate(clusters, start=1))
    return (
        f"{sum(map(len, clusters))} symbols form {len(clusters)} group{'s' if len(clusters) > 1 else ''} by the "
        f"correlation of their daily returns {when}, joined while the mean correlation is at least {threshold:g}. "
        f"{listed}."
    )


def find_matrix(shared: pd.DataFrame) -> pd.DataFrame:
    """The correlations of daily returns by symbol."""
    days = [f"{day:%Y-%m-%d}" for day in shared.index]
    answer = calculate_correlation_matrix(
        price_series={symbol: dict(zip(days, shared[symbol].tolist(), strict=True)) for symbol in shared}
    )
    matrix = pd.DataFrame(answer["matrix"], index=answer["symbols"], columns=answer["symbols"], dtype=float)
    if matrix.isna().any().any():
        raise ValueError(f"there is no correlation: {answer['reason']}")
    return matrix


def find_clusters(matrix: pd.DataFrame, threshold: float) -> list[list[str]]:
    """The groups, the largest first."""
    groups = [[symbol] for symbol in matrix.index]
    while len(groups) > 1:
        pairs = [(first, second) for second in range(len(groups)) for first in range(second)]
        means = {pair: matrix.loc[groups[pair[0]], groups[pair[1]]].to_numpy().mean() for pair in pairs}
        first, second = max(pairs, key=lambda pair: means[pair])
        if means[first, second] < threshold:
            break
        groups[first] = groups[first] + groups.pop(second)
    return sorted(groups, key=len, reverse=True)


def row(symbol: str, number: int, cluster: list[str], matrix: pd.DataFrame) -> dict:
    others = [other for other in cluster if other != symbol]
    inside = f"mean correlation with the others of it {matrix.loc[symbol, others].mean():.3f}" if others else "alone"
    return {"id": symbol, "key": f"{symbol} group", "value": number, "format": "integer", "description": inside}


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
