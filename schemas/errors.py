"""The one shape of an error, whichever server sends it."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from schemas.wire import Wire, utc_now


class ErrorDetail(Wire):
    """What went wrong: `code` is for programs, `message` for people, `details` are facts."""

    code: str
    message: str
    details: dict[str, Any] = Field(default_factory=dict)


class ErrorResponse(Wire):
    """Every reply whose status is not 2xx has this body."""

    success: Literal[False] = False
    error: ErrorDetail
    recovery_suggestions: list[str] = Field(default_factory=list)
    timestamp: datetime = Field(default_factory=utc_now)
    request_id: str
