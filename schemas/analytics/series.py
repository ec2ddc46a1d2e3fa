"""Parts that several answers share."""

from pydantic import FiniteFloat

from schemas.wire import Wire


class PricePoint(Wire):
    """One price of a series. `position` counts from 0, in order of date when there are dates."""

    position: int
    price: FiniteFloat
    date: str | None = None
