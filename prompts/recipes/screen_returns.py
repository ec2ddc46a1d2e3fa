"""Rank a universe of stocks, funds or crypto pairs by a figure of its daily closes.

The figure is from the simple returns of daily adjusted closes, over the same days for all: who has no closes on the
first or the last of them has no figure. Weeks run from Monday to Sunday and have the return of their last close on
that of the week before; the running week counts as it stands. Volatility and Sharpe ratio are those of a year, the
latter without a risk-free rate. Skewness and excess kurtosis are corrected for the size of the sample. Highs and lows
of N days are the highest and lowest of their closes.

Questions:
    Which ETFs had the highest average daily return over the past 3 months?
    Which of my holdings has the highest median daily return this year?
    Which sector ETFs had the highest percentage of positive weeks over the past year?
    Which stocks have the most negative skewness of daily returns?
    Which of my positions is closest to its 100-day high?
    Which ETFs have the strongest momentum over the last 126 trading days?
    Which sector ETFs did best on Tuesdays since 2024?
    Which of my holdings had the worst single day this year?
    Which crypto pairs had the largest variance of daily returns over the last 60 days?
    Rank the ETFs by volatility over the last 60 trading days.
"""

from datetime import date
from typing import Annotated, Literal

import pandas as pd
from mcp_client import (
    Param,
    ToolError,
    alpaca_market_screener_most_actives,
    alpaca_market_stocks_multi_bars,
    alpaca_trading_positions,
    call_many,
    step,
)

ACTIVE_COUNT, GAP_DAYS_MAX, CHART_BARS_MAX = 20, 7, 30
BARS_MAX, TABLE_BARS_MAX = 10_000, 200_000
SECTORS = ["XLK", "XLF", "XLE", "XLV", "XLY", "XLP", "XLI", "XLU", "XLB", "XLRE", "XLC"]
FUNDS = ["SPY", "QQQ", "DIA", "IWM", "VTI", "EFA", "EEM", "SMH", "VNQ", "SCHD", "MTUM", "USMV", "ARKK", "GLD", "SLV"]
FUNDS = [*FUNDS, "USO", "TLT", "IEF", "AGG", "LQD", "HYG", *SECTORS]
COINS = ["BTC/USD", "ETH/USD", "SOL/USD", "XRP/USD", "DOGE/USD", "ADA/USD", "LTC/USD", "LINK/USD", "AVAX/USD", "DOT/USD"]
LISTED = {
    "sectors": (SECTORS, "US sector ETFs"),
    "funds": (FUNDS, "well-known ETFs"),
    "crypto": (COINS, "major crypto pairs"),
}
FIGURES = {
    "return": ("return", "percent", 2),
    "mean_return": ("mean daily return", "percent", 2),
    "median_return": ("median daily return", "percent", 2),
    "up_days": ("share of days with a gain", "percent", 2),
    "up_weeks": ("share of weeks with a gain", "percent", 2),
    "skewness": ("skewness of daily returns", "number", 21),
    "excess_kurtosis": ("excess kurtosis of daily returns", "number", 21),
    "volatility": ("volatility a year", "percent", 3),
    "variance": ("variance of daily returns", "number", 3),
    "deviation": ("standard deviation of daily returns", "percent", 3),
    "sharpe": ("Sharpe ratio", "number", 21),
    "best_day": ("best day", "percent", 2),
    "worst_day": ("worst day", "percent", 2),
    "drawdown": ("maximum drawdown", "percent", 2),
    "rising_streak": ("longest streak of rises", "integer", 2),
    "distance_from_high": ("distance from the {window}-day high", "percent", 2),
    "distance_from_low": ("distance from the {window}-day low", "percent", 2),
    "weekday_return": ("mean return on {weekday}s", "percent", 2),
    "weekday_share": ("share of {weekday}s with a gain", "percent", 2),
}
LOSSES = ["worst_day", "drawdown"]
SIGNED = ["return", "mean_return", "median_return", "weekday_return", "distance_from_high", "distance_from_low"]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]


