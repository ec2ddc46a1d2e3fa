"""Why a tool call failed, as a value that travels to the script."""

from typing import Any

from schemas.errors import ErrorDetail


class ToolFailure(Exception):
    """The tool, its arguments or its server could not answer. The script sees it as `ToolError`."""

    def __init__(self, code: str, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.detail = ErrorDetail(code=code, message=message, details=details or {})


class ConnectionLost(Exception):
    """The server went away during a call. `was_sent` is false when the call cannot have reached it."""

    def __init__(self, reason: str = "", *, was_sent: bool = True) -> None:
        super().__init__(reason)
        self.was_sent = was_sent


class CallTimedOut(Exception):
    """The server did not answer one call in time."""


class CallRefused(Exception):
    """The server answered a call with a protocol error, or with what is no answer."""

    code = "tool_failed"


class ArgumentsRefused(CallRefused):
    """Its protocol error says that the arguments are at fault, although they fit their schema."""

    code = "bad_argument"


class AnswerTooLarge(Exception):
    """The server's answer has more bytes than one may have."""


class NeedsAuthorization(Exception):
    """The server answered 401 or 403."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"HTTP {status}: the server wants authorization; put its token into `headers`")
