"""Tools: several prices together."""

from itertools import combinations
from typing import Annotated

from pydantic import Field

from mcp_servers.analytics.answers import without_nan
from mcp_servers.analytics.matching import match
from mcp_servers.analytics.portfolio.correlation import correlation_matrix
from mcp_servers.analytics.series import Prices, read_series
from schemas.analytics.portfolio import CorrelationMatrix, CorrelationPair


def calculate_correlation_matrix(
    price_series: Annotated[
        dict[str, Prices], Field(min_length=2, max_length=50, description="Prices by symbol.")
    ],
) -> CorrelationMatrix:
    """Correlations between the simple returns of several prices.

    Prices with dates are matched by date; lists must have the same length.
    """
    symbols = list(price_series)
    prices = match([read_series(given) for given in price_series.values()]).values
    matrix = [without_nan(row) for row in correlation_matrix(prices)]
    still = [symbol for position, symbol in enumerate(symbols) if matrix[position][position] is None]
    pairs = [
        CorrelationPair(first=symbols[row], second=symbols[column], correlation=matrix[row][column])
        for row, column in combinations(range(len(symbols)), 2)
    ]
    return CorrelationMatrix(
        symbols=symbols,
        matrix=matrix,
        pairs=sorted(pairs, key=_by_correlation),
        observations=len(prices) - 1,
        reason=f"the returns of {', '.join(still)} do not vary" if still else None,
    )


PORTFOLIO_TOOLS = (calculate_correlation_matrix,)


def _by_correlation(pair: CorrelationPair) -> tuple[bool, float]:
    return pair.correlation is None, -(pair.correlation or 0.0)
