"""Show several technical indicators of a symbol side by side.

From daily bars with the common settings: RSI, MFI, Williams %R, ATR and ADX over 14 bars, CCI and the
Bollinger bands over 20, rate of change over 10, MACD (12, 26, 9), stochastic (14, 3, 3), the moving averages
of 50 and 200 days and the exponential one of 20. The on-balance volume adds the volume of days that rose and
takes off that of days that fell; its change over 20 days says which way it went.

Questions:
    What are the RSI and the MACD of AAPL?
    What are the MFI and the on-balance volume of PFE?
    Show the moving averages of JPM.
    Is NVDA overbought, show the RSI and the MACD.
    Show the technical indicators of MSFT.
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

BARS, SHOWN, OBV_BARS = 500, 250, 20
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
    symbol: str = "TSLA",
    indicators: list[Name] = [],
    window: Annotated[int | None, Param(ge=2, le=250)] = None,
) -> dict:
    """Show several technical indicators of a symbol side by side.

    symbol: ticker, or a pair such as BTC/USD
    indicators: which to show; all of them when none is named
    window: bars of the indicators that look back; the common number of each when it is not given
    """
    step("fetching bars")
    names = list(dict.fromkeys(indicators)) or list(PLANS)
    inputs = sorted({column for name in names for column in PLANS[name][1]})
    bars = fetch_full_bars(symbol, BARS, inputs).dropna(subset=inputs)
    step("calculating")
    columns = {label: column for name in names for label, column in calculate_parts(name, bars, window).items()}
    return {
        "description": describe(symbol, bars, columns),
        "body": [row(label, column, bars) for label, column in columns.items()] + obv_rows(columns, bars),
        "charts": [
            {
                "type": "line",
                "title": f"{symbol}: {PLANS[name][0]}",
                "format": "number",
                "series": [draw_line(label, c.dropna().tail(SHOWN)) for label, c in columns.items() if c.name == name],
            }
            for name in names
        ],
    }


def fetch_full_bars(symbol: str, limit: int, needed: list[str], timeframe: str = "1Day") -> pd.DataFrame:
    """Bars that have the columns `needed`: the adjusted ones, else those that were traded."""
    bars = fetch_bars(symbol, limit, timeframe)
    if "/" not in symbol and bars[needed].isna().all().any():
        try:
            bars = fetch_traded_bars(symbol, limit, timeframe)
        except ToolError as error:
            if error.code != "not_offered":
                raise
    require(bars, needed, symbol)
    return bars


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


def describe(symbol: str, bars: pd.DataFrame, columns: dict) -> str:
    figures = ", ".join(f"{label} {show_value(column)}{zone_of(column)}" for label, column in columns.items())
    return f"{symbol} closed at {bars['close'].iloc[-1]:,.6g} on {bars.index[-1]:%Y-%m-%d}: {figures}."


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


def row(label: str, column: pd.Series, bars: pd.DataFrame) -> dict:
    kind, value = PLANS[column.name][4], column.iloc[-1]
    unit = {"price": bars.attrs["unit"], "volume": "traded units"}.get(kind)
    return {
        "id": label,
        "key": label,
        "value": None if pd.isna(value) else value,
        "format": "percent" if kind == "fraction" else "number",
        "unit": unit,
        "is_change": kind == "fraction",
        "description": f"daily bars to {bars.index[-1]:%Y-%m-%d}{zone_of(column)}",
        "reason": column.attrs["reason"] if pd.isna(value) else "",
    }


def obv_rows(columns: dict, bars: pd.DataFrame) -> list[dict]:
    """Which way the on-balance volume went, as its level depends on where the bars begin."""
    found = [column for column in columns.values() if column.name == "obv" and len(column) > OBV_BARS]
    return [
        {
            "id": "obv_change",
            "key": f"change of the on-balance volume over {OBV_BARS} days",
            "value": column.iloc[-1] - column.iloc[-1 - OBV_BARS],
            "format": "number",
            "unit": "traded units",
            "is_change": True,
            "description": f"to {bars.index[-1]:%Y-%m-%d}; above 0, more volume on days that rose",
        }
        for column in found
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


def require(bars: pd.DataFrame, names: list[str], symbol: str) -> None:
    """Raise when a whole column is missing, as some vendors have closes alone."""
    missing = [name for name in names if bars[name].isna().all()]
    if missing:
        raise ValueError(
            f"the data of {symbol} has no {' or '.join(missing)}; ask about another symbol, or set "
            "MARKET_DATA_VENDORS to a vendor that has full bars"
        )


def draw_line(name: str, values: pd.Series) -> dict:
    """A chart line of at most about 500 points, the last value always among them."""
    shown = values.iloc[:: -(len(values) // 500 + 1)].iloc[::-1]
    return {"name": name, "x": [f"{day:%Y-%m-%d}" for day in shown.index], "y": shown.tolist()}
