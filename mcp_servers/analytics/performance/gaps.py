"""Gaps between a close and the next open."""

from mcp_servers.analytics.series import Values, check_length


def opening_gaps(opens: Values, closes: Values) -> Values:
    """open[t] / close[t-1] - 1 as fractions, one shorter than the prices.

    Both are 1-dimensional, finite, positive and of one length. Raises `TooShort` below 2 days.
    """
    check_length(opens, 2, "a gap")
    return opens[1:] / closes[:-1] - 1


def session_returns(opens: Values, closes: Values) -> Values:
    """close[t] / open[t] - 1 as fractions: a day after its open. Shapes as in `opening_gaps`."""
    return closes / opens - 1
