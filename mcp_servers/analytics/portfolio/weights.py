"""Weights of a portfolio and their bounds, as callers give them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, TypeAlias

import numpy as np
from pydantic import Field, Tag

from mcp_servers.analytics.arguments import SYMBOLS_MAX
from mcp_servers.analytics.series import Values
from mcp_servers.problems import BadArgument

SUM_TOLERANCE = 1e-6
BOUND_TOLERANCE = 1e-9

Weight = Annotated[float, Field(ge=-10, le=10, allow_inf_nan=False)]
Pair = Annotated[list[Weight], Field(min_length=2, max_length=2)]
WeightsBySymbol = Annotated[dict[str, Weight], Field(min_length=1, max_length=SYMBOLS_MAX), Tag("object")]
Weights = Annotated[
    Annotated[list[Weight], Field(min_length=1, max_length=SYMBOLS_MAX), Tag("list")] | WeightsBySymbol,
    Field(description="Share of each asset, summing to 1: in the order of the assets, or by symbol."),
]
PositionValue = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
PositionValues = Annotated[
    Annotated[list[PositionValue], Field(min_length=1, max_length=1000), Tag("list")]
    | Annotated[dict[str, PositionValue], Field(min_length=1, max_length=1000), Tag("object")],
    Field(description="Weights, or values of positions in one currency; a list, or by symbol."),
]
BoundsArgument = Annotated[
    Annotated[Pair, Tag("pair")]
    | Annotated[list[Pair], Field(min_length=2, max_length=SYMBOLS_MAX), Tag("list")]
    | Annotated[dict[str, Pair], Field(max_length=SYMBOLS_MAX), Tag("object")],
    Field(
        description="Least and largest weight: [0, 0.3] for all, a pair per asset in their order, or pairs "
        "by symbol (others [0, 1]). A negative least weight allows selling short."
    ),
]
Limits: TypeAlias = tuple[Values, Values]
"""Least and largest weight of each asset, both of shape (assets,)."""


def read_weights(given: Sequence[float] | Mapping[str, float], symbols: Sequence[str]) -> Values:
    """One weight per symbol, in their order.

    Raises `BadArgument` when symbols are missing or unknown, or when the weights do not sum to 1.
    """
    if isinstance(given, Mapping):
        _check_symbols(given, symbols, "weights")
        missing = [symbol for symbol in symbols if symbol not in given]
        if missing:
            raise BadArgument(
                f"weights lack {', '.join(missing)}; give 0 to what is not held", missing=missing
            )
        given = [given[symbol] for symbol in symbols]
    if len(given) != len(symbols):
        raise BadArgument(
            f"there are {len(given)} weights for {len(symbols)} assets; give one weight to each",
            weights=len(given),
            assets=len(symbols),
        )
    total = float(np.sum(given))
    if abs(total - 1) > SUM_TOLERANCE:
        raise BadArgument(
            f"the weights sum to {total:g}, not to 1; divide each by their sum, or give the rest to cash",
            sum=total,
        )
    return np.array(given, dtype=np.float64)


def read_bounds(
    given: Sequence[float] | Sequence[Sequence[float]] | Mapping[str, Sequence[float]], symbols: Sequence[str]
) -> Limits:
    """Least and largest weight per symbol.

    Raises `BadArgument` when pairs are missing, turned round, for unknown symbols, or leave no portfolio.
    """
    if isinstance(given, Mapping):
        _check_symbols(given, symbols, "bounds")
        given = [given.get(symbol, (0.0, 1.0)) for symbol in symbols]
    pairs = np.array(given, dtype=np.float64)
    if pairs.ndim == 1:
        pairs = np.tile(pairs, (len(symbols), 1))
    if len(pairs) != len(symbols):
        raise BadArgument(
            f"there are {len(pairs)} pairs of bounds for {len(symbols)} assets; give one pair, or one to each"
        )
    least, largest = pairs.T
    if (least > largest).any():
        raise BadArgument("a least weight is above its largest; give bounds as [least, largest]")
    _check_room(float(least.sum()), float(largest.sum()))
    return least, largest


def _check_room(least: float, largest: float) -> None:
    if least > 1 + BOUND_TOLERANCE:
        raise BadArgument(f"the least weights sum to {least:g}, more than 1; lower them", least_sum=least)
    if largest < 1 - BOUND_TOLERANCE:
        raise BadArgument(
            f"the largest weights sum to {largest:g}, less than 1; raise them", largest_sum=largest
        )


def _check_symbols(given: Mapping[str, object], symbols: Sequence[str], what: str) -> None:
    unknown = [symbol for symbol in given if symbol not in symbols]
    if unknown:
        raise BadArgument(
            f"{what} name {', '.join(unknown)}, which is not among {', '.join(symbols)}; use these names",
            unknown=unknown,
        )
