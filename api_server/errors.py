"""What stops a question.

PlatformError (service.errors)
├── EmptyQuestion          422: the person asks something
├── CannotAnswer           422: the person asks something else; nearest question given
├── UnknownModel           422: the caller names another model
├── ScriptRejected         422: the provider's script did not pass the checks
├── BadExport              422: the file was changed, or is of a version that cannot be read
├── NotReplayable          409: there is no exact recording; run it again on live data
├── ExecutorUnavailable    503: the operator starts the execution server
│   └── ExecutorBusy         503: the caller waits as long as Retry-After says
├── Unauthenticated        401: the caller sends a valid token or key
│   └── SignInNeeded         401: the person gives the key or the token to their browser
├── Forbidden              403: an administrator must do it
├── ForeignPage            403: the person opens our own page
├── SessionNotFound        404: the caller names one of their own sessions
├── ExecutionNotFound      404: the caller names one of their own executions
├── BadConfirmation        422: the person says which question goes on, and how
├── RequestIdTaken         409: the caller takes a fresh request id
├── IdentityProviderUnavailable  503: the caller waits, the operator looks at JWKS_URL
├── DatabaseUnavailable    503: the operator starts the database, or the caller waits
├── SchemaMismatch         503: the operator runs `qna migrate`
├── InvalidParameters      422: the person corrects the named parameters
├── Cancelled              499: somebody stopped it
├── Interrupted            503: the server stopped, or whoever asked went away; ask again
├── TooManyRequests        429: the caller waits as long as Retry-After says
├── VectorsUnavailable     503: whoever asks goes on without similar texts
└── ProviderFailed         502: no script, through the provider's fault
    ├── ProviderTimeout          504: try again, or another model
    ├── ProviderUnavailable      503: it does not answer or is overloaded; try again
    ├── ProviderRateLimited      503: wait as long as it says
    ├── ProviderQuotaExhausted   503: the operator pays or raises the limit
    ├── ProviderKeyRefused       503: the operator corrects the variable that is named
    ├── RequestRejected          502: the operator names another model or shows it fewer tools
    ├── AnswerTruncated          502: the operator raises LLM_MAX_OUTPUT_TOKENS, or the person asks for less
    ├── AnswerUnusable           502: try again, or another model
    └── NotRecorded              503: the operator records the question
"""

from collections.abc import Mapping
from typing import ClassVar

from service.errors import BadRequest, PlatformError, Unavailable


class EmptyQuestion(BadRequest):
    """There is nothing in the question."""

    code = "EMPTY_QUESTION"


class CannotAnswer(BadRequest):
    """An honest refusal: what is missing is in the details."""

    code = "CANNOT_ANSWER"


class UnknownModel(BadRequest):
    """No provider has the model that was asked for."""

    code = "UNKNOWN_MODEL"


class ScriptRejected(BadRequest):
    """The script that was written must not run."""

    code = "SCRIPT_REJECTED"


class BadExport(BadRequest):
    """A file that is no export of ours, or no longer."""

    code = "BAD_EXPORT"


class NotReplayable(BadRequest):
    """What was recorded is not enough to run it again exactly."""

    code = "NOT_REPLAYABLE"
    status = 409


class ExecutorUnavailable(Unavailable):
    """The execution server does not answer."""

    code = "EXECUTION_SERVER_UNAVAILABLE"


class ExecutorBusy(ExecutorUnavailable):
    """As many scripts run and wait there as it takes."""

    code = "EXECUTION_QUEUE_FULL"
    retry_after_seconds = 2


class ProviderFailed(PlatformError):
    """A provider wrote no script, and neither the question nor the person is to blame."""

    code = "LLM_FAILED"
    status = 502
    is_repeatable: ClassVar[bool] = False
    """Whether the same request may succeed in a moment."""
    falls_back: ClassVar[bool] = True
    """Whether the next provider of `LLM_PROVIDER` is asked."""
    wait_seconds: float | None = None
    """How long the provider says to wait."""


