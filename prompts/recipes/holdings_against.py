"""Say which of the stocks and funds that the connected account holds did better or worse than a benchmark.

From daily adjusted closes over the days that all of them and the benchmark have, whenever they were bought: the
return of each less that of the benchmark. Positions in crypto currencies are left out, which the answer says.

Questions:
    Which of my holdings are underperforming SPY over the past month?
    Which of my positions are outperforming QQQ this year?
    Which of my holdings are underperforming?
    Which of my holdings are beating the market over the past 6 months?
    Which of my holdings beat SPY over the past year?
    Are any of my holdings lagging the market this month?
"""

from typing import Annotated, Literal

import pandas as pd
from mcp_client import Param, alpaca_market_stocks_multi_bars, alpaca_trading_positions, step


def analyze(
    benchmark: str = "SPY",
    days: Annotated[int | None, Param(ge=1, le=5000)] = 21,
    months: Annotated[int | None, Param(ge=1, le=240)] = None,
    to_date: Literal["month", "quarter", "year"] | None = None,
    order: Literal["highest", "lowest"] = "lowest",
) -> dict:
    """Say which of the stocks and funds that the connected account holds did better or worse than a benchmark.

    benchmark: ticker to compare with
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this month, quarter or year; wins over months
    order: highest for those that did better, lowest for those that did worse; they come first
    """
    step("reading positions")
    held = alpaca_trading_positions()["data"]["positions"]
    stocks = [p["symbol"] for p in held if p["asset_class"] != "crypto" and p["symbol"] != benchmark]
    left_out = [p["symbol"] for p in held if p["symbol"] not in stocks]
    if not stocks:
        raise ValueError(f"the account holds no stocks or funds beside {benchmark}; name another benchmark")
    closes = fetch_common_closes([*stocks, benchmark], days, months, to_date)
    if len(closes) < 2:
        raise ValueError("the holdings and the benchmark have fewer than 2 common closes; choose a longer period")
    step("comparing")
    returns = {symbol: closes[symbol].iloc[-1] / closes[symbol].iloc[0] - 1 for symbol in closes}
    excess = {symbol: returns[symbol] - returns[benchmark] for symbol in stocks}
    ranked = sorted(stocks, key=lambda symbol: excess[symbol], reverse=order == "highest")
    when = f"from {closes.index[0]:%Y-%m-%d} to {closes.index[-1]:%Y-%m-%d}"
    without = f" Left out: {', '.join(left_out)}." if left_out else ""
    return {
        "description": describe(ranked, excess, order, f"{benchmark}, which returned {returns[benchmark]:+.2%} {when}") + without,
        "body": [
            *(row(symbol, f"{symbol} return less that of {benchmark}", excess[symbol], f"it returned {returns[symbol]:+.2%} {when}") for symbol in ranked),
            row("benchmark", f"{benchmark} return", returns[benchmark], when),
        ],
        "charts": [
            {
                "type": "bar",
                "title": f"Return less that of {benchmark}",
                "format": "percent",
                "series": [{"name": "difference", "x": ranked, "y": [excess[symbol] for symbol in ranked]}],
            }
        ],
    }


def describe(ranked: list[str], excess: dict, order: str, benchmark: str) -> str:
    is_better = order == "highest"
    met = [symbol for symbol in ranked if (excess[symbol] > 0 if is_better else excess[symbol] < 0)]
    listed = f": {', '.join(f'{symbol} ({excess[symbol]:+.2%})' for symbol in met)}" if met else ""
    side = "better" if is_better else "worse"
    return f"Of {len(ranked)} holdings, {len(met) or 'none'} did {side} than {benchmark}{listed}."


def row(row_id: str, key: str, value: float, text: str) -> dict:
    return {"id": row_id, "key": key, "value": value, "format": "percent", "is_change": True, "description": text}


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
