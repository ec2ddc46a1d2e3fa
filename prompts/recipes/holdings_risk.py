"""Measure the risk of the stocks and funds that the connected account holds.

Today's weights are applied to the past: daily returns of a portfolio that is brought back to them every
day. Positions in crypto currencies and cash are left out, which the answer says. Beta is against the
benchmark.

Questions:
    How volatile is my portfolio?
    What is the Sharpe ratio of my portfolio?
    What is the beta of my portfolio?
    What is the risk of my portfolio?
    Which of my holdings is the most volatile?
    What was the maximum drawdown of my portfolio over the past 3 years?
    How risky are my holdings?
    Show the volatility of my portfolio over the past year.
    What is the value at risk of my portfolio?
    What is the Sortino ratio of my portfolio?
"""

from typing import Annotated

import pandas as pd
from mcp_client import (
    Param,
    alpaca_market_stocks_multi_bars,
    alpaca_trading_positions,
    calculate_beta,
    calculate_portfolio_metrics,
    calculate_var,
    call_many,
    step,
)


def analyze(
    days: Annotated[int | None, Param(ge=20, le=5000)] = 252,
    months: Annotated[int | None, Param(ge=1, le=240)] = None,
    benchmark: str = "SPY",
) -> dict:
    """Measure the risk of the stocks and funds that the connected account holds.

    days: trading days to look back
    months: calendar months to look back; wins over days
    benchmark: ticker for the beta
    """
    step("reading positions")
    held = alpaca_trading_positions()["data"]["positions"]
    stocks = {
        p["symbol"]: p["market_value"] for p in held if p["market_value"] and p["asset_class"] != "crypto"
    }
    left_out = [p["symbol"] for p in held if p["symbol"] not in stocks]
    if not stocks:
        raise ValueError("the account holds no stocks or funds; connect another account")
    returns = fetch_returns([*stocks, benchmark], days, months)
    if len(returns) < 20:
        raise ValueError(
            f"the holdings have {len(returns)} common returns, and 20 are needed; choose a longer period"
        )
    step("measuring")
    weights = {symbol: value / sum(stocks.values()) for symbol, value in stocks.items()}
    columns = {symbol: returns[symbol].tolist() for symbol in stocks}
    risk = calculate_portfolio_metrics(returns=columns, weights=weights)
    daily = (returns[list(stocks)] * pd.Series(weights)).sum(axis=1).tolist()
    beta = calculate_beta(returns=daily, benchmark=returns[benchmark].tolist())
    extra = {"beta": beta["beta"], "beta_reason": beta["reason"], "var": calculate_var(returns=daily)["var"]}
    single = call_many([("calculate_volatility", {"returns": values}) for values in columns.values()])
    each = dict(
        sorted(
            ((s, a["volatility"]) for s, a in zip(columns, single, strict=True)), key=lambda item: -item[1]
        )
    )
    when = f"from {returns.index[0]:%Y-%m-%d} to {returns.index[-1]:%Y-%m-%d}"
    without = f" Left out: {', '.join(left_out)} and cash." if left_out else " Cash is left out."
    return {
        "description": (
            f"Today's {len(stocks)} stocks and funds had a volatility of {risk['volatility']:.2%} a year {when}, a Sharpe "
            f"ratio of {number(risk['sharpe_ratio'])}, a beta of {number(extra['beta'])} against {benchmark} and a maximum "
            f"drawdown of {risk['max_drawdown']:.2%}; the most volatile is {next(iter(each))}.{without}"
        ),
        "body": list_rows(each, weights, when, risk, extra),
        "charts": draw(each),
    }


def list_rows(each: dict, weights: dict, when: str, risk: dict, extra: dict) -> list[dict]:
    return rows({**risk, **extra}, each, weights, when)


def draw(each: dict) -> list[dict]:
    return [
        {
            "type": "bar",
            "title": "Annualised volatility of each holding",
            "format": "percent",
            "series": [{"name": "volatility", "x": list(each), "y": list(each.values())}],
        }
    ]


def fetch_returns(symbols: list[str], days: int | None, months: int | None) -> pd.DataFrame:
    """Daily returns of the days that all symbols have."""
    step("fetching closes")
    limit = 23 * months + 1 if months else (days or 252) + 1
    answer = alpaca_market_stocks_multi_bars(symbols=list(dict.fromkeys(symbols)), limit=limit)
    table = answer["data"]
    closes = pd.DataFrame(table["close"], index=pd.to_datetime(table["timestamp"]), dtype=float)
    if months:
        closes = closes[closes.index[-1] - pd.DateOffset(months=months) :]
    return closes.dropna().pct_change().dropna()


def number(value: float | None) -> str:
    return "unknown size" if value is None else f"{value:.2f}"


def rows(risk: dict, each: dict, weights: dict, when: str) -> list[dict]:
    names = {
        "volatility": ("volatility of the portfolio a year", "percent"),
        "sharpe_ratio": ("Sharpe ratio", "number"),
        "sortino_ratio": ("Sortino ratio", "number"),
        "beta": ("beta", "number"),
        "max_drawdown": ("maximum drawdown", "percent"),
        "var": ("95 % value at risk, one day", "percent"),
        "total_return": ("total return", "percent"),
    }
    return [
        *(
            {
                "id": key,
                "key": name,
                "value": risk[key],
                "format": format_,
                "description": f"with today's weights, {when}",
                "reason": "" if risk[key] is not None else risk["beta_reason" if key == "beta" else "reason"],
            }
            for key, (name, format_) in names.items()
        ),
        *(
            {
                "id": symbol,
                "key": f"{symbol} volatility a year",
                "value": value,
                "format": "percent",
                "description": f"weight {weights[symbol]:.1%}, {when}",
            }
            for symbol, value in each.items()
        ),
    ]
