"""Show how the equity of the connected account developed.

The gain is the broker's, which leaves out what was paid in or out; the drawdown is from the highest equity
so far and does not.

Questions:
    How did my portfolio perform over the past year?
    Plot my equity curve over the last 3 months.
    How has my portfolio performed over the past month?
    Plot my portfolio.
    How did my account perform over the past week?
    What is the return of my portfolio over the last 12 months?
    Show my equity curve.
"""

from typing import Annotated

import pandas as pd
from mcp_client import Param, alpaca_trading_portfolio_history, calculate_max_drawdown, step

SPANS = {1: "1M", 3: "3M", 12: "1A"}


def analyze(days: int | None = None, months: Annotated[int | None, Param(choices=[1, 3, 12])] = 12) -> dict:
    """Show how the equity of the connected account developed.

    days: 1 for today or 5 for a week; wins over months
    months: calendar months to look back, which a broker has for 1, 3 or 12
    """
    if days not in (None, 1, 5) or (days is None and months not in SPANS):
        raise ValueError(
            "the account has its history for 1 or 5 days and for 1, 3 or 12 months; choose one of them"
        )
    span = {1: "1D", 5: "1W"}[days] if days else SPANS[months or 12]
    step("reading the account")
    answer = alpaca_trading_portfolio_history(period=span, timeframe="1D" if days is None else "1H")
    table, unit = answer["data"], answer["metadata"]["currency"] or "USD"
    dates = pd.to_datetime(table["timestamp"])
    equity = pd.Series(table["equity"], index=dates, dtype=float).dropna()
    gains = pd.Series(table["gain"], index=dates, dtype=float).dropna()
    if len(equity) < 2 or gains.empty:
        raise ValueError("the account has no history for this span; choose a longer one")
    fall = calculate_max_drawdown(prices=equity.tolist())["max_drawdown"]
    fractions = [value for value in table["gain_fraction"] if value is not None]
    when = f"from {equity.index[0]:%Y-%m-%d} to {equity.index[-1]:%Y-%m-%d}"
    money = {"format": "currency", "unit": unit}
    return {
        "description": (
            f"The account went from {equity.iloc[0]:,.2f} to {equity.iloc[-1]:,.2f} {unit} {when}, a gain of "
            f"{gains.iloc[-1]:+,.2f}{f' ({fractions[-1]:+.2%})' if fractions else ''}; the deepest drawdown was {fall:.2%}."
        ),
        "body": rows(money, when, fall, fractions, equity, gains),
        "charts": draw(equity),
    }


def rows(
    money: dict, when: str, fall: float, fractions: list[float], equity: pd.Series, gains: pd.Series
) -> list[dict]:
    return [
        {
            "id": "equity",
            "key": "equity",
            "value": equity.iloc[-1],
            "description": f"on {equity.index[-1]:%Y-%m-%d}",
            **money,
        },
        {
            "id": "gain",
            "key": "gain",
            "value": gains.iloc[-1],
            "is_change": True,
            "description": when,
            **money,
        },
        {
            "id": "return",
            "key": "return",
            "value": fractions[-1] if fractions else None,
            "format": "percent",
            "is_change": True,
            "description": f"as the broker gives it, {when}",
            "reason": "" if fractions else "the broker does not give it",
        },
        {
            "id": "max_drawdown",
            "key": "maximum drawdown",
            "value": fall,
            "format": "percent",
            "is_change": True,
            "description": when,
        },
    ]


def draw(equity: pd.Series) -> list[dict]:
    return [{"type": "line", "title": "Equity", "format": "number", "series": [draw_line("equity", equity)]}]


def draw_line(name: str, values: pd.Series) -> dict:
    """A chart line of at most about 500 points, the last value always among them."""
    shown = values.iloc[:: -(len(values) // 500 + 1)].iloc[::-1]
    return {"name": name, "x": [f"{day:%Y-%m-%d}" for day in shown.index], "y": shown.tolist()}
