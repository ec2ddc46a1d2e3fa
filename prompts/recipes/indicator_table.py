"""Compare technical indicators of several symbols in one table.

From daily bars, adjusted for splits alone, with the common settings: RSI, MFI, Williams %R, ATR and ADX over
14 bars, CCI and the Bollinger bands over 20, rate of change over 10, MACD (12, 26, 9), stochastic (14, 3, 3),
the moving averages of 50 and 200 days and the exponential one of 20. Each figure says of which day it is.

Questions:
    Show the MACD of AMD and NVDA.
    Compare the Bollinger bands of KO and PEP.
    What are the RSI and the MACD of TSLA, F and GM?
    What is the stochastic oscillator of XOM and CVX?
    Show the ADX of META and GOOGL.
    What is the money flow index of WMT and COST?
    What is the CCI of JPM and BAC?
    Show the Williams %R of AAPL and MSFT.
    Show the technical indicators of SPY and QQQ.
    Show the moving averages of HD and WMT.
"""

from typing import Annotated, Literal

import pandas as pd
from mcp_client import (
    Param,
    ToolError,
    alpaca_market_crypto_bars,
    alpaca_market_stocks_bars,
    calculate_adx,
    calculate_atr,
    calculate_bollinger_bands,
    calculate_cci,
    calculate_ema,
    calculate_macd,
    calculate_mfi,
    calculate_obv,
    calculate_roc,
    calculate_rsi,
    calculate_sma,
    calculate_stochastic,
    calculate_williams_r,
    step,
)

BARS, CHARTS_MAX = 500, 8
CLOSE, RANGE, FLOW = ["close"], ["high", "low", "close"], ["high", "low", "close", "volume"]
# What each is called, the columns it takes, its tool, its bars, the unit: of the price, a fraction, or none.
PLANS: dict[str, tuple] = {
    "rsi": ("RSI", CLOSE, calculate_rsi, 14, "none"),
    "macd": ("MACD", CLOSE, calculate_macd, None, "price"),
    "averages": ("moving average", CLOSE, calculate_sma, None, "price"),
    "ema": ("exponential moving average", CLOSE, calculate_ema, 20, "price"),
    "bollinger": ("Bollinger bands", CLOSE, calculate_bollinger_bands, 20, "price"),
    "stochastic": ("stochastic", RANGE, calculate_stochastic, None, "none"),
    "atr": ("average true range", RANGE, calculate_atr, 14, "price"),
    "adx": ("ADX", RANGE, calculate_adx, 14, "none"),
    "obv": ("on-balance volume", ["close", "volume"], calculate_obv, None, "volume"),
    "mfi": ("money-flow index", FLOW, calculate_mfi, 14, "none"),
    "williams_r": ("Williams %R", RANGE, calculate_williams_r, 14, "none"),
    "cci": ("commodity channel index", RANGE, calculate_cci, 20, "none"),
    "roc": ("rate of change", CLOSE, calculate_roc, 10, "fraction"),
}
PARTS = {
    "bollinger": {"lower": "lower", "middle": "middle", "upper": "upper"},
    "macd": {"macd": "(12, 26, 9)", "signal": "signal line", "histogram": "histogram"},
    "stochastic": {"k": "%K", "d": "%D"},
    "adx": {"adx": "line", "plus_di": "+DI", "minus_di": "-DI"},
}
ZONES = {"rsi": (30, 70), "mfi": (20, 80), "williams_r": (-80, -20), "cci": (-100, 100), "stochastic": (20, 80)}
AVERAGES = [50, 200]
Name = Literal[
    "rsi",
    "macd",
    "averages",
    "ema",
    "bollinger",
    "stochastic",
    "atr",
    "adx",
    "obv",
    "mfi",
    "williams_r",
    "cci",
    "roc",
]


def analyze(
    symbols: list[str] = ["AMD", "NVDA"],
    indicators: list[Name] = [],
    window: Annotated[int | None, Param(ge=2, le=250)] = None,
) -> dict:
    """Compare technical indicators of several symbols in one table.

    symbols: tickers, or pairs such as BTC/USD
    indicators: which to show; all of them when none is named
    window: bars of the indicators that look back; the common number of each when it is not given
    """
    if not symbols:
        raise ValueError("give at least one symbol")
    names = list(dict.fromkeys(indicators)) or list(PLANS)
    inputs = sorted({column for name in names for column in PLANS[name][1]})
    tables = {}
    for symbol in dict.fromkeys(symbols):
        step(f"calculating {symbol}")
        bars = fetch_any_bars(symbol)
        require(bars, inputs, symbol)
        bars = bars.dropna(subset=inputs)
        parts = [calculate_parts(name, bars, window) for name in names]
        tables[symbol] = bars, {label: column for part in parts for label, column in part.items()}
    labels = list(next(iter(tables.values()))[1])
    return {
        "description": " ".join(describe(symbol, bars, columns) for symbol, (bars, columns) in tables.items()),
        "body": [row(symbol, label, *tables[symbol]) for label in labels for symbol in tables],
        "charts": [draw(label, tables) for label in labels[:CHARTS_MAX]],
    }


