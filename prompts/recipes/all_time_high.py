"""Find the all-time high and low of symbols and how far their price is from them.

The highest and the lowest close of all the data there is, which need not begin with the first day of
trading: the answer says when it does. Closes are as they were traded, adjusted for splits alone.

Questions:
    What is the all-time high of KO?
    How far is JPM from its all-time high?
    When was the all-time high of XOM?
    How far are HD and WMT below their all-time highs?
    What is the all-time low of GE?
    How far is PFE above its all-time low?
    Which of KO, PEP and PG is closest to its all-time high?
    Is NVDA at an all-time high?
"""

import pandas as pd
from mcp_client import alpaca_market_crypto_bars, alpaca_market_stocks_bars, step

BARS_MAX = 10_000


def analyze(symbols: list[str] = ["KO"]) -> dict:
    """Find the all-time high and low of symbols and how far their price is from them.

    symbols: tickers, or pairs such as BTC/USD
    """
    if not symbols:
        raise ValueError("give at least one symbol")
    step("fetching closes")
    closes = {symbol: fetch_all(symbol) for symbol in dict.fromkeys(symbols)}
    ranked = sorted(closes, key=lambda symbol: -(closes[symbol].iloc[-1] / closes[symbol].max()))
    return {
        "description": " ".join(describe(symbol, closes[symbol]) for symbol in ranked),
        "body": [row for symbol in ranked for row in rows(symbol, closes[symbol])],
        "charts": [
            {
                "type": "line",
                "title": "Close over the highest close so far",
                "format": "percent",
                "series": [draw_line(s, closes[s] / closes[s].cummax() - 1) for s in ranked],
            }
        ],
    }


def fetch_all(symbol: str) -> pd.Series:
    """Every daily close that the data has, adjusted for splits, named by its unit."""
    request = {"symbol": symbol, "timeframe": "1Day", "limit": BARS_MAX}
    answer = (
        alpaca_market_crypto_bars(**request)
        if "/" in symbol
        else alpaca_market_stocks_bars(**request, adjustment="split")
    )
    data, currency = answer["data"], answer["metadata"]["currency"]
    unit = symbol.split("/")[-1] if "/" in symbol else "points" if symbol.startswith("^") else currency
    closes = pd.Series(data["close"], index=pd.to_datetime(data["timestamp"]), dtype=float, name=unit).dropna()
    if closes.empty:
        raise ValueError(f"{symbol} has no closes; ask about another symbol")
    return closes


def describe(symbol: str, closes: pd.Series) -> str:
    close, high = closes.iloc[-1], closes.idxmax()
    at = (
        "which is the highest close"
        if close == closes.max()
        else f"{close / closes.max() - 1:.2%} from the highest close, {closes.max():,.6g} on {high:%Y-%m-%d},"
    )
    return (
        f"{symbol} closed at {close:,.6g} {closes.name} on {closes.index[-1]:%Y-%m-%d}, {at} of the data, which begins on "
        f"{closes.index[0]:%Y-%m-%d}."
    )


def rows(symbol: str, closes: pd.Series) -> list[dict]:
    close = closes.iloc[-1]
    days = {"high": closes.idxmax(), "low": closes.idxmin()}
    since = f"since {closes.index[0]:%Y-%m-%d}, where the data begins"
    levels = [
        {
            "id": f"{symbol}:{name}",
            "key": f"{symbol} all-time {name}",
            "value": closes[day],
            "format": "number",
            "unit": closes.name,
            "description": f"{'highest' if name == 'high' else 'lowest'} close, on {day:%Y-%m-%d}, {since}",
        }
        for name, day in days.items()
    ]
    distances = [
        {
            "id": f"{symbol}:from_{name}",
            "key": f"{symbol} distance from its all-time {name}",
            "value": close / closes[day] - 1,
            "format": "percent",
            "is_change": True,
            "description": f"close {close:,.6g} on {closes.index[-1]:%Y-%m-%d}",
        }
        for name, day in days.items()
    ]
    return [*levels, *distances]


def draw_line(name: str, values: pd.Series) -> dict:
    """A chart line of at most about 500 points, the last value always among them."""
    shown = values.iloc[:: -(len(values) // 500 + 1)].iloc[::-1]
    return {"name": name, "x": [f"{day:%Y-%m-%d}" for day in shown.index], "y": shown.tolist()}
