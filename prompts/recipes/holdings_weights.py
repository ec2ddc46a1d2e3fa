"""Find weights for the stocks and funds that the connected account holds, beside those it has now.

Means and covariances are those of the daily returns in the period, annualised with 252 days; weights are
from 0 to 1 and make 1 together. They describe the past and are no advice. Positions in crypto currencies and
cash are left out of both, which the answer says.

Questions:
    Optimize my portfolio.
    Optimize my holdings.
    What are the minimum variance weights of my holdings?
    Optimize my portfolio for the Sharpe ratio.
    What are the risk parity weights of my holdings over the past 2 years?
    What are the maximum Sharpe weights of my holdings?
    Optimize my portfolio for minimum variance.
"""

from typing import Annotated, Literal

import pandas as pd
from mcp_client import (
    Param,
    alpaca_market_stocks_multi_bars,
    alpaca_trading_positions,
    calculate_portfolio_metrics,
    optimize_portfolio,
    step,
)

CLOSES_MIN = 61
NAMES = {"min_variance": "least volatile", "max_sharpe": "highest Sharpe ratio", "risk_parity": "equal risk"}


def analyze(
    objective: Literal["min_variance", "max_sharpe", "risk_parity"] = "max_sharpe",
    days: Annotated[int | None, Param(ge=60, le=5000)] = 756,
    months: Annotated[int | None, Param(ge=3, le=240)] = None,
) -> dict:
    """Find weights for the stocks and funds that the connected account holds, beside those it has now.

    objective: what the weights are the best for
    days: trading days to look back
    months: calendar months to look back; wins over days
    """
    step("reading positions")
    held = alpaca_trading_positions()["data"]["positions"]
    values = {
        p["symbol"]: p["market_value"]
        for p in held
        if p["asset_class"] != "crypto" and p["side"] == "long" and p["market_value"]
    }
    if len(values) < 2:
        raise ValueError("weights are for at least two stocks or funds; connect another account")
    prices = fetch_for_weights(list(values), days, months)
    if len(prices) < CLOSES_MIN:
        raise ValueError(
            f"the holdings have {len(prices)} common closes, and {CLOSES_MIN} are needed; choose a longer period"
        )
    step("optimising")
    columns = {str(symbol): prices[symbol].tolist() for symbol in prices}
    found = optimize_portfolio(price_series=columns, objective=objective)
    best = dict(zip(columns, found["weights"], strict=True))
    now = {symbol: value / sum(values.values()) for symbol, value in values.items()}
    returns = {str(symbol): column.tolist() for symbol, column in prices.pct_change().dropna().items()}
    risks = {
        name: calculate_portfolio_metrics(returns=returns, weights=weights)
        for name, weights in (("now", now), ("best", best))
    }
    when = f"from {prices.index[0]:%Y-%m-%d} to {prices.index[-1]:%Y-%m-%d}"
    ranked = sorted(best, key=lambda symbol: -best[symbol])
    left_out = ", ".join([*(p["symbol"] for p in held if p["symbol"] not in values), "cash"])
    return {
        "description": f"{describe(ranked, best, risks, objective, when)} Left out: {left_out}.",
        "body": rows(ranked, best, now, risks, when),
        "charts": [draw(ranked, {"now": now, NAMES[objective]: best})],
    }


def describe(ranked: list[str], best: dict, risks: dict, objective: str, when: str) -> str:
    listed = ", ".join(f"{symbol} {best[symbol]:.1%}" for symbol in ranked if best[symbol] > 0.0005)
    return (
        f"Weights of the holdings ({NAMES[objective]}), by returns {when}: {listed}. With them the volatility was "
        f"{risks['best']['volatility']:.2%} a year, with today's {risks['now']['volatility']:.2%}. This describes the past "
        "and is no advice."
    )


def draw(ranked: list[str], weights: dict) -> dict:
    return {
        "type": "bar",
        "title": "Weights of the holdings",
        "format": "percent",
        "series": [
            {"name": name, "x": ranked, "y": [chosen[symbol] for symbol in ranked]}
            for name, chosen in weights.items()
        ],
    }


def fetch_for_weights(symbols: list[str], days: int | None, months: int | None) -> pd.DataFrame:
    """The closes of the days that all symbols have, inside the period."""
    step("fetching closes")
    limit = 23 * months + 1 if months else (days or 756) + 1
    table = alpaca_market_stocks_multi_bars(symbols=symbols, limit=limit)["data"]
    closes = pd.DataFrame(table["close"], index=pd.to_datetime(table["timestamp"]), dtype=float).dropna()
    return closes[closes.index[-1] - pd.DateOffset(months=months) :] if months and len(closes) else closes


def rows(ranked: list[str], best: dict, now: dict, risks: dict, when: str) -> list[dict]:
    figures = {"volatility": ("volatility a year", "percent"), "sharpe_ratio": ("Sharpe ratio", "number")}
    weights = {"best": "with these weights", "now": "with today's weights"}
    return [
        *(
            {
                "id": symbol,
                "key": f"{symbol} weight",
                "value": best[symbol],
                "format": "percent",
                "description": f"now {now[symbol]:.1%}",
            }
            for symbol in ranked
        ),
        *(
            {
                "id": f"{name}:{key}",
                "key": f"{title} {said}",
                "value": risks[name][key],
                "format": format_,
                "description": f"brought back to them every day, {when}",
                "reason": "" if risks[name][key] is not None else risks[name]["reason"],
            }
            for name, said in weights.items()
            for key, (title, format_) in figures.items()
        ),
    ]
