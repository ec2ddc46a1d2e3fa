"""What can go wrong in the execution server that is not a script's fate.

PlatformError (service.errors)
├── JailUnavailable      503: the operator must mend the jail; never shown to a model
├── Busy                 503: too many executions wait; the caller comes back later
├── UnknownExecution     404: nothing of that id runs here
└── ExecutionIdInUse     409: the caller chose an id that runs already
"""

from service.errors import PlatformError, Unavailable


class JailUnavailable(Unavailable):
    """The jail cannot run anything."""

    code = "JAIL_UNAVAILABLE"


class Busy(Unavailable):
    """The queue is full."""

    code = "EXECUTION_QUEUE_FULL"
    retry_after_seconds = 2


class UnknownExecution(PlatformError):
    """No execution of that id is under way."""

    code = "NOT_FOUND"
    status = 404


class ExecutionIdInUse(PlatformError):
    """An execution of that id is under way already."""

    code = "EXECUTION_ID_IN_USE"
    status = 409
