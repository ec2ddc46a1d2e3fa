"""How a command ends, and the errors that end it.

Failure                  printed with its next step; the command exits with its code
├── Misuse               the person must type or set something else
└── PlatformFailed       a part of ours does not work
    └── ServiceLost      a server was given up
        └── PortTaken    its port belongs to somebody else
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """The higher, the worse: of several questions the worst one counts."""

    DONE = 0
    SCRIPT_FAILED = 1
    MISUSE = 2
    CANNOT_ANSWER = 3
    PLATFORM_FAILED = 4


class Failure(Exception):
    """Ends a command. `next_step` says what to do or type now."""

    exit_code = ExitCode.PLATFORM_FAILED

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


class Misuse(Failure):
    """The command or the configuration is not usable as it was given."""

    exit_code = ExitCode.MISUSE


class PlatformFailed(Failure):
    """A part that the command needs does not work."""


class ServiceLost(PlatformFailed):
    """A server will not be started again."""


class PortTaken(ServiceLost):
    """Somebody else listens where a server of ours should."""
