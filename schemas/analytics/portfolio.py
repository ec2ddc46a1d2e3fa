"""Answers of the portfolio tools."""

from pydantic import FiniteFloat

from schemas.wire import Wire


class CorrelationPair(Wire):
    """Two different symbols and their correlation."""

    first: str
    second: str
    correlation: FiniteFloat | None


class CorrelationMatrix(Wire):
    """Pearson correlations of simple returns, from -1 to 1; null where a price does not move."""

    symbols: list[str]
    matrix: list[list[FiniteFloat | None]]
    """One row and one column per symbol, in the order of `symbols`."""
    pairs: list[CorrelationPair]
    """Each pair once, the highest correlation first."""
    observations: int
    """How many returns each symbol contributed."""
    reason: str | None = None
