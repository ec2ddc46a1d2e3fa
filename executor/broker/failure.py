"""Why a tool call failed, as a value that travels to the script."""

from typing import Any

from schemas.errors import ErrorDetail


class ToolFailure(Exception):
    """The tool, its arguments or its server could not answer. The script sees it as `ToolError`."""

    def __init__(self, code: str, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.detail = ErrorDetail(code=code, message=message, details=details or {})


class ConnectionLost(Exception):
    """The server went away during a call; the call may be made again once it is back."""