def describe(symbol: str, bars: pd.DataFrame, columns: dict) -> str:
    figures = ", ".join(f"{label} {show_value(column)}{zone_of(column)}" for label, column in columns.items())
    return f"{symbol} on {bars.index[-1]:%Y-%m-%d}: {figures}."


def row(symbol: str, label: str, bars: pd.DataFrame, columns: dict) -> dict:
    column = columns[label]
    kind, value = PLANS[column.name][4], column.iloc[-1]
    return {
        "id": f"{symbol}:{label}",
        "key": f"{symbol} {label}",
        "value": None if pd.isna(value) else value,
        "format": "percent" if kind == "fraction" else "number",
        "unit": {"price": bars.attrs["unit"], "volume": "traded units"}.get(kind),
        "is_change": kind == "fraction",
        "description": f"daily bars to {bars.index[-1]:%Y-%m-%d}{zone_of(column)}",
        "reason": column.attrs["reason"] if pd.isna(value) else "",
    }


def draw(label: str, tables: dict) -> dict:
    values = {symbol: columns[label].iloc[-1] for symbol, (_, columns) in tables.items()}
    return {
        "type": "bar",
        "title": label,
        "format": "number",
        "series": [
            {
                "name": label,
                "x": list(values),
                "y": [None if pd.isna(value) else value for value in values.values()],
            }
        ],
    }


def fetch_any_bars(symbol: str) -> pd.DataFrame:
    """Bars as they were traded; the adjusted ones of a vendor that has no others."""
    if "/" in symbol:
        return fetch_bars(symbol, BARS)
    try:
        return fetch_traded_bars(symbol, BARS)
    except ToolError as error:
        if error.code != "not_offered":
            raise
        return fetch_bars(symbol, BARS)


def fetch_traded_bars(symbol: str, limit: int, timeframe: str = "1Day") -> pd.DataFrame:
    """Bars as they were traded, which a vendor may have where another has adjusted closes alone."""
    answer = alpaca_market_stocks_bars(symbol=symbol, timeframe=timeframe, limit=limit, adjustment="split")
    names = ["open", "high", "low", "close", "volume"]
    dates = pd.to_datetime(answer["data"]["timestamp"])
    bars = pd.DataFrame({name: answer["data"][name] for name in names}, index=dates, dtype=float)
    bars.attrs["unit"] = "points" if symbol.startswith("^") else answer["metadata"]["currency"]
    return bars.dropna(subset=["close"])


def calculate_parts(name: str, bars: pd.DataFrame, window: int | None) -> dict:
    """Each part of an indicator by date, under the name that is shown."""
    title, inputs, tool, usual, _ = PLANS[name]
    given = {column: bars[column].tolist() for column in inputs}
    if inputs == CLOSE:
        given = {"prices": given["close"]}
    if name == "averages":
        answers = {f"{days}-day {title}": tool(**given, period=days)["values"] for days in AVERAGES}
        reason = ""
    else:
        period = {"period": window or usual} if usual else {}
        answer = tool(**given, **period)
        label = f"{title} ({window or usual})" if usual else title
        parts = PARTS.get(name, {"values": ""})
        answers = {f"{label} {said}".rstrip(): answer[part] for part, said in parts.items()}
        reason = (answer.get("reason") or "").removeprefix("null where ")
    columns = {}
    for label, values in answers.items():
        columns[label] = pd.Series(values, index=bars.index, dtype=float, name=name)
        columns[label].attrs["reason"] = reason
    return columns


def show_value(column: pd.Series) -> str:
    unit, value = PLANS[column.name][4], column.iloc[-1]
    if pd.isna(value):
        return "unknown"
    return f"{value:+.2%}" if unit == "fraction" else f"{value:,.0f}" if unit == "volume" else f"{value:,.2f}"


def zone_of(column: pd.Series) -> str:
    if column.name not in ZONES:
        return ""
    low, high = ZONES[column.name]
    value = column.iloc[-1]
    return f" (above {high}, overbought)" if value > high else f" (below {low}, oversold)" if value < low else ""


def fetch_bars(symbol: str, limit: int, timeframe: str = "1Day") -> pd.DataFrame:
    """The newest bars by date, the oldest first; `attrs["unit"]` is what their prices are in."""
    fetch = alpaca_market_crypto_bars if "/" in symbol else alpaca_market_stocks_bars
    answer = fetch(symbol=symbol, timeframe=timeframe, limit=limit)
    names = ["open", "high", "low", "close", "volume"]
    dates = pd.to_datetime(answer["data"]["timestamp"])
    bars = pd.DataFrame({name: answer["data"][name] for name in names}, index=dates, dtype=float)
    bars.attrs["unit"] = "points" if symbol.startswith("^") else answer["metadata"]["currency"]
    return bars.dropna(subset=["close"])


def require(bars: pd.DataFrame, names: list[str], symbol: str) -> None:
    """Raise when a whole column is missing, as some vendors have closes alone."""
    missing = [name for name in names if bars[name].isna().all()]
    if missing:
        raise ValueError(
            f"the data of {symbol} has no {' or '.join(missing)}; ask about another symbol, or set "
            "MARKET_DATA_VENDORS to a vendor that has full bars"
        )
