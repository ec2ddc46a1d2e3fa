"""From columns of an indicator to its answer."""

from typing import TypeAlias

import numpy as np

from mcp_servers.analytics.answers import without_nan
from mcp_servers.analytics.series import Values
from schemas.analytics.indicators import Column, Indicator

Dates: TypeAlias = list[str] | None
STILL = "null where the prices do not move"
NO_RANGE = "null where the prices of the window have no range"


def indicator(values: Values, period: int | None, dates: Dates, reason: str | None = None) -> Indicator:
    """An answer of one column; it has the `reason` when values after the first `period` are NaN."""
    column = without_nan(values)
    return Indicator(
        period=period,
        values=column,
        latest=column[-1],
        dates=dates,
        reason=reason_for_gaps(values, period or 0, reason),
    )


def to_columns(**columns: Values) -> dict[str, Column]:
    """The same columns with null for NaN."""
    return {name: without_nan(values) for name, values in columns.items()}


def last_values(columns: dict[str, Column]) -> dict[str, float | None]:
    """The last value of each column."""
    return {name: column[-1] for name, column in columns.items()}


def reason_for_gaps(values: Values, first: int, reason: str | None) -> str | None:
    """`reason` when the last value, or any from `first` on, is NaN."""
    return reason if np.isnan(values[min(first, len(values) - 1) :]).any() else None
