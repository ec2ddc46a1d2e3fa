"""Rank a universe of stocks, funds or crypto pairs by a figure of its daily bars and averages.

From daily bars adjusted for splits and dividends. Each day of the period counts, with the bars before it where a
figure needs them: shares are of days, and band width, range, gaps, open-to-close returns and places in the range are
means of the days (or their median). The exponential average and the average true range (ATR, Wilder's) begin with a
simple mean, 250 bars earlier. The slope is the change of the average a day, and an average rises on a day on which it
is higher than the day before; bands stand two population standard deviations away. A new high is a close above the N
closes before it; the gap over a weekend is that of the first day of a week. Who lacks the bars has no figure.

Questions:
    Which ETFs had the highest percentage of days above their 100-day moving average this year?
    Which of my holdings most often closed above their 20-day EMA over the past 3 months?
    Which sector ETFs have the steepest slope of the 50-day moving average?
    Which stocks have the tightest Bollinger bands?
    Which crypto pairs have the highest ATR as a percentage of price?
    Which ETFs are furthest above their 200-day moving average?
    Which of my holdings had the largest average opening gap this month?
    Which ETFs had the highest median open-to-close return over the past 3 months?
    Which sector ETFs had the highest average closing range this quarter?
    Which stocks had the highest share of days above the prior day's high over the last 90 trading days?
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
    "above_average": ("share of closes above the {window}-day {average}", "percent"),
    "above_rising_average": ("share of closes above a rising {window}-day {average}", "percent"),
    "average_distance": ("distance from the {window}-day {average}", "percent"),
    "new_highs": ("share of closes above the {window} before", "percent"),
    "above_prior_high": ("share of closes above the high of the day before", "percent"),
    "above_open": ("share of closes above the open", "percent"),
    "average_slope": ("change a day of the {window}-day {average}", "percent"),
    "band_width": ("width of the {window}-day Bollinger bands over their middle", "percent"),
    "atr_share": ("{window}-day average true range over the price", "percent"),
    "day_range": ("mean range of the day over the close", "percent"),
    "gap_size": ("mean absolute gap", "percent"),
    "mean_gap": ("mean opening gap", "percent"),
    "weekend_gap": ("mean absolute gap over the weekend", "percent"),
    "mean_open_to_close": ("mean open-to-close return", "percent"),
    "median_open_to_close": ("median open-to-close return", "percent"),
    "close_place": ("mean place of the close in the range of the day", "percent"),
}
AVERAGED = ["above_average", "above_rising_average", "average_distance", "average_slope"]
SIGNED = ["average_slope", "average_distance", "mean_gap", "mean_open_to_close", "median_open_to_close"]
WINDOWS = {"band_width": 20, "atr_share": 14, "new_highs": 252, **dict.fromkeys(AVERAGED, 50)}
AVERAGES = {"sma": "moving average", "ema": "exponential moving average"}
SPARSE = {"close_place": "its bars have no range", "weekend_gap": "there is no weekend in this period"}
WARM_UP = 250


def analyze(
    universe: Literal["holdings", "sectors", "funds", "active", "crypto"] = "sectors",
    symbols: list[str] = [],
    measure: Literal[
        "above_average", "above_rising_average", "average_distance", "average_slope", "new_highs", "above_prior_high",
        "above_open", "band_width", "atr_share", "day_range", "gap_size", "mean_gap", "weekend_gap", "mean_open_to_close",
        "median_open_to_close", "close_place",
    ] = "above_average",
    average: Literal["sma", "ema"] = "sma",
    window: Annotated[int | None, Param(ge=2, le=1000)] = None,
    days: Annotated[int | None, Param(ge=1, le=5000)] = 252,
    months: Annotated[int | None, Param(ge=1, le=240)] = None,
    to_date: Literal["week", "month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
    order: Literal["highest", "lowest"] = "highest",
    top: Annotated[int, Param(ge=1, le=100)] = 100,
) -> dict:
    """Rank a universe of stocks, funds or crypto pairs by a figure of its daily bars and averages.

    universe: whom to rank when no symbols are given
    symbols: tickers, or pairs such as BTC/USD alone; they win over the universe
    measure: the figure that ranks them
    average: simple or exponential, where an average is asked for
    window: bars of the average, the bands, the true range or the closes before a new high; without it 50, 20, 14 or 252
    days: trading days to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this week, month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day; a look-back counts from here
    order: whether the highest comes first or the lowest
    top: how many to list
    """
    period = {"days": days, "months": months, "to_date": to_date, "start": start, "end": end}
    window = window or WINDOWS.get(measure, 2)
    chosen, said = choose_universe(universe, symbols)
    before = bars_before(measure, average, window)
    tables = fetch_tables(chosen, fields_of(measure), period, before, symbols)
    inside = days_inside(tables["close"], period, before)
    name = FIGURES[measure][0].format(window=window, average=AVERAGES[average])
    asked = (measure, average, window)
    found = {symbol: level_of(tables, symbol, inside, asked) for symbol in tables["close"]}
    ranked = rank_known(found, order == "highest", name)
    when = f"from {inside[0]:%Y-%m-%d} to {inside[-1]:%Y-%m-%d}"
    shown = [*ranked, *(symbol for symbol in found if symbol not in ranked)][:top]
    return {
        "description": describe(ranked, found, (name, measure, order), f"{len(found)} {said}", when),
        "body": [row(symbol, name, found[symbol], (measure, when)) for symbol in shown],
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


def fields_of(measure: str) -> list[str]:
    """Some sources have closes alone."""
    return ["close"] if measure in (*AVERAGED, "new_highs", "band_width") else ["open", "high", "low", "close"]


def bars_before(measure: str, average: str, window: int) -> int:
    """The bars before the period; more where a figure remembers all that was before it."""
    is_long = measure == "atr_share" or (measure in AVERAGED and average == "ema")
    return window + WARM_UP if is_long else window


def days_inside(closes: pd.DataFrame, period: dict, before: int) -> pd.DatetimeIndex:
    """The days that count; a look-back of N days has fetched one more, and all there are begin after the warm-up."""
    step("measuring")
    first = closes.attrs["first"]
    if period["start"] or period["to_date"] or period["months"]:
        inside = closes.index[closes.index >= first]
    elif period["days"]:
        inside = closes.index[closes.index > first]
    else:
        inside = closes.index[before:]
    if inside.empty:
        raise ValueError("there are no bars in this period; choose another one")
    return inside


def level_of(
    tables: dict, symbol: str, inside: pd.DatetimeIndex, asked: tuple[str, str, int]
) -> tuple[float | None, str]:
    """The figure of one symbol and what it counts, or None and the reason."""
    bars = pd.DataFrame({field: table[symbol] for field, table in tables.items()}).dropna()
    own = bars.index[bars.index >= inside[0]]
    if own.empty:
        return None, "it has no bars in this period"
    if max(own[0] - inside[0], inside[-1] - own[-1]).days > GAP_DAYS_MAX:
        return None, f"its bars are from {own[0]:%Y-%m-%d} to {own[-1]:%Y-%m-%d} alone"
    values = daily_values(bars, asked).loc[own[0] :]
    if asked[0] in SPARSE:
        values = values.dropna()
    if values.empty or values.isna().any():
        lacking = f"it has {len(bars) - len(own)} bars before the period, too few for its first day"
        return None, SPARSE.get(asked[0], lacking)
    value = values.median() if asked[0] == "median_open_to_close" else values.mean()
    return value, f"{len(values)} day{'s' if len(values) > 1 else ''}"


def daily_values(bars: pd.DataFrame, asked: tuple[str, str, int]) -> pd.Series:
    """What is averaged: a figure of each day, null where the bars before it are too few."""
    measure, average, window = asked
    close, before = bars["close"], bars["close"].shift()
    if measure in AVERAGED:
        level = close.rolling(window).mean() if average == "sma" else smooth(close, window, 2 / (window + 1))
        return averaged_values(measure, close, level)
    if measure == "new_highs":
        highest = before.rolling(window).max()
        return mark(close > highest, highest)
    if measure == "above_prior_high":
        return mark(close > bars["high"].shift(), before)
    if measure == "above_open":
        return mark(close > bars["open"], close)
    if measure == "band_width":
        return 4 * close.rolling(window).std(ddof=0) / close.rolling(window).mean()
    if measure == "atr_share":
        parts = [bars["high"] - bars["low"], (bars["high"] - before).abs(), (bars["low"] - before).abs()]
        return smooth(pd.concat(parts, axis=1).max(axis=1)[before.notna()], window, 1 / window) / close
    if measure in ("gap_size", "mean_gap", "weekend_gap"):
        gaps = bars["open"] / before - 1
        weeks = pd.Series(bars.index.to_period("W-SUN").astype(str), index=bars.index)
        kept = gaps.where(weeks != weeks.shift()) if measure == "weekend_gap" else gaps
        return kept if measure == "mean_gap" else kept.abs()
    if measure == "day_range":
        return (bars["high"] - bars["low"]) / close
    if measure == "close_place":
        span = bars["high"] - bars["low"]
        return (close - bars["low"]) / span.where(span > 0)
    return close / bars["open"] - 1


def averaged_values(measure: str, close: pd.Series, level: pd.Series) -> pd.Series:
    """A close against its average, or the average against that of the day before."""
    if measure == "above_average":
        return mark(close > level, level)
    if measure == "above_rising_average":
        return mark((close > level) & (level > level.shift()), level.shift())
    return close / level - 1 if measure == "average_distance" else level.pct_change(fill_method=None)


def mark(is_met: pd.Series, level: pd.Series) -> pd.Series:
    """1 or 0 for each day, null where there is no level to compare with."""
    return is_met.astype(float).where(level.notna())


def smooth(values: pd.Series, window: int, weight: float) -> pd.Series:
    """An exponential average that begins with the mean of the first values."""
    if len(values) < window:
        return values * float("nan")
    begun = values.iloc[window - 1 :].copy()
    begun.iloc[0] = values.iloc[:window].mean()
    return begun.ewm(alpha=weight, adjust=False).mean().reindex(values.index)


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


def row(symbol: str, name: str, found: tuple[float | None, str], told: tuple[str, str]) -> dict:
    value, text = found
    measure, when = told
    return {
        "id": symbol,
        "key": f"{symbol} {name}",
        "value": value,
        "format": FIGURES[measure][1],
        "unit": "per day" if measure == "average_slope" else None,
        "is_change": measure in SIGNED,
        "description": when if value is None else f"{text}, {when}",
        "reason": text if value is None else "",
    }


def draw(ranked: list[str], found: dict, name: str, format_: str) -> dict:
    series = [{"name": name, "x": ranked, "y": [found[symbol][0] for symbol in ranked]}]
    return {"type": "bar", "title": name[0].upper() + name[1:], "format": format_, "series": series}
