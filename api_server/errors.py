"""What stops a question.

PlatformError (service.errors)
├── EmptyQuestion          422: the person asks something
├── CannotAnswer           422: the person asks something else; nearest question given
├── UnknownModel           422: the caller names another model
├── ScriptRejected         422: the provider's script did not pass the checks
├── ProviderTimeout        504: the provider took too long; try again or another model
├── ExecutorUnavailable    503: the operator starts the execution server
└── VectorsUnavailable     503: whoever asks goes on without similar texts
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


class VectorsUnavailable(Unavailable):
    """Nothing can be looked up by meaning now."""

    code = "VECTORS_UNAVAILABLE"
