"""What stops a question.

PlatformError (service.errors)
├── EmptyQuestion          422: the person asks something
├── CannotAnswer           422: the person asks something else; nearest question given
├── UnknownModel           422: the caller names another model
├── ScriptRejected         422: the provider's script did not pass the checks
├── InvalidParameters      422: the caller corrects the named parameters
├── BadExport              422: the file was changed, or is of a version that cannot be read
├── NotReplayable          409: there is no exact recording; run it again on live data
├── ProviderTimeout        504: the provider took too long; try again or another model
└── ExecutorUnavailable    503: the operator starts the execution server
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


class InvalidParameters(BadRequest):
    """Parameters do not fit the script's schema; `fields` names them."""

    code = "INVALID_PARAMETERS"


class BadExport(BadRequest):
    """A file that is no export of ours, or no longer."""

    code = "BAD_EXPORT"


class NotReplayable(BadRequest):
    """What was recorded is not enough to run it again exactly."""

    code = "NOT_REPLAYABLE"
    status = 409


class ProviderTimeout(PlatformError):
    """The model did not write a script in time."""

    code = "LLM_TIMEOUT"
    status = 504


class ExecutorUnavailable(Unavailable):
    """The execution server does not answer."""

    code = "EXECUTION_SERVER_UNAVAILABLE"
