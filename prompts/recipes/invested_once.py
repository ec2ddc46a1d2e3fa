"""Say what an amount invested once in a symbol would be worth.

The amount buys at the first adjusted close of the period and is worth its growth at the last; adjusted
closes count dividends as put back in. Without costs and taxes.

Questions:
    If I had invested $1000 in AAPL 10 years ago, what would it be worth?
    What would $5000 invested in KO in 2010 be worth?
    What would $1,000 invested in MSFT since 2000 be worth now?
    How much would $2500 in JPM over the last 5 years be worth?
    If I had put $10000 in XOM in January 2015, what would it be worth today?
    What if I had invested $1000 in GE since 2005?
    What if I had invested in HD since 2012?
    What would $1000 invested in WMT be worth today?
    What would $1000 in CVX 10 years ago be worth now?
    What would I have now if I had invested $1000 in PG in 2008?
"""

from datetime import date
from typing import Annotated

import pandas as pd
from mcp_client import (
    Param,
    alpaca_market_crypto_bars,
    alpaca_market_stocks_bars,
    calculate_return_summary,
    step,
)

BARS_MAX = 10_000


def analyze(
    symbol: str = "AAPL",
    amount: Annotated[float, Param(ge=0.01, le=1e9)] = 1000,
    months: Annotated[int | None, Param(ge=1, le=1200)] = None,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """Say what an amount invested once in a symbol would be worth.

    symbol: ticker, or a pair such as BTC/USD
    amount: money invested, in the currency of the symbol
    months: how many months ago it was invested
    start: day of the investment, or the trading day after it; wins over months
    end: day on which it is valued, or the trading day before it; the newest when empty
    """
    step("fetching closes")
    bars = fetch_bars(symbol, BARS_MAX)
    closes = bars["close"]
    if end:
        closes = closes[: pd.Timestamp(end)]
    since = (
        pd.Timestamp(start) if start else closes.index[-1] - pd.DateOffset(months=months) if months else None
    )
    if since is not None and closes.index[0] > since + pd.Timedelta(days=7):
        raise ValueError(f"the closes of {symbol} begin on {closes.index[0]:%Y-%m-%d}; choose a later start")
    held = closes[since:]
    if len(held) < 2:
        raise ValueError(f"{symbol} has fewer than 2 closes here; choose a longer period")
    step("calculating")
    prices = {f"{day:%Y-%m-%d}": close for day, close in held.items()}
    summary = calculate_return_summary(prices=prices)
    worth, unit = amount * (1 + summary["total_return"]), bars.attrs["unit"]
    first, last = f"{held.index[0]:%Y-%m-%d}", f"{held.index[-1]:%Y-%m-%d}"
    years = (held.index[-1] - held.index[0]).days / 365.25
    growth = (worth / amount) ** (1 / years) - 1 if years >= 1 else None
    money = {"format": "number", "unit": unit}
    return {
        "description": (
            f"{amount:,.2f} {unit} invested in {symbol} on {first} was worth {worth:,.2f} {unit} on {last} "
            f"({summary['total_return']:+.2%})."
        ),
        "body": rows(amount, money, worth, growth, summary, first, last),
        "charts": draw(amount, unit, symbol, held),
    }


def rows(
    amount: float, money: dict, worth: float, growth: float | None, summary: dict, first: str, last: str
) -> list[dict]:
    return [
        {"id": "invested", "key": "invested", "value": amount, "description": f"on {first}", **money},
        {"id": "worth", "key": "worth", "value": worth, "description": f"on {last}", **money},
        {
            "id": "gain",
            "key": "gain",
            "value": worth - amount,
            "description": f"from {first} to {last}",
            **money,
        },
        {
            "id": "total_return",
            "key": "total return",
            "value": summary["total_return"],
            "format": "percent",
            "is_change": True,
            "description": f"from {first} to {last}",
        },
        {
            "id": "annual_growth",
            "key": "growth a year",
            "value": growth,
            "format": "percent",
            "is_change": True,
            "description": f"from {first} to {last}",
            "reason": "" if growth is not None else "the period is shorter than one year",
        },
    ]


def draw(amount: float, unit: str, symbol: str, held: pd.Series) -> list[dict]:
    return [
        {
            "type": "area",
            "title": f"{amount:,.0f} {unit} in {symbol}",
            "format": "number",
            "series": [draw_line("worth", held / held.iloc[0] * amount)],
        }
    ]


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
