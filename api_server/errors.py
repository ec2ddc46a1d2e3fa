"""What stops a question.

PlatformError (service.errors)
├── EmptyQuestion          422: the person asks something
├── CannotAnswer           422: the person asks something else; nearest question given
├── UnknownModel           422: the caller names another model
├── ScriptRejected         422: the provider's script did not pass the checks
├── ProviderTimeout        504: the provider took too long; try again or another model
├── ExecutorUnavailable    503: the operator starts the execution server
├── Unauthenticated        401: the caller sends a valid token or key
├── Forbidden              403: an administrator must do it
├── SessionNotFound        404: the caller names one of their own sessions
├── ExecutionNotFound      404: the caller names one of their own executions
├── RequestIdTaken         409: the caller takes a fresh request id
├── DatabaseUnavailable    503: the operator starts the database, or the caller waits
└── SchemaMismatch         503: the operator runs `qna migrate`
"""

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


class ProviderTimeout(PlatformError):
    """The model did not write a script in time."""

    code = "LLM_TIMEOUT"
    status = 504


class ExecutorUnavailable(Unavailable):
    """The execution server does not answer."""

    code = "EXECUTION_SERVER_UNAVAILABLE"


class Unauthenticated(BadRequest):
    """Nobody we know sent this."""

    code = "UNAUTHENTICATED"
    status = 401


class Forbidden(BadRequest):
    """The caller is known and may not do this."""

    code = "FORBIDDEN"
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


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached, or did not answer in time."""

    code = "DATABASE_UNAVAILABLE"
    retry_after_seconds = 2


class SchemaMismatch(Unavailable):
    """The tables are not those this version works with."""

    code = "SCHEMA_MISMATCH"
