"""Which symbols stand out today."""

from typing import Literal

from schemas.wire import Wire


class ActiveSymbol(Wire):
    """One row of the most-actives screen. `volume` is null where the vendor has none."""

    rank: int
    symbol: str
    volume: float | None
    price: float | None
    change_fraction: float | None
    trade_count: float | None = None


class MostActives(Wire):
    """The most active symbols, best first, and by what they were ranked."""

    ranked_by: str
    rows: list[ActiveSymbol]


class Mover(Wire):
    """One row of a movers screen."""

    rank: int
    symbol: str
    price: float | None
    change: float | None
    change_fraction: float | None


class Movers(Wire):
    """The symbols that rose and fell most since the close before, largest move first."""

    market: Literal["stocks", "crypto"]
    gainers: list[Mover]
    losers: list[Mover]
