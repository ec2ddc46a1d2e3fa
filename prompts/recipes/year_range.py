"""Find the 52-week high and low of symbols and how far their price is from them.

They are the highest and the lowest adjusted close of the 52 weeks up to the last bar, so a high within a
day is not counted. The distance is the last close over it, minus 1.

Questions:
    What is the 52-week high of AAPL?
    What are the 52-week high and low of KO?
    How far is MSFT below its 52-week high?
    How far is JPM from its 52-week high?
    Which of XOM, CVX and HD is closest to its 52-week high?
    What is the 52-week low of GE?
    How far is PEP above its 52-week low?
    Show the 52-week range of WMT.
    How far are KO, PEP and PG below their 52-week highs?
"""

import pandas as pd
from mcp_client import alpaca_market_crypto_bars, alpaca_market_stocks_bars, step

BARS_OF_A_YEAR = 370


def analyze(symbols: list[str] = ["AAPL"]) -> dict:
    """Find the 52-week high and low of symbols and how far their price is from them.

    symbols: tickers, or pairs such as BTC/USD
    """
    if not symbols:
        raise ValueError("give at least one symbol")
    step("fetching bars")
    closes = {symbol: fetch_year(symbol) for symbol in dict.fromkeys(symbols)}
    ranked = sorted(closes, key=lambda symbol: -(closes[symbol].iloc[-1] / closes[symbol].max()))
    return {
        "description": " ".join(describe(symbol, closes[symbol]) for symbol in ranked),
        "body": [row for symbol in ranked for row in rows(symbol, closes[symbol])],
        "charts": [
            {
                "type": "line",
                "title": "Close over its 52-week high",
                "format": "percent",
                "series": [draw_line(symbol, closes[symbol] / closes[symbol].max() - 1) for symbol in ranked],
            }
        ],
    }


def fetch_year(symbol: str) -> pd.Series:
    bars = fetch_bars(symbol, BARS_OF_A_YEAR)
    closes = bars["close"].rename(bars.attrs["unit"])
    return closes[closes.index[-1] - pd.Timedelta(weeks=52) :]


def describe(symbol: str, closes: pd.Series) -> str:
    close = closes.iloc[-1]
    return (
        f"{symbol} closed at {close:,.2f} on {closes.index[-1]:%Y-%m-%d}, {close / closes.max() - 1:+.2%} from its "
        f"52-week high of {closes.max():,.2f} and {close / closes.min() - 1:+.2%} from its low of {closes.min():,.2f}."
    )


def rows(symbol: str, closes: pd.Series) -> list[dict]:
    close = closes.iloc[-1]
    days = {"high": closes.idxmax(), "low": closes.idxmin()}
    levels = [
        {
            "id": f"{symbol}:{name}",
            "key": f"{symbol} 52-week {name}",
            "value": closes[day],
            "format": "number",
            "unit": closes.name,
            "description": f"highest or lowest close, on {day:%Y-%m-%d}",
        }
        for name, day in days.items()
    ]
    distances = [
        {
            "id": f"{symbol}:from_{name}",
            "key": f"{symbol} distance from its 52-week {name}",
            "value": close / closes[day] - 1,
            "format": "percent",
            "is_change": True,
            "description": f"close {close:,.2f} on {closes.index[-1]:%Y-%m-%d}",
        }
        for name, day in days.items()
    ]
    return [*levels, *distances]


def fetch_bars(symbol: str, limit: int, timeframe: str = "1Day") -> pd.DataFrame:
    """The newest bars by date, the oldest first; `attrs["unit"]` is what their prices are in."""
    fetch = alpaca_market_crypto_bars if "/" in symbol else alpaca_market_stocks_bars
    answer = fetch(symbol=symbol, timeframe=timeframe, limit=limit)
    names = ["open", "high", "low", "close", "volume"]
    dates = pd.to_datetime(answer["data"]["timestamp"])
    bars = pd.DataFrame({name: answer["data"][name] for name in names}, index=dates, dtype=float)
    bars.attrs["unit"] = "points" if symbol.startswith("^") else answer["metadata"]["currency"]
    return bars.dropna(subset=["close"])


def draw_line(name: str, values: pd.Series) -> dict:
    """A chart line of at most about 500 points, the last value always among them."""
    shown = values.iloc[:: -(len(values) // 500 + 1)].iloc[::-1]
    return {"name": name, "x": [f"{day:%Y-%m-%d}" for day in shown.index], "y": shown.tolist()}
