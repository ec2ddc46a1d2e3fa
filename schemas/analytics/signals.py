"""Answers of the signal tools: what happened, oldest first, and how things stand now."""

from typing import Literal

from pydantic import FiniteFloat

from schemas.analytics.series import PricePoint
from schemas.wire import Wire


class SignalEvent(Wire):
    """Something that the prices up to and including `position` show, and none before did."""

    position: int
    """Counts from 0, in order of date when there are dates."""
    date: str | None
    kind: str
    price: FiniteFloat
    values: dict[str, FiniteFloat | None]
    """The indicator at this price; null for a line that has not begun."""


class Signals(Wire):
    """Events of one signal and its present state."""

    events: list[SignalEvent]
    state: str | None
    """Null while the signal has not made up its mind."""
    since: PricePoint | None
    """The price with which the present state began."""
    latest: dict[str, FiniteFloat | None]
    """The indicator at the last price."""
    observations: int
    reason: str | None = None


class PriceLevel(Wire):
    """A price at which the market turned, once or several times."""

    price: FiniteFloat
    """The mean of the turning points that make the level."""
    touches: int
    last_touch: PricePoint
    distance: FiniteFloat
    """From the last price to the level, as a fraction of the last price."""


class TurningPoint(Wire):
    """A local high or low. It could be known only at `confirmed`, when the prices after it were there."""

    position: int
    date: str | None
    kind: Literal["high", "low"]
    price: FiniteFloat
    confirmed: int


class SupportResistance(Wire):
    """Levels below (support) and above (resistance) the last price, the nearest first."""

    supports: list[PriceLevel]
    resistances: list[PriceLevel]
    events: list[TurningPoint]
    state: Literal["between levels", "above all levels", "below all levels"] | None
    latest: PricePoint
    observations: int
    """How many prices were looked at."""
    reason: str | None = None
