"""Returns of prices, and what they add up to."""

from dataclasses import dataclass

import numpy as np

from mcp_servers.analytics.series import Values, check_length


@dataclass(frozen=True)
class PeriodReturn:
    """What a calendar month or year returned, as a fraction; `periods` is how many returns it is made of."""

    period: str
    total: float
    periods: int


def log_returns(prices: Values) -> Values:
    """ln(p[t] / p[t-1]), one shorter than `prices`, which are 1-dimensional, finite and positive."""
    return np.diff(np.log(prices))


def growth_per_year(prices: Values, periods_per_year: int) -> float | None:
    """Compound annual growth rate (p[n] / p[0]) ** (periods_per_year / n) - 1, as a fraction.

    None when it is too large for a float. `prices` is 1-dimensional, finite and positive. Raises `TooShort`
    below 2 prices.
    """
    check_length(prices, 2, "an annual growth rate")
    exponent = np.log(prices[-1] / prices[0]) * periods_per_year / (len(prices) - 1)
    return None if exponent > np.log(np.finfo(float).max) else float(np.expm1(exponent))


def calendar_returns(returns: Values, dates: list[str], digits: int) -> list[PeriodReturn]:
    """Compounded returns of each calendar period, oldest first.

    A period is told by the first `digits` of its ISO dates: 4 for years, 7 for months. `returns` is
    1-dimensional, finite and in order of `dates`, which has one per return. The first and last may be part
    of a period.
    """
    periods = np.array([day[:digits] for day in dates])
    names, starts, counts = np.unique(periods, return_index=True, return_counts=True)
    totals = np.multiply.reduceat(1 + returns, starts) - 1 if len(returns) else returns
    return [
        PeriodReturn(str(name), float(total), int(count))
        for name, total, count in zip(names, totals, counts, strict=True)
    ]
