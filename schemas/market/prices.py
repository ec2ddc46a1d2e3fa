"""Bars and snapshots of stocks and crypto pairs."""

from typing import Literal

from schemas.wire import Wire

Timeframe = Literal["1Min", "5Min", "15Min", "30Min", "1Hour", "4Hour", "1Day", "1Week", "1Month"]
Adjustment = Literal["raw", "split", "dividend", "all"]
Feed = Literal["iex", "sip", "delayed_sip", "otc", "boats", "overnight"]

Column = list[float | None]


class Bars(Wire):
    """Bars as columns of the same length, oldest first. Null where the vendor has no value."""

    symbol: str
    timeframe: Timeframe
    timestamp: list[str]
    """ISO 8601: a date for daily bars and longer, otherwise the bar's first second in UTC.

    A week or month has the date of the last trading day in it.
    """
    open: Column
    high: Column
    low: Column
    close: Column
    volume: Column
    vwap: Column | None = None
    """Volume-weighted average price; None when the vendor has none at all."""
    trade_count: Column | None = None


class BarsBySymbol(Wire):
    """Bars of each symbol asked for, by its canonical spelling, in the order asked for."""

    bars: dict[str, Bars]


class BarsTable(Wire):
    """Bars of several symbols on one time axis: each of `open` to `volume` has a column per symbol.

    Null where a symbol has no bar at a time that another one has, or the vendor has no value.
    """

    symbols: list[str]
    timeframe: Timeframe
    timestamp: list[str]
    """As in `Bars`, oldest first, each time once."""
    open: dict[str, Column]
    high: dict[str, Column]
    low: dict[str, Column]
    close: dict[str, Column]
    volume: dict[str, Column]


class Snapshot(Wire):
    """The latest known state of one symbol. Changes are fractions of the previous close."""

    symbol: str
    price: float | None
    previous_close: float | None
    change: float | None
    change_fraction: float | None
    open: float | None = None
    high: float | None = None
    low: float | None = None
    volume: float | None = None
    bid: float | None = None
    ask: float | None = None
    as_of: str


class Snapshots(Wire):
    """Snapshots in the order asked for."""

    snapshots: list[Snapshot]