class ProviderTimeout(ProviderFailed):
    """The model did not write a script in time."""

    code = "LLM_TIMEOUT"
    status = 504


class ProviderUnavailable(ProviderFailed):
    """The provider cannot be reached, is overloaded, or broke off its answer."""

    code = "LLM_UNAVAILABLE"
    status = 503
    is_repeatable = True


class ProviderRateLimited(ProviderFailed):
    """Too many requests or tokens for now; `retry_after_seconds` when the provider says how long."""

    code = "LLM_RATE_LIMITED"
    status = 503
    is_repeatable = True


class ProviderQuotaExhausted(ProviderFailed):
    """The account has no credit left."""

    code = "LLM_QUOTA_EXHAUSTED"
    status = 503


class ProviderKeyRefused(ProviderFailed):
    """The provider does not accept the key."""

    code = "LLM_KEY_REFUSED"
    status = 503


class RequestRejected(ProviderFailed):
    """The provider does not accept what we send; another one would get the same."""

    code = "LLM_REQUEST_REJECTED"
    falls_back = False


class AnswerTruncated(ProviderFailed):
    """The answer was longer than it may be."""

    code = "LLM_ANSWER_TRUNCATED"


class AnswerUnusable(ProviderFailed):
    """The model answered twice with neither a script nor what is missing for one."""

    code = "LLM_ANSWER_UNUSABLE"


class NotRecorded(ProviderFailed):
    """The recording has no answer, or no further one, to this question."""

    code = "LLM_NOT_RECORDED"
    status = 503
    falls_back = False


class Unauthenticated(BadRequest):
    """Nobody we know sent this."""

    code = "UNAUTHENTICATED"
    status = 401


class SignInNeeded(Unauthenticated):
    """The same of a page that a browser opens: it asks for the key or the token as a password."""

    reply_headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": 'Basic realm="qna-ai", charset="UTF-8"'}


class Forbidden(BadRequest):
    """The caller is known and may not do this."""

    code = "FORBIDDEN"
    status = 403


class ForeignPage(BadRequest):
    """A page of another origin sent it, or it names a host that is not ours."""

    code = "FOREIGN_PAGE"
    status = 403


class SessionNotFound(BadRequest):
    """The caller has no such session; somebody else's does not exist for them."""

    code = "SESSION_NOT_FOUND"
    status = 404


class ExecutionNotFound(BadRequest):
    """The caller has no such execution; somebody else's does not exist for them."""

    code = "EXECUTION_NOT_FOUND"
    status = 404


class RequestIdTaken(BadRequest):
    """The request id belongs to another request."""

    code = "REQUEST_ID_TAKEN"
    status = 409


class IdentityProviderUnavailable(Unavailable):
    """The keys that tokens are signed with are not known."""

    code = "IDENTITY_PROVIDER_UNAVAILABLE"
    retry_after_seconds = 5


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached, or did not answer in time."""

    code = "DATABASE_UNAVAILABLE"
    retry_after_seconds = 2


class SchemaMismatch(Unavailable):
    """The tables are not those this version works with."""

    code = "SCHEMA_MISMATCH"


class InvalidParameters(BadRequest):
    """The parameters do not fit the script's schema; `fields` in the details names each with its problem."""

    code = "INVALID_PARAMETERS"


class Cancelled(PlatformError):
    """A person stopped it before there was an answer."""

    code = "CANCELLED"
    status = 499


class Interrupted(Unavailable):
    """It ended before there was an answer, and nobody had said that it should."""

    code = "INTERRUPTED"


class VectorsUnavailable(Unavailable):
    """Nothing can be looked up by meaning now."""

    code = "VECTORS_UNAVAILABLE"


class BadConfirmation(BadRequest):
    """A confirmation that does not say what is confirmed."""

    code = "BAD_CONFIRMATION"


class TooManyRequests(PlatformError):
    """A user, or all of them, asked more than the limits allow."""

    code = "RATE_LIMITED"
    status = 429
