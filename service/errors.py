"""The root of the error trees, and the one place where an error becomes an HTTP reply.

PlatformError            a failure with a code, an HTTP status and the next step
├── BadRequest           the caller must change the request (4xx)
└── Unavailable          the operator must mend something, or the caller waits (503)
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from schemas.errors import ErrorDetail, ErrorResponse

log = structlog.get_logger()


class PlatformError(Exception):
    """Something that stops a request. `suggestions` say what to do next, best first."""

    code = "INTERNAL_ERROR"
    status = 500
    retry_after_seconds: int | None = None
    reply_headers: ClassVar[Mapping[str, str]] = {}

    def __init__(self, message: str, *, suggestions: tuple[str, ...] = (), **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.suggestions = suggestions
        self.details = details


class BadRequest(PlatformError):
    """The caller can mend it."""

    code = "INVALID_REQUEST"
    status = 422


class Unavailable(PlatformError):
    """A part that is needed does not work now."""

    code = "SERVICE_UNAVAILABLE"
    status = 503


HTTP_CODES = {
    400: "INVALID_REQUEST",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    408: "REQUEST_TIMEOUT",
    413: "REQUEST_TOO_LARGE",
}
NEXT_STEPS = {
    404: "GET /openapi.json lists every address.",
    405: "GET /openapi.json lists every address.",
    408: "Send it again, faster.",
    413: "Send less at once.",
}


def error_response(request: Request, error: PlatformError) -> JSONResponse:
    """The reply for `error`, in the one shape."""
    detail = ErrorDetail(code=error.code, message=error.message, details=error.details)
    body = ErrorResponse(
        error=detail, recovery_suggestions=list(error.suggestions), request_id=_request_id(request)
    )
    headers = dict(error.reply_headers)
    if error.retry_after_seconds:
        headers["Retry-After"] = str(error.retry_after_seconds)
    return JSONResponse(body.model_dump(mode="json"), status_code=error.status, headers=headers)


def _request_id(request: Request) -> str:
    return getattr(request.state, "request_id", "req_unknown")


async def _answer_platform_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, PlatformError)
    if error.status >= 500:
        log.error("request_failed", code=error.code, message=error.message, path=request.url.path)
    return error_response(request, error)


async def _answer_invalid_body(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields = [
        {
            "field": ".".join(str(part) for part in item["loc"][1:]),
            "message": item["msg"],
            "type": item["type"],
        }
        for item in error.errors()
    ]
    if any(item["type"] == "json_invalid" for item in error.errors()):
        bad = BadRequest("the body is not JSON", suggestions=("Send a JSON object.",), fields=fields)
        bad.code = "INVALID_JSON"
    else:
        named = ", ".join(dict.fromkeys(field["field"] or "body" for field in fields))
        bad = BadRequest(
            f"not accepted: {named}", suggestions=("Correct the named fields and send again.",), fields=fields
        )
    return error_response(request, bad)


async def _answer_http_exception(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    plain = PlatformError(
        f"{request.method} {request.url.path}: {error.detail}",
        suggestions=(NEXT_STEPS[error.status_code],) if error.status_code in NEXT_STEPS else (),
    )
    plain.status, plain.code = error.status_code, HTTP_CODES.get(error.status_code, "HTTP_ERROR")
    reply = error_response(request, plain)
    reply.headers.update(error.headers or {})
    return reply


async def _answer_crash(request: Request, error: Exception) -> JSONResponse:
    # Runs outside `service.http.RequestIds`, so the id is put into the log line and the reply here.
    request_id = _request_id(request)
    log.exception("unexpected_error", path=request.url.path, request_id=request_id, exc_info=error)
    plain = PlatformError(
        "something failed inside the server",
        suggestions=("Try again; if it stays, see the server's log for the request id.",),
    )
    reply = error_response(request, plain)
    reply.headers.update({"X-Request-ID": request_id, **getattr(request.app.state, "reply_headers", {})})
    return reply


def install_error_handlers(app: FastAPI) -> None:
    """Give `app` the one error shape, 404, 422 and crashes included."""
    app.add_exception_handler(PlatformError, _answer_platform_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid_body)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    app.add_exception_handler(Exception, _answer_crash)
