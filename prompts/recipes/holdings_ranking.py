"""Rank the stocks and funds that the connected account holds by return, Sharpe ratio, volatility or drawdown.

From daily adjusted closes over the same days for all of them, whenever they were bought: a gain on what was
paid is another figure. Positions in crypto currencies are left out, which the answer says.

Questions:
    Which of my holdings performed best over the past month?
    Which of my holdings lost the most over the past month?
    Which of my holdings has the best Sharpe ratio?
    Rank my positions by risk-adjusted return, lowest first.
    Which of my holdings has the worst Sharpe ratio?
    Which of my holdings performed worst this year?
    Rank my positions by risk-adjusted return, highest first.
    Rank my holdings by maximum drawdown over the past year.
    Rank my holdings by smallest drawdown this year.
    Which of my holdings has the lowest volatility?
"""

from typing import Annotated, Literal

import pandas as pd
from mcp_client import (
    Param,
    alpaca_market_stocks_multi_bars,
    alpaca_trading_positions,
    calculate_max_drawdown,
    calculate_sharpe_ratio,
    calculate_volatility,
    step,
)

FORMATS = {"return": "percent", "sharpe": "number", "volatility": "percent", "drawdown": "percent"}
NAMES = {
    "return": "total return",
    "sharpe": "Sharpe ratio",
    "volatility": "volatility a year",
    "drawdown": "maximum drawdown",
}
CLOSES_MIN = {"return": 2, "sharpe": 21, "volatility": 21, "drawdown": 2}


def analyze(
    measure: Literal["return", "sharpe", "volatility", "drawdown"] = "return",
    days: Annotated[int | None, Param(ge=1, le=5000)] = 252,
    months: Annotated[int | None, Param(ge=1, le=240)] = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    order: Literal["highest", "lowest"] = "highest",
) -> dict:
    """Rank the stocks and funds that the connected account holds by return, Sharpe ratio, volatility or drawdown.

    measure: what ranks them
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    order: whether the highest comes first or the lowest; the highest drawdown is the deepest
    """
    step("reading positions")
    held = alpaca_trading_positions()["data"]["positions"]
    stocks = [p["symbol"] for p in held if p["asset_class"] != "crypto"]
    left_out = [p["symbol"] for p in held if p["symbol"] not in stocks]
    if not stocks:
        raise ValueError("the account holds no stocks or funds; connect another account")
    closes = fetch_common_closes(stocks, days, months, to_date)
    if len(closes) < CLOSES_MIN[measure]:
        raise ValueError(
            f"the holdings have {len(closes)} common closes, and {CLOSES_MIN[measure]} are needed; choose a longer period"
        )
    step("measuring")
    figures = {symbol: measure_all(closes[symbol]) for symbol in stocks}
    unknown = [symbol for symbol in stocks if figures[symbol][measure] is None]
    if unknown:
        raise ValueError(f"there is no {NAMES[measure]} of {', '.join(unknown)}; choose a longer period")
    # A drawdown is negative, so the deepest is the least.
    sign = 1 if (order == "lowest") != (measure == "drawdown") else -1
    ranked = sorted(stocks, key=lambda symbol: sign * figures[symbol][measure])
    when = f"from {closes.index[0]:%Y-%m-%d} to {closes.index[-1]:%Y-%m-%d}"
    without = f" Left out: {', '.join(left_out)}." if left_out else ""
    return {
        "description": describe(ranked, figures, measure, when) + without,
        "body": [row(symbol, name, figures, when) for symbol in ranked for name in known(figures[symbol], measure)],
        "charts": [
            {
                "type": "bar",
                "title": f"{NAMES[measure].capitalize()} of each holding",
                "format": FORMATS[measure],
                "series": [{"name": measure, "x": ranked, "y": [figures[s][measure] for s in ranked]}],
            }
        ],
    }


def fetch_common_closes(
    symbols: list[str], days: int | None, months: int | None, to_date: str | None
) -> pd.DataFrame:
    """The closes of the days that all symbols have, inside the period."""
    step("fetching closes")
    limit = 260 if to_date else 23 * months + 1 if months else (days or 252) + 1
    table = alpaca_market_stocks_multi_bars(symbols=symbols, limit=limit)["data"]
    closes = pd.DataFrame(table["close"], index=pd.to_datetime(table["timestamp"]), dtype=float).dropna()
    if closes.empty:
        return closes
    last = closes.index[-1]
    if to_date:
        return closes[last.to_period({"month": "M", "quarter": "Q", "year": "Y"}[to_date]).start_time :]
    return closes[last - pd.DateOffset(months=months) :] if months else closes


def measure_all(closes: pd.Series) -> dict:
    returns = closes.pct_change().dropna().tolist()
    is_long = len(closes) >= CLOSES_MIN["sharpe"]
    return {
        "return": closes.iloc[-1] / closes.iloc[0] - 1,
        "sharpe": calculate_sharpe_ratio(returns=returns)["sharpe_ratio"] if is_long else None,
        "volatility": calculate_volatility(returns=returns)["volatility"] if is_long else None,
        "drawdown": calculate_max_drawdown(prices=closes.tolist())["max_drawdown"],
    }


def known(figures: dict, measure: str) -> list[str]:
    """The figures that there are, the one that was asked for before the others."""
    return [measure, *(name for name in NAMES if name != measure and figures[name] is not None)]


def say_measure(value: float, measure: str) -> str:
    return f"{value:.2f}" if FORMATS[measure] == "number" else f"{value:+.2%}"


def describe(ranked: list[str], figures: dict, measure: str, when: str) -> str:
    first, last = ranked[0], ranked[-1]
    return (
        f"Of the {len(ranked)} stocks and funds held, {first} comes first by {NAMES[measure]} {when}, with "
        f"{say_measure(figures[first][measure], measure)}, and {last} last, with {say_measure(figures[last][measure], measure)}."
    )


def row(symbol: str, name: str, figures: dict, when: str) -> dict:
    return {
        "id": f"{symbol}:{name}",
        "key": f"{symbol} {NAMES[name]}",
        "value": figures[symbol][name],
        "format": FORMATS[name],
        "is_change": name == "return",
        "description": when,
    }
