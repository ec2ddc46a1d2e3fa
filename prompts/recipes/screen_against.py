"""Rank a universe of stocks, funds or crypto pairs by how their daily returns go with those of a benchmark.

Correlation is Pearson's, beta the covariance with the benchmark over its variance, both of the simple daily returns of
adjusted closes on the days that the benchmark and each symbol have; they need 20 returns. Or the mean return on the
days on which the benchmark rose, fell, or had a higher return than a rival. The benchmark itself is not ranked.

Questions:
    Which of my stocks is the least correlated with DIA since 2025?
    Which ETFs are the most correlated with TLT over the past 6 months?
    Which sector ETFs are the most inversely correlated with USO this year?
    Which of my positions has the highest beta to IWM over the last 120 trading days?
    Which ETFs have the lowest beta?
    Which of my holdings gained most on days when TLT rose?
    Which sector ETFs performed best on days when IWM beat QQQ this year?
    Which of my positions outperformed when XLK led?
    Which stocks had the highest average return when SPY fell?
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
    "correlation": ("correlation with {benchmark}", "number"),
    "beta": ("beta to {benchmark}", "number"),
    "mean_return": ("mean return on days when {benchmark} {event}", "percent"),
}
SIGNED = ["mean_return"]
SHARED_CLOSES_MIN = 21


def analyze(
    universe: Literal["holdings", "sectors", "funds", "active", "crypto"] = "sectors",
    symbols: list[str] = [],
    measure: Literal["correlation", "beta", "mean_return"] = "correlation",
    benchmark: str | None = None,
    condition: Literal["rose", "fell", "beat"] = "rose",
    rival: str | None = None,
    days: Annotated[int | None, Param(ge=1, le=5000)] = 252,
    months: Annotated[int | None, Param(ge=1, le=240)] = None,
    to_date: Literal["week", "month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
    order: Literal["highest", "lowest"] = "highest",
    top: Annotated[int, Param(ge=1, le=100)] = 100,
) -> dict:
    """Rank a universe of stocks, funds or crypto pairs by how their daily returns go with those of a benchmark.

    universe: whom to rank when no symbols are given
    symbols: tickers, or pairs such as BTC/USD alone; they win over the universe
    measure: the figure that ranks them
    benchmark: ticker that they are held against, SPY without it; of pairs a pair, BTC/USD without it
    condition: on which days returns count, for the mean return
    rival: whom the benchmark has to beat, where that is the condition; the same without it
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this week, month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    order: whether the highest comes first or the lowest
    top: how many to list
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    chosen, said = choose_universe(universe, symbols)
    condition = condition if measure == "mean_return" else "rose"
    benchmark, rival = choose_sides("/" in chosen[0], condition, benchmark, rival)
    others = [symbol for symbol in chosen if symbol != benchmark]
    fetched, needed = list(dict.fromkeys([*others, benchmark, rival])), [*symbols, benchmark, rival]
    closes = fetch_tables(fetched, ["close"], period, 0, needed)["close"]
    name = FIGURES[measure][0].format(benchmark=benchmark, event=f"beat {rival}" if condition == "beat" else condition)
    market = benchmark_days(closes, benchmark, rival, condition)
    found = {symbol: against(closes, symbol, market, measure) for symbol in closes if symbol in others}
    ranked = rank_known(found, order == "highest", name)
    told = (measure, f"from {closes.index[0]:%Y-%m-%d} to {closes.index[-1]:%Y-%m-%d}")
    said = f"{len(found)} {said}{f' ({benchmark} itself is not ranked)' if benchmark in chosen else ''}"
    return {
        "description": describe(ranked, found, (name, measure, order), said, told[1]),
        "body": [*rows(ranked, found, (name, top), told), *rows_of_days(closes, benchmark, market, told)],
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


def choose_sides(is_crypto: bool, condition: str, benchmark: str | None, rival: str | None) -> tuple[str, str]:
    """The benchmark, and whom it has to beat; itself where it has to beat nobody."""
    market = "BTC/USD" if is_crypto else "SPY"
    benchmark = benchmark or market
    if condition != "beat":
        return benchmark, benchmark
    rival = rival or market
    if benchmark == rival:
        raise ValueError(f"{benchmark} cannot beat itself; name another rival")
    return benchmark, rival


def benchmark_days(closes: pd.DataFrame, benchmark: str, rival: str, condition: str) -> pd.DataFrame:
    """The closes of the benchmark, and on which days its return meets the condition."""
    step("comparing")
    both = closes[list(dict.fromkeys([benchmark, rival]))].dropna()
    if len(both) < 2:
        raise ValueError(f"{benchmark} has {len(both)} closes to compare with in this period; choose a longer one")
    returns = both.pct_change()
    other = returns[rival] if condition == "beat" else 0
    is_met = returns[benchmark] < other if condition == "fell" else returns[benchmark] > other
    market = pd.DataFrame({"close": both[benchmark], "is_met": is_met})
    market.attrs["rival"] = rival
    return market


def rows_of_days(closes: pd.DataFrame, benchmark: str, market: pd.DataFrame, told: tuple[str, str]) -> list[dict]:
    """What the benchmark and its rival did on the days that count, and how many they were, where not all count."""
    if told[0] != "mean_return":
        return []
    count = {"id": "days", "key": "days that count", "value": int(market["is_met"].sum()), "format": "integer"}
    sides = {"benchmark": benchmark, "rival": market.attrs["rival"]}
    done = {
        name: row(symbol, "mean return on these days", against(closes, symbol, market, told[0]), told)
        for name, symbol in sides.items()
        if name == "benchmark" or symbol != benchmark
    }
    return [
        *({**each, "id": name} for name, each in done.items()),
        {**count, "description": f"of {len(market) - 1} days, {told[1]}"},
    ]


def against(closes: pd.DataFrame, symbol: str, market: pd.DataFrame, measure: str) -> tuple[float | None, str]:
    """The figure of one symbol and what it counts, or None and the reason."""
    own = closes[symbol].reindex(market.index).dropna()
    if own.empty:
        return None, "it has no closes in this period"
    late, early = own.index[0] - closes.index[0], closes.index[-1] - own.index[-1]
    if max(late, early).days > GAP_DAYS_MAX:
        return None, f"its closes are from {own.index[0]:%Y-%m-%d} to {own.index[-1]:%Y-%m-%d} alone"
    if measure == "mean_return":
        moves = closes[symbol].reindex(market.index).pct_change(fill_method=None).dropna()
        counted = moves[market["is_met"].reindex(moves.index)]
        if counted.empty:
            return None, "there was no such day in this period"
        return counted.mean(), f"{len(counted)} of {len(moves)} days, {(counted > 0).mean():.0%} of them gains"
    both = pd.DataFrame({"own": own, "market": market["close"]}).dropna()
    returns = both.pct_change().iloc[1:]
    if len(both) < SHARED_CLOSES_MIN:
        return None, f"it has {len(both)} closes with the benchmark, and {SHARED_CLOSES_MIN} are needed"
    if not returns["own"].std() or not returns["market"].std():
        return None, "a price does not move here"
    text = f"{len(returns)} daily returns"
    if measure == "beta":
        return returns["own"].cov(returns["market"]) / returns["market"].var(), text
    return returns["own"].corr(returns["market"]), text


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


def rows(ranked: list[str], found: dict, asked: tuple[str, int], told: tuple[str, str]) -> list[dict]:
    name, top = asked
    shown = [*ranked, *(symbol for symbol in found if symbol not in ranked)][:top]
    return [row(symbol, name, found[symbol], told) for symbol in shown]


def row(symbol: str, name: str, found: tuple[float | None, str], told: tuple[str, str]) -> dict:
    value, text = found
    measure, when = told
    return {
        "id": symbol,
        "key": f"{symbol} {name}",
        "value": value,
        "format": FIGURES[measure][1],
        "is_change": measure in SIGNED,
        "description": when if value is None else f"{text}, {when}",
        "reason": text if value is None else "",
    }


def draw(ranked: list[str], found: dict, name: str, format_: str) -> dict:
    series = [{"name": name, "x": ranked, "y": [found[symbol][0] for symbol in ranked]}]
    return {"type": "bar", "title": name[0].upper() + name[1:], "format": format_, "series": series}
