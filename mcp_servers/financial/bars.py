"""What is done with bars of any vendor: longer timeframes, the part asked for, one time axis for several."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby

from mcp_servers.problems import BadArgument
from schemas.market.prices import Bars, BarsTable, Column, Timeframe

DAYS_PER_BAR: dict[Timeframe, int] = {"1Day": 1, "1Week": 5, "1Month": 23}
"""Most trading days that one bar of stocks can hold."""

DAYS_PER_CRYPTO_BAR: dict[Timeframe, int] = {"1Day": 1, "1Week": 7, "1Month": 31}


def count_days(timeframe: Timeframe, bars: int, *, is_crypto: bool) -> int:
    """How many daily bars surely hold `bars` whole ones of `timeframe`, the current one besides."""
    days = (DAYS_PER_CRYPTO_BAR if is_crypto else DAYS_PER_BAR)[timeframe]
    return bars if days == 1 else (bars + 1) * days


def resample_days(days: Bars, timeframe: Timeframe) -> Bars:
    """Daily bars as weeks (Monday to Sunday) or calendar months, each dated by its last trading day.

    Open of the first day, highest high, lowest low, close of the last, sums of volume and trade count, and
    the volume-weighted mean of the days' averages. A figure is null when it is null on a day it is made of.
    """
    spans = list(_spans(days.timestamp, timeframe))
    return Bars(
        symbol=days.symbol,
        timeframe=timeframe,
        timestamp=[days.timestamp[span][-1] for span in spans],
        open=[days.open[span][0] for span in spans],
        high=[_known(days.high[span], max) for span in spans],
        low=[_known(days.low[span], min) for span in spans],
        close=[days.close[span][-1] for span in spans],
        volume=[_known(days.volume[span], sum) for span in spans],
        vwap=None if days.vwap is None else [_average(days.vwap[span], days.volume[span]) for span in spans],
        trade_count=days.trade_count and [_known(days.trade_count[span], sum) for span in spans],
    )


def choose_bars(bars: Bars, limit: int, *, is_period: bool, is_whole: bool = True) -> Bars:
    """The last `limit` bars; of a period all of them, because figures of a part would mislead.

    `is_whole` says that `bars` are all there are. Raises `BadArgument` for a period with more than `limit`.
    """
    count = len(bars.timestamp)
    if is_period and count > limit:
        told = f"{count} bars" if is_whole else f"more than {limit} bars"
        advice = f"pass limit={count} or a shorter period" if is_whole else "pass a shorter period"
        raise BadArgument(
            f"the period has {told} of {bars.symbol}, and limit={limit}; {advice}",
            available=count if is_whole else None,
        )
    return bars.model_copy(update={name: column[-limit:] for name, column in _columns(bars)})


def tabulate(bars: Mapping[str, Bars], timeframe: Timeframe) -> BarsTable:
    """Bars of several symbols on the union of their times; null where a symbol has no bar."""
    times = sorted({time for each in bars.values() for time in each.timestamp})
    places = {time: place for place, time in enumerate(times)}

    def spread(symbol: str, column: Column) -> Column:
        spread_out: Column = [None] * len(times)
        for time, value in zip(bars[symbol].timestamp, column, strict=True):
            spread_out[places[time]] = value
        return spread_out

    return BarsTable(
        symbols=list(bars),
        timeframe=timeframe,
        timestamp=times,
        open={symbol: spread(symbol, each.open) for symbol, each in bars.items()},
        high={symbol: spread(symbol, each.high) for symbol, each in bars.items()},
        low={symbol: spread(symbol, each.low) for symbol, each in bars.items()},
        close={symbol: spread(symbol, each.close) for symbol, each in bars.items()},
        volume={symbol: spread(symbol, each.volume) for symbol, each in bars.items()},
    )


def _columns(bars: Bars) -> Iterator[tuple[str, list[object]]]:
    for name in type(bars).model_fields:
        value = getattr(bars, name)
        if isinstance(value, list):
            yield name, value


def _spans(days: Sequence[str], timeframe: Timeframe) -> Iterator[slice]:
    """Where each week or month begins and ends in `days`."""

    def period(place: int) -> tuple[int, ...]:
        day = date.fromisoformat(days[place])
        return day.isocalendar()[:2] if timeframe == "1Week" else (day.year, day.month)

    for _, places in groupby(range(len(days)), period):
        first, *rest = places
        yield slice(first, (rest[-1] if rest else first) + 1)


def _known(values: Column, figure: object) -> float | None:
    known = [value for value in values if value is not None]
    return float(figure(known)) if len(known) == len(values) else None  # type: ignore[operator]


def _average(prices: Column, weights: Column) -> float | None:
    """The mean of `prices` weighted by `weights`; null when one is unknown or all weights are 0."""
    pairs = [(price, weight) for price, weight in zip(prices, weights, strict=True) if price and weight]
    total = sum(weight for _, weight in pairs)
    is_known = len(pairs) == len(prices) and total > 0
    return sum(price * weight for price, weight in pairs) / total if is_known else None
