"""Find the most volatile of the most active stocks.

The candidates are the first symbols of the vendor's screen of the most active stocks. Volatility is the
sample standard deviation of the last N simple daily returns (from N + 1 adjusted closes), times the square
root of 252.

Questions:
    What are the 5 most volatile stocks today?
    Which stocks are the most volatile?
    Show the top 3 most volatile stocks over the last 20 trading days.
    Which stocks were the most volatile over the last 60 trading days?
    What is the most volatile stock right now?
    What are the most volatile stocks right now?
    Show the top 10 most volatile stocks.
"""

import pandas as pd
from mcp_client import (
    ToolError,
    alpaca_market_screener_most_actives,
    alpaca_market_stocks_bars,
    call_many,
    step,
)


def analyze(top: int = 5, days: int = 30, candidates: int = 20) -> dict:
    """Find the most volatile of the most active stocks.

    top: how many to list, 1 to 100
    days: trading days to look back, 2 to 1000
    candidates: how many of the most active stocks to look at, 1 to 90
    """
    step("screening")
    screen = alpaca_market_screener_most_actives(limit=candidates)["data"]
    step("fetching closes")
    returns = {}
    for row in screen["rows"]:
        values = last_returns(row["symbol"], days)
        if len(values) == days:
            returns[row["symbol"]] = values
    if not returns:
        raise ValueError(f"none of the {len(screen['rows'])} most active stocks has {days + 1} closes")
    step("calculating volatility")
    answers = call_many([("calculate_volatility", {"returns": values}) for values in returns.values()])
    volatility = {symbol: answer["volatility"] for symbol, answer in zip(returns, answers, strict=True)}
    ranked = sorted(volatility, key=lambda symbol: volatility[symbol], reverse=True)[:top]
    first = ranked[0]
    return {
        "description": (
            f"{first} was the most volatile of {len(returns)} active stocks over the last {days} trading "
            f"days, at {volatility[first]:.2%} a year (screened by {screen['ranked_by']})."
        ),
        "body": [
            {
                "id": symbol,
                "key": f"{rank}. {symbol}",
                "value": volatility[symbol],
                "format": "percent",
                "unit": "per year",
                "description": f"annualised volatility, from {days} daily returns",
            }
            for rank, symbol in enumerate(ranked, start=1)
        ],
        "charts": [
            {
                "type": "bar",
                "title": "Annualised volatility",
                "format": "percent",
                "series": [
                    {"name": "volatility", "x": ranked, "y": [volatility[symbol] for symbol in ranked]}
                ],
            }
        ],
    }


def last_returns(symbol: str, days: int) -> list[float]:
    """The last daily returns; fewer than `days` of a young stock, none of one without bars."""
    try:
        bars = alpaca_market_stocks_bars(symbol=symbol, timeframe="1Day", limit=days + 1)["data"]
    except ToolError as error:
        if error.code in ("no_data", "unknown_symbol"):
            return []
        raise
    return pd.Series(bars["close"], dtype=float).dropna().pct_change().dropna().tolist()
