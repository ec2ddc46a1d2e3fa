"""Why a tool cannot answer: raised by the tool, sent in the `_meta` of an error result.

Problem              a code for programs, a message that ends with the next step, facts
├── BadArgument      the caller must change an argument
├── TooShort         the caller must pass more values
├── UnknownSymbol    the caller must ask for another symbol
├── NoData           the symbol is known, what was asked about it is not
└── ToolBroken       nobody but us can help: the tool has a fault
"""

from typing import Any

from schemas.market.envelope import ToolProblem


class Problem(Exception):
    """A question that a tool understands and cannot answer."""

    code = ""

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.wire = ToolProblem(code=self.code, message=message, details=details)


class BadArgument(Problem):
    """An argument is unknown, of the wrong form or out of bounds."""

    code = "bad_argument"


class TooShort(Problem):
    """A series has fewer values than the calculation needs."""

    code = "too_short"


class UnknownSymbol(Problem):
    """The vendor has no such symbol."""

    code = "unknown_symbol"


class NoData(Problem):
    """The vendor has nothing for this period or timeframe."""

    code = "no_data"


class ToolBroken(Problem):
    """The tool met an exception that it does not know."""

    code = "tool_failed"
