"""Parts of answers that several performance tools share."""

from mcp_servers.analytics.series import Series
from schemas.analytics.performance import DatedReturn


def dated_return(returns: Series, position: int) -> DatedReturn:
    """One return with its place and date."""
    return DatedReturn(position=position, value=returns.values[position], date=returns.date_at(position))
