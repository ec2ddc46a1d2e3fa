"""Split an amount of money between symbols: in equal parts, or by optimal weights, in whole shares if wanted.

Weights are equal unless they are given or another way is asked for, which is from the daily returns of the period, and
describe the past. Shares are counted at the last close of the data. Whole shares are rounded down, then the
largest remainders that the money still buys are rounded up.

Questions:
    Split $10,000 between KO, PEP and PG.
    Allocate $25,000 across WMT, HD and UNH with minimum variance.
    Divide $5,000 among JPM and BAC in whole shares.
    Spread $20,000 over MSFT, JNJ and XOM by risk parity, in whole shares.
    Distribute $8,000 over LLY and PFE.
    Split $12,000 60/40 between KO and XOM.
    Split $30,000 equally between AAPL, KO and XOM in whole shares.
"""

from datetime import date
from typing import Annotated, Literal

import pandas as pd
from mcp_client import Param, alpaca_market_stocks_multi_bars, optimize_portfolio, step

BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000
WAYS = {
    "equal": "in equal parts",
    "min_variance": "with the least variance",
    "max_sharpe": "with the highest Sharpe ratio",
    "risk_parity": "with equal risk",
}


def analyze(
    symbols: list[str] = ["KO", "PEP", "PG"],
    amount: Annotated[float, Param(ge=1, le=1e12)] = 10_000,
    objective: Literal["equal", "min_variance", "max_sharpe", "risk_parity"] = "equal",
    weights: list[float] | None = None,
    whole_shares: bool = False,
    days: int | None = 756,
    months: int | None = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    start: date | None = None,
) -> dict:
    """Split an amount of money between symbols: in equal parts, or by optimal weights, in whole shares if wanted.

    symbols: tickers to buy, at least two
    amount: dollars to split
    objective: what the weights are the best for
    weights: fractions in the order of the symbols, which together make 1; they win over the objective
    whole_shares: whether only whole shares can be bought
    days: trading days to look back; equal parts need none
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    start: first day; wins over every look-back
    """
    if len(set(symbols)) < 2:
        raise ValueError("money is split between at least two different symbols; name another one")
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": None}
    step("fetching closes")
    closes = pd.concat(fetch_closes(symbols, period), axis=1).dropna()
    step("splitting")
    shares_of_money = give_weights(symbols, weights) if weights else find_weights(closes, objective)
    prices = closes.iloc[-1]
    shares = amount * shares_of_money / prices
    if whole_shares:
        shares = round_shares(shares, prices, amount)
    spent = shares * prices
    way = "by the given weights" if weights else WAYS[objective]
    when = f"at the closes of {closes.index[-1]:%Y-%m-%d}"
    left = amount - spent.sum() if whole_shares else 0.0
    table = pd.DataFrame({"weight": shares_of_money, "shares": shares, "spent": spent})
    return {
        "description": f"{amount:,.2f} USD split {way} {when}: {describe(shares, spent, left)}.",
        "body": [
            *(each for symbol, held in table.iterrows() for each in rows(str(symbol), held, when)),
            row("cash", "left in cash", left, when),
        ],
        "charts": [draw(spent, f"{amount:,.0f} USD {way}")],
    }


def give_weights(symbols: list[str], weights: list[float]) -> pd.Series:
    """The given fractions by symbol, which make 1 together."""
    if len(weights) != len(symbols) or min(weights) < 0 or abs(sum(weights) - 1) > 0.011:
        raise ValueError("give one fraction for each symbol, which together make 1")
    return pd.Series(weights, index=symbols) / sum(weights)


def describe(shares: pd.Series, spent: pd.Series, left: float) -> str:
    listed = ", ".join(
        f"{symbol} {shares[symbol]:,.6g} shares for {spent[symbol]:,.2f}" for symbol in shares.index
    )
    return f"{listed}; {left:,.2f} stay in cash" if left else listed


def draw(spent: pd.Series, title: str) -> dict:
    return {
        "type": "pie",
        "title": title,
        "format": "currency",
        "series": [{"name": "amount", "x": list(spent.index), "y": spent.tolist()}],
    }


def find_weights(closes: pd.DataFrame, objective: str) -> pd.Series:
    """Fractions by symbol, which make 1 together."""
    if closes.empty or (objective != "equal" and len(closes) < 61):
        raise ValueError(f"these symbols have {len(closes)} common closes here; choose a longer period")
    symbols = [str(symbol) for symbol in closes]
    if objective == "equal":
        return pd.Series(1 / len(symbols), index=symbols)
    columns = {symbol: closes[symbol].tolist() for symbol in symbols}
    return pd.Series(optimize_portfolio(price_series=columns, objective=objective)["weights"], index=symbols)


def round_shares(wanted: pd.Series, prices: pd.Series, amount: float) -> pd.Series:
    """Whole shares that cost no more than the amount."""
    shares = wanted // 1
    left = amount - (shares * prices).sum()
    for symbol in (wanted - shares).sort_values(ascending=False, kind="stable").index:
        if wanted[symbol] > shares[symbol] and prices[symbol] <= left:
            shares[symbol] += 1
            left -= prices[symbol]
    return shares


def row(row_id: str, key: str, dollars: float, text: str) -> dict:
    return {"id": row_id, "key": key, "value": dollars, "format": "currency", "unit": "USD", "description": text}


def rows(symbol: str, held: pd.Series, when: str) -> list[dict]:
    return [
        row(symbol, f"{symbol} amount", held["spent"], f"of {held['weight']:.1%} wanted, {when}"),
        {
            "id": f"{symbol}:shares",
            "key": f"{symbol} shares",
            "value": held["shares"],
            "format": "number",
            "unit": "shares",
            "description": when,
        },
    ]


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
