"""From values of numpy to what goes over the wire."""

import math

from mcp_servers.analytics.series import Series, Values
from schemas.analytics.series import PricePoint


def without_nan(values: Values) -> list[float | None]:
    """The same values, with null for NaN."""
    return [None if math.isnan(value) else value for value in values.tolist()]


def price_point(series: Series, position: int) -> PricePoint:
    """One price of `series` with its place and date."""
    return PricePoint(position=position, price=series.values[position], date=series.date_at(position))
