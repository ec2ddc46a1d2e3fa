"""Back-test a moving-average crossover on a symbol against buying and holding it.

The symbol is held while the short simple moving average is above the long one, from the close after the
signal, and cash earns nothing. Each trade costs 10 basis points. What is past says little about what comes.

Questions:
    Backtest a moving average crossover on AAPL since 2010.
    Backtest a 50/200 moving average crossover on KO.
    Backtest the golden cross strategy on MSFT since 2000.
    How did a 20/100 crossover strategy on JPM do vs buy and hold since 2005?
    Compare a 50/200 SMA crossover strategy with buy and hold on XOM.
    Backtest an SMA crossover strategy for HD over the last 10 years.
    Does a 50/200 moving average crossover beat buy and hold on GE?
    Backtest a 10/50 day crossover of WMT.
    Test a strategy that buys PG when its 20-day average crosses above its 100-day average.
"""

from datetime import date
from typing import Annotated, Literal

import pandas as pd
from mcp_client import Param, alpaca_market_stocks_multi_bars, backtest_strategy, step

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000


def analyze(
    symbol: str = "AAPL",
    short_window: Annotated[int, Param(ge=2, le=400)] = 50,
    long_window: Annotated[int, Param(ge=3, le=500)] = 200,
    days: int | None = None,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
    cost_bps: Annotated[float, Param(ge=0, le=200)] = 10,
) -> dict:
    """Back-test a moving-average crossover on a symbol against buying and holding it.

    symbol: ticker to look at
    short_window: closes in the short average
    long_window: closes in the long average
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    cost_bps: cost of a trade in hundredths of a percent
    """
    if short_window >= long_window:
        raise ValueError("the short window must be shorter than the long one")
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    step("fetching closes")
    closes = fetch_closes([symbol], period)[symbol]
    if len(closes) <= long_window:
        raise ValueError(
            f"{symbol} has {len(closes)} closes here, and {long_window + 1} are needed; choose a longer period"
        )
    step("testing")
    result = backtest_strategy(
        strategy="sma_crossover",
        prices=closes.tolist(),
        parameters={"short_window": short_window, "long_window": long_window},
        cost_bps=cost_bps,
    )
    label = f"the {short_window}/{long_window} crossover"
    return {
        "description": describe_backtest(label, symbol, result, closes),
        "body": backtest_rows(result, closes),
        "charts": [draw_backtest(symbol, result, closes)],
    }


def describe_backtest(label: str, symbol: str, result: dict, closes: pd.Series) -> str:
    ours, held = result["statistics"], result["buy_and_hold"]
    if not ours["trades"]:
        return f"On {symbol} {describe_days(closes)}, {label} never traded; buying and holding returned {held['total_return']:+.2%}."
    return (
        f"On {symbol} {describe_days(closes)}, {label} returned {ours['total_return']:+.2%} in {ours['trades']} trades "
        f"(deepest drawdown {ours['max_drawdown']:.2%}); buying and holding returned {held['total_return']:+.2%} "
        f"({held['max_drawdown']:.2%})."
    )


def backtest_rows(result: dict, closes: pd.Series) -> list[dict]:
    names = {
        "total_return": ("total return", "percent"),
        "cagr": ("annual growth", "percent"),
        "volatility": ("annualised volatility", "percent"),
        "sharpe_ratio": ("Sharpe ratio", "number"),
        "max_drawdown": ("maximum drawdown", "percent"),
        "exposure": ("share of the time invested", "percent"),
        "trades": ("trades", "integer"),
    }
    sides = {"strategy": result["statistics"], "buy_and_hold": result["buy_and_hold"]}
    still = "the returns do not vary"
    reasons = {"strategy": result["reason"] or still, "buy_and_hold": still}
    return [
        {
            "id": f"{side}:{key}",
            "key": f"{name}, {side.replace('_', ' ')}",
            "value": figures[key],
            "format": format_,
            "description": f"after costs of {result['cost_bps']:g} basis points a trade, {describe_days(closes)}",
            "reason": "" if figures[key] is not None else reasons[side],
        }
        for key, (name, format_) in names.items()
        for side, figures in sides.items()
    ]


def draw_backtest(symbol: str, result: dict, closes: pd.Series) -> dict:
    curves = {"strategy": result["equity"], "buy and hold": result["buy_and_hold_equity"]}
    return {
        "type": "line",
        "title": f"{symbol}: growth of 1",
        "format": "number",
        "series": [
            draw_line(name, pd.Series(values, index=closes.index[-len(values) :]))
            for name, values in curves.items()
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


def draw_line(name: str, values: pd.Series) -> dict:
    """A chart line of at most about 500 points, the last value always among them."""
    shown = values.iloc[:: -(len(values) // 500 + 1)].iloc[::-1]
    return {"name": name, "x": [f"{day:%Y-%m-%d}" for day in shown.index], "y": shown.tolist()}
