"""Find portfolio weights: the least volatile, the best by Sharpe ratio, of equal risk, or below a volatility.

Means and covariances are those of the daily returns in the period, annualised with 252 days, with 365 for
crypto currencies, which trade every day; weights are from 0 to 1 and make 1 together. For a volatility they
are those with the highest mean return that are not more volatile. They describe the past: small changes of
the period can change them much.

Questions:
    What are the minimum variance weights of KO, PEP and PG?
    Optimize a portfolio of AAPL, MSFT and JPM.
    What mix of KO and JPM has a 30% volatility?
    What are the risk parity weights of AAPL, JPM and XOM over the last 3 years?
    Find the maximum Sharpe weights for LLY, HD and WMT.
    Optimize KO, PEP and PG for minimum variance.
    What is the minimum variance portfolio of JPM, BAC and GE?
    What is the maximum Sharpe portfolio of AAPL and MSFT since 2015?
    Build a risk parity portfolio of MRK, PFE and UNH.
    Optimize AAPL, MSFT and JPM for the Sharpe ratio since 2012.
"""

from datetime import date
from typing import Annotated, Literal

import pandas as pd
from mcp_client import (
    Param,
    alpaca_market_crypto_bars,
    alpaca_market_stocks_multi_bars,
    optimize_portfolio,
    step,
)

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000
NAMES = {"min_variance": "least volatile", "max_sharpe": "highest Sharpe ratio", "risk_parity": "equal risk"}


def analyze(
    symbols: list[str] = ["AAPL", "MSFT", "JPM"],
    objective: Literal["min_variance", "max_sharpe", "risk_parity"] = "max_sharpe",
    days: int | None = 756,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
    risk_free_rate: Annotated[float, Param(ge=-0.1, le=1)] = 0.0,
    target_volatility: Annotated[float | None, Param(ge=0.001, le=5)] = None,
) -> dict:
    """Find portfolio weights: the least volatile, the best by Sharpe ratio, of equal risk, or below a volatility.

    symbols: tickers to choose from, at least two, or pairs such as BTC/USD alone
    objective: what the weights are the best for
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    risk_free_rate: yearly, as a fraction
    target_volatility: the most volatility a year that is wanted, as a fraction; wins over the objective
    """
    if len(set(symbols)) < 2:
        raise ValueError("weights are for at least two different symbols; name another one")
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    step("fetching closes")
    are_coins = all("/" in symbol for symbol in symbols)
    fetch = fetch_coins if are_coins else fetch_closes
    prices = pd.concat(fetch(symbols, period), axis=1).dropna()
    if len(prices) < 61:
        raise ValueError(f"these symbols have {len(prices)} common closes here; 61 are needed: choose a longer period")
    step("optimising")
    columns = {str(symbol): prices[symbol].tolist() for symbol in prices}
    name, wish = make_wish(objective, target_volatility)
    yearly = {"periods_per_year": 365 if are_coins else 252, "risk_free_rate": risk_free_rate}
    found = optimize_portfolio(price_series=columns, **yearly, **wish)
    weights = dict(zip(columns, found["weights"], strict=True))
    shares = dict(zip(columns, found["risk_shares"], strict=True))
    ranked = sorted(weights, key=lambda symbol: -weights[symbol])
    listed = ", ".join(f"{symbol} {weights[symbol]:.1%}" for symbol in ranked)
    when = describe_days(prices.iloc[:, 0])
    return {
        "description": (
            f"Weights of the portfolio with the {name}, by returns {when}: {listed}; with them the "
            f"volatility was {found['volatility']:.2%} and the mean return {found['expected_return']:.2%} a year."
        ),
        "body": rows(ranked, weights, found, when, shares),
        "charts": draw(ranked, name, weights),
    }


def make_wish(objective: str, target_volatility: float | None) -> tuple[str, dict]:
    """What the portfolio is called, and what the optimiser is asked for."""
    if target_volatility is None:
        return NAMES[objective], {"objective": objective}
    name = f"highest mean return at a volatility of at most {target_volatility:.2%}"
    return name, {"objective": "target_volatility", "target": target_volatility}


def rows(ranked: list[str], weights: dict, found: dict, when: str, shares: dict) -> list[dict]:
    figures = {
        "expected_return": ("mean return a year", "percent"),
        "volatility": ("volatility a year", "percent"),
        "sharpe_ratio": ("Sharpe ratio", "number"),
    }
    return [
        *(
            {
                "id": symbol,
                "key": f"{symbol} weight",
                "value": weights[symbol],
                "format": "percent",
                "description": f"{shares[symbol]:.1%} of the risk",
            }
            for symbol in ranked
        ),
        *(
            {
                "id": key,
                "key": name,
                "value": found[key],
                "format": format_,
                "description": f"with these weights {when}",
            }
            for key, (name, format_) in figures.items()
        ),
    ]


def draw(ranked: list[str], name: str, weights: dict) -> list[dict]:
    return [
        {
            "type": "pie",
            "title": f"Weights: {name}",
            "format": "percent",
            "series": [{"name": "weight", "x": ranked, "y": [weights[symbol] for symbol in ranked]}],
        }
    ]


def fetch_coins(symbols: list[str], period: dict) -> dict:
    """As `fetch_closes`, for pairs of crypto currencies, which trade every day."""
    limits = {name: period[name].isoformat() for name in ("start", "end") if period[name]}
    closes = {}
    for symbol in dict.fromkeys(symbols):
        data = alpaca_market_crypto_bars(symbol=symbol, limit=BARS_MAX, **limits)["data"]
        dates = pd.to_datetime(data["timestamp"])
        series = pd.Series(data["close"], index=dates, dtype=float, name=symbol.split("/")[-1]).dropna()
        if series.empty:
            raise ValueError(f"{symbol} has no closes in this period; choose another one")
        if period["days"] is not None and not (period["start"] or period["to_date"] or period["months"]):
            series = series.tail(period["days"] + 1)
        closes[symbol] = series.loc[first_day(series.index[-1], period) :]
    return closes


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
