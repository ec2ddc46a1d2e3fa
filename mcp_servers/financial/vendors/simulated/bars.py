"""Bars of the simulated market: days and longer from the history, minutes to hours from its sessions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from mcp_servers.financial.bars import DAYS_PER_BAR, choose_bars, resample_days
from mcp_servers.financial.vendors.requests import BarsRequest
from mcp_servers.financial.vendors.simulated.draws import Integers
from mcp_servers.financial.vendors.simulated.moment import Moment, SimulatedView
from mcp_servers.financial.vendors.simulated.price_history import BarColumns
from mcp_servers.financial.vendors.simulated.resampling import MINUTES_PER_BAR
from mcp_servers.financial.vendors.simulated.sessions import EPOCH, Sessions, date_of, minute_of, moment_of
from mcp_servers.problems import BadArgument, NoData
from schemas.market.envelope import Envelope
from schemas.market.prices import Adjustment, Bars, BarsBySymbol, Column, Timeframe

ADJUSTED_DECIMALS = 4
MADE_OF_DAYS = ("1Week", "1Month")


@dataclass(frozen=True)
class FetchedBars:
    """Bars of each symbol as the market has them: unadjusted, days instead of weeks and months."""

    moment: Moment
    columns: dict[str, BarColumns]


@dataclass(frozen=True)
class SimulatedBars:
    """Bars of stocks, funds and indexes, or of crypto pairs."""

    view: SimulatedView
    is_crypto: bool

    def make_query(self, request: BarsRequest) -> BarsRequest:
        universe = self.view.universe
        table = universe.crypto if self.is_crypto else universe.stocks
        adjustment: Adjustment = "raw" if self.is_crypto else request.adjustment
        return replace(request, symbols=table.resolve(request.symbols), adjustment=adjustment)

    async def fetch(self, query: BarsRequest) -> FetchedBars:
        moment = self.view.moment()
        symbols = dict.fromkeys(query.symbols)
        if query.timeframe in MADE_OF_DAYS:
            return FetchedBars(moment, {symbol: moment.daily(symbol) for symbol in symbols})
        return FetchedBars(moment, {symbol: _fetch_period(moment, symbol, query) for symbol in symbols})

    def make_rows(self, query: BarsRequest, raw: FetchedBars) -> Envelope[BarsBySymbol]:
        bars = {
            symbol: _choose(query, raw.moment, make_bars(raw.moment, symbol, columns, query))
            for symbol, columns in raw.columns.items()
        }
        is_daily = query.timeframe in DAYS_PER_BAR
        newest = max(int(columns.minutes[-1]) for columns in raw.columns.values())
        metadata = raw.moment.label(
            "bars/crypto" if self.is_crypto else "bars/stocks",
            date.fromisoformat(max(each.timestamp[-1] for each in bars.values()))
            if is_daily
            else moment_of(newest),
            is_crypto=self.is_crypto,
            adjustment=None if self.is_crypto else query.adjustment,
        )
        return Envelope[BarsBySymbol](data=BarsBySymbol(bars=bars), metadata=metadata)


def make_bars(moment: Moment, symbol: str, columns: BarColumns, query: BarsRequest) -> Bars:
    """`columns` in dollars and shares, adjusted as of now; `timeframe` is that of the columns."""
    history = moment.history(symbol)
    price_factors, volume_factors = history.factors(len(moment.daily(symbol)), query.adjustment)
    factors = price_factors[columns.places]
    decimals = max(history.listing.price_decimals, ADJUSTED_DECIMALS)

    def price(ticks: Integers) -> Column:
        rounded: Column = np.round(ticks / history.tick * factors, decimals).tolist()
        return rounded

    return Bars(
        symbol=symbol,
        timeframe="1Day" if query.timeframe in DAYS_PER_BAR else query.timeframe,
        timestamp=_stamps(moment.sessions(symbol), columns, query.timeframe),
        open=price(columns.open),
        high=price(columns.high),
        low=price(columns.low),
        close=price(columns.close),
        volume=(columns.volume / history.lot * volume_factors[columns.places]).tolist(),
    )


def _choose(query: BarsRequest, moment: Moment, bars: Bars) -> Bars:
    """The bars asked for, out of all of their days. Raises `NoData` and `BadArgument`."""
    if query.timeframe not in MADE_OF_DAYS:
        return choose_bars(bars, query.limit, is_period=query.start is not None)
    bars = resample_days(bars, query.timeframe)
    first = query.start.isoformat() if query.start else ""
    last = query.end.isoformat() if query.end else "9999"
    start = int(np.searchsorted(bars.timestamp, first, side="left"))
    stop = int(np.searchsorted(bars.timestamp, last, side="right"))
    if start >= stop:
        raise _nothing(query, moment, bars.symbol)
    every = type(bars).model_fields
    cut = {name: getattr(bars, name)[start:stop] for name in every if isinstance(getattr(bars, name), list)}
    return choose_bars(bars.model_copy(update=cut), query.limit, is_period=query.start is not None)


def _fetch_period(moment: Moment, symbol: str, query: BarsRequest) -> BarColumns:
    """The bars of a period, or a little more than the last `limit`."""
    sessions = moment.sessions(symbol)
    counts = _count_bars(moment, sessions, query.timeframe)
    stop = min(sessions.place_of(query.end + timedelta(days=1)), len(counts)) if query.end else len(counts)
    start = sessions.place_of(query.start) if query.start else _enough(counts[:stop], query.limit)
    if start >= stop:
        raise _nothing(query, moment, symbol)
    available = int(counts[start:stop].sum())
    if query.start and available > query.limit:
        raise BadArgument(
            f"the period has {available} bars of {symbol}, and limit={query.limit}; "
            f"pass limit={available} or a shorter period",
            available=available,
        )
    if query.timeframe == "1Day":
        return moment.daily(symbol)[start:stop]
    length_minutes = MINUTES_PER_BAR[query.timeframe]
    return moment.years.intraday(symbol, range(start, stop), length_minutes, moment.now)


def _count_bars(moment: Moment, sessions: Sessions, timeframe: Timeframe) -> Integers:
    """How many bars each session has so far."""
    opened = sessions.count_opened(moment.now)
    if timeframe == "1Day":
        return np.ones(opened, dtype=np.int64)
    length_minutes = MINUTES_PER_BAR[timeframe]
    ends = np.minimum(sessions.closes[:opened], minute_of(moment.now))
    past_mark = sessions.first_wall_minute % length_minutes
    return -(-(past_mark + ends - sessions.opens[:opened]) // length_minutes)


def _enough(counts: Integers, limit: int) -> int:
    """The last place from which on there are `limit` bars; the first one when there are fewer."""
    reached = np.cumsum(counts[::-1])
    return max(len(counts) - 1 - int(np.searchsorted(reached, limit, side="left")), 0)


def _nothing(query: BarsRequest, moment: Moment, symbol: str) -> NoData:
    days = moment.sessions(symbol).days[[0, len(moment.daily(symbol)) - 1]]
    first, last = (date_of(int(day)).isoformat() for day in days)
    return NoData(
        f"no {query.timeframe} bar of {symbol} in this period; the simulated market has {first} to {last}",
        first=first,
        last=last,
    )


def _stamps(sessions: Sessions, columns: BarColumns, timeframe: Timeframe) -> Sequence[str]:
    if timeframe in DAYS_PER_BAR:
        days: list[str] = np.datetime_as_string(np.datetime64(EPOCH) + sessions.days[columns.places]).tolist()
        return days
    moments = columns.minutes.astype("datetime64[m]")
    return [f"{text}Z" for text in np.datetime_as_string(moments, unit="s").tolist()]
