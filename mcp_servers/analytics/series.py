"""Series of numbers as callers bring them: a list, or an object from date to value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, Tag

from mcp_servers.problems import TooShort

LENGTH_MAX = 100_000

Values: TypeAlias = NDArray[np.float64]
Number = TypeVar("Number")

Price = Annotated[float, Field(ge=1e-6, le=1e12, allow_inf_nan=False)]
"""The bounds keep every ratio and square of prices finite."""
Return = Annotated[float, Field(ge=-1, le=1e6, allow_inf_nan=False)]
"""A fraction: -0.02 is a loss of 2 %. Nobody loses more than -1, so percents by mistake are noticed."""

# The tags name the branch in a complaint about an argument.
ListOrDates = (
    Annotated[list[Number], Field(max_length=LENGTH_MAX), Tag("list")]
    | Annotated[dict[date, Number], Field(max_length=LENGTH_MAX), Tag("object")]
)
Prices = Annotated[
    ListOrDates[Price], Field(description="Prices, oldest first, or an object from date to price.")
]
Returns = Annotated[
    ListOrDates[Return],
    Field(description="Returns as fractions (0.01 is 1 %), oldest first, or an object from date to return."),
]


@dataclass(frozen=True)
class Series:
    """`values` is 1-dimensional, finite and in order of time; `dates` has the same length or is None."""

    values: Values
    dates: list[str] | None

    def date_at(self, position: int) -> str | None:
        """The ISO date of one value, when there are dates."""
        return None if self.dates is None else self.dates[position]


def read_series(given: Sequence[float] | Mapping[date, float]) -> Series:
    """An object is put in order of its dates; a list is taken to be in order."""
    if not isinstance(given, Mapping):
        return Series(np.array(given, dtype=np.float64), None)
    days = sorted(given)
    return Series(np.array([given[day] for day in days], dtype=np.float64), [day.isoformat() for day in days])


def check_length(values: Values, needed: int, what: str) -> None:
    """Raises `TooShort` unless there are at least `needed` values."""
    if len(values) < needed:
        raise TooShort(
            f"{what} needs at least {needed} values and got {len(values)}; pass more values",
            needed=needed,
            given=len(values),
        )


def simple_returns(prices: Values) -> Values:
    """p[t] / p[t-1] - 1 down the first axis, which gets one shorter. Prices are positive."""
    return prices[1:] / prices[:-1] - 1