def analyze(
    universe: Literal["holdings", "sectors", "funds", "active", "crypto"] = "sectors",
    symbols: list[str] = [],
    measure: Literal[
        "return", "mean_return", "median_return", "up_days", "up_weeks", "skewness", "excess_kurtosis", "volatility",
        "variance", "deviation", "sharpe", "best_day", "worst_day", "drawdown", "rising_streak", "distance_from_high",
        "distance_from_low", "weekday_return", "weekday_share",
    ] = "mean_return",
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday"] = "monday",
    window: Annotated[int, Param(ge=2, le=2500)] = 252,
    days: Annotated[int | None, Param(ge=1, le=5000)] = 252,
    months: Annotated[int | None, Param(ge=1, le=240)] = None,
    to_date: Literal["week", "month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
    order: Literal["highest", "lowest"] = "highest",
    top: Annotated[int, Param(ge=1, le=100)] = 100,
) -> dict:
    """Rank a universe of stocks, funds or crypto pairs by a figure of its daily closes.

    universe: whom to rank when no symbols are given
    symbols: tickers, or pairs such as BTC/USD alone; they win over the universe
    measure: the figure that ranks them
    weekday: whose returns count, for the measures of a weekday
    window: closes of a high or low, the last one included
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this week, month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    order: whether the highest comes first or the lowest; of losses the highest is the deepest
    top: how many to list
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    if measure.startswith("distance"):
        period = {**dict.fromkeys(period), "days": window - 1, "end": end}
    chosen, said = choose_universe(universe, symbols)
    closes = fetch_tables(chosen, ["close"], period, 0, symbols)["close"]
    step("measuring")
    name = FIGURES[measure][0].format(window=window, weekday=weekday.capitalize())
    found = {symbol: figure_of(closes, symbol, measure, weekday) for symbol in closes}
    ranked = rank_known(found, (order == "highest") != (measure in LOSSES), name)
    when = f"from {closes.index[0]:%Y-%m-%d} to {closes.index[-1]:%Y-%m-%d}"
    shown = [*ranked, *(symbol for symbol in found if symbol not in ranked)][:top]
    return {
        "description": describe(ranked, found, (name, measure, order), f"{len(found)} {said}", when),
        "body": [row(symbol, name, measure, found[symbol], when) for symbol in shown],
        "charts": [draw(ranked[:CHART_BARS_MAX], found, name, FIGURES[measure][1])],
    }


def choose_universe(universe: str, symbols: list[str]) -> tuple[list[str], str]:
    """The symbols to rank, and what they are in words."""
    step("choosing")
    if symbols:
        return list(dict.fromkeys(symbols)), "named symbols"
    if universe in LISTED:
        return LISTED[universe]
    if universe == "active":
        rows = alpaca_market_screener_most_actives(limit=ACTIVE_COUNT, by="volume")["data"]["rows"]
        return [row["symbol"] for row in rows], "of the most active stocks by volume"
    held = alpaca_trading_positions()["data"]["positions"]
    stocks = [position["symbol"] for position in held if position["asset_class"] in ("stock", "etf")]
    if not stocks:
        raise ValueError("the account holds no stocks or funds; connect another account or name symbols")
    left_out = [position for position in held if position["symbol"] not in stocks]
    return stocks, f"stocks and funds held{f' (left out: {len(left_out)} of another kind)' if left_out else ''}"


def fetch_tables(
    symbols: list[str], fields: list[str], period: dict, warm_up: int, needed: list[str]
) -> dict:
    """A table by day and symbol for each field, inside the period and `warm_up` days before it.

    Of a screen those symbols are left out that the vendor does not know, but for the needed ones.
    `start` wins over `to_date`, that over `months`, that over `days`; `attrs["first"]` is the first day of the period.
    """
    step("fetching bars")
    request = {"timeframe": "1Day", "limit": BARS_MAX}
    if period["start"]:
        earlier = pd.Timedelta(days=2 * warm_up + 7 if warm_up else 0)
        request["start"] = (pd.Timestamp(period["start"]) - earlier).date().isoformat()
    else:
        months = 13 if period["to_date"] else period["months"]
        wanted = 32 * months + 1 if months else (period["days"] or BARS_MAX) + 1
        request["limit"] = min(wanted + warm_up, BARS_MAX, TABLE_BARS_MAX // len(symbols))
    if period["end"]:
        request["end"] = period["end"].isoformat()
    if all("/" in symbol for symbol in symbols):
        found = call_many([("alpaca_market_crypto_bars", {"symbol": symbol, **request}) for symbol in symbols])
        answers = {symbol: answer["data"] for symbol, answer in zip(symbols, found, strict=True)}
        columns = {
            field: {s: pd.Series(a[field], index=a["timestamp"], dtype=float) for s, a in answers.items()} for field in fields
        }
        tables = {field: pd.DataFrame(columns[field], columns=symbols).sort_index() for field in fields}
    else:
        answer = fetch_known(symbols, request, needed)
        tables = {field: pd.DataFrame(answer[field], index=answer["timestamp"], dtype=float) for field in fields}
    return {field: cut_table(table, period, warm_up) for field, table in tables.items()}


def fetch_known(symbols: list[str], request: dict, needed: list[str]) -> dict:
    """The bars of the symbols that the vendor has; a screen can name others."""
    try:
        return alpaca_market_stocks_multi_bars(symbols=symbols, **request)["data"]
    except ToolError as error:
        lacking = error.details.get("symbols") or []
        known = [symbol for symbol in symbols if symbol not in lacking]
        is_needed = any(symbol in needed for symbol in lacking)
        if error.code != "unknown_symbol" or is_needed or not known or len(known) == len(symbols):
            raise
    return fetch_known(known, request, needed)


def cut_table(table: pd.DataFrame, period: dict, warm_up: int) -> pd.DataFrame:
    """The days of the period that most symbols may have, with the warm-up before them."""
    table = table.set_axis(pd.to_datetime(table.index)).dropna(how="all")
    if table.empty:
        raise ValueError("there are no such bars in this period, or the source has closes alone; choose another one")
    last = table.index[-1]
    if period["start"]:
        first = pd.Timestamp(period["start"])
    elif period["to_date"]:
        first = last.to_period({"week": "W", "month": "M", "quarter": "Q", "year": "Y"}[period["to_date"]]).start_time
    elif period["months"]:
        first = last - pd.DateOffset(months=period["months"])
    else:
        first = table.index[-min((period["days"] or BARS_MAX) + 1, len(table))]
    inside = int((table.index < first).sum())
    kept = table.iloc[max(inside - warm_up, 0) :]
    kept.attrs["first"] = first
    return kept


def figure_of(closes: pd.DataFrame, symbol: str, measure: str, weekday: str) -> tuple[float | None, str]:
    """The figure of one symbol and what it counts, or None and the reason."""
    own = closes[symbol].dropna()
    if own.empty:
        return None, "it has no closes in this period"
    late, early = own.index[0] - closes.index[0], closes.index[-1] - own.index[-1]
    if max(late, early).days > GAP_DAYS_MAX:
        return None, f"its closes are from {own.index[0]:%Y-%m-%d} to {own.index[-1]:%Y-%m-%d} alone"
    least = FIGURES[measure][2]
    if len(own) < least:
        return None, f"it has {len(own)} closes, and {least} are needed"
    return measure_closes(own, measure, weekday)


def measure_closes(closes: pd.Series, measure: str, weekday: str) -> tuple[float | None, str]:
    """A figure of closes, many of them by their returns."""
    if measure == "return":
        return closes.iloc[-1] / closes.iloc[0] - 1, f"{closes.iloc[0]:,.6g} to {closes.iloc[-1]:,.6g}"
    if measure == "drawdown":
        return (closes / closes.cummax() - 1).min(), "from a close to a later one"
    if measure in ("distance_from_high", "distance_from_low"):
        level = closes.max() if measure == "distance_from_high" else closes.min()
        return closes.iloc[-1] / level - 1, f"{closes.iloc[-1]:,.6g} against {level:,.6g}"
    returns = closes.pct_change().dropna()
    if measure == "up_weeks":
        returns = closes.groupby(closes.index.to_period("W-SUN")).last().pct_change().dropna()
    if measure in ("weekday_return", "weekday_share"):
        returns = returns[returns.index.day_of_week == WEEKDAYS.index(weekday)]
    kind = "weekly" if measure == "up_weeks" else "daily"
    if returns.empty:
        return None, f"it has no such {kind} return in this period"
    value = measure_returns(returns, measure, 365 if "/" in closes.name else 252)
    return value, "its returns never change" if value is None else f"{len(returns)} {kind} returns"


def measure_returns(returns: pd.Series, measure: str, year: int) -> float | None:
    """None where returns that never change have no such figure."""
    if measure == "volatility":
        return returns.std() * year**0.5
    if measure == "sharpe":
        return returns.mean() / returns.std() * year**0.5 if returns.std() else None
    if measure in ("up_days", "up_weeks", "weekday_share"):
        return (returns > 0).mean()
    if measure == "rising_streak":
        rises = returns > 0
        return int(rises.groupby((~rises).cumsum()).sum().max())
    if measure in ("skewness", "excess_kurtosis") and not returns.std():
        return None
    simple = {
        "mean_return": "mean", "weekday_return": "mean", "median_return": "median", "skewness": "skew",
        "excess_kurtosis": "kurt", "variance": "var", "deviation": "std", "best_day": "max", "worst_day": "min",
    }
    return float(returns.agg(simple[measure]))


def rank_known(found: dict, is_descending: bool, name: str) -> list[str]:
    """The symbols that have a figure, in their order."""
    known = [symbol for symbol, (value, _) in found.items() if value is not None]
    if not known:
        raise ValueError(f"there is no {name} of any of {', '.join(found)}; choose a longer period")
    return sorted(known, key=lambda symbol: found[symbol][0], reverse=is_descending)


def describe(ranked: list[str], found: dict, asked: tuple[str, str, str], said: str, when: str) -> str:
    name, measure, order = asked
    first, last = ranked[0], ranked[-1]
    lacking = [symbol for symbol in found if symbol not in ranked]
    rest = f" No figure: {', '.join(lacking)}." if lacking else ""
    end = f", and {last} last, with {say(found[last][0], measure)}" if len(ranked) > 1 else ""
    return (
        f"Of {said}, {first} comes first by {name} ({order} first) {when}, with "
        f"{say(found[first][0], measure)}{end}.{rest}"
    )


def say(value: float, measure: str) -> str:
    """A figure in words."""
    format_ = FIGURES[measure][1]
    if format_ == "percent":
        return f"{value:+.3%}" if measure in SIGNED else f"{value:.2%}"
    return f"{value} days" if format_ == "integer" else f"{value:.4g}"


def row(symbol: str, name: str, measure: str, found: tuple[float | None, str], when: str) -> dict:
    value, text = found
    return {
        "id": symbol,
        "key": f"{symbol} {name}",
        "value": value,
        "format": FIGURES[measure][1],
        "unit": {"volatility": "per year", "rising_streak": "days"}.get(measure),
        "is_change": "return" in measure or measure in ("best_day", "worst_day"),
        "description": when if value is None else f"{text}, {when}",
        "reason": text if value is None else "",
    }


def draw(ranked: list[str], found: dict, name: str, format_: str) -> dict:
    series = [{"name": name, "x": ranked, "y": [found[symbol][0] for symbol in ranked]}]
    return {"type": "bar", "title": name[0].upper() + name[1:], "format": format_, "series": series}
