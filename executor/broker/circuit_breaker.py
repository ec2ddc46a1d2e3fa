"""Keeps scripts from waiting again and again for a server that does not answer."""

import time
from collections.abc import Callable

FAILURES_MAX = 3
REST_SECONDS = 10.0


class CircuitBreaker:
    """Open after `FAILURES_MAX` failures in a row, for `REST_SECONDS`; after that one more opens it again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._open_until = 0.0

    def seconds_left(self) -> float:
        """How long calls are still refused; 0 when they may be made."""
        return max(0.0, self._open_until - self._clock())

    def note_failure(self) -> None:
        """A call got no answer."""
        self._failures += 1
        if self._failures >= FAILURES_MAX:
            self.open()

    def open(self) -> None:
        """Refuse calls from now on."""
        self._failures = FAILURES_MAX - 1
        self._open_until = self._clock() + REST_SECONDS

    def close(self) -> None:
        """The server answers."""
        self._failures = 0
        self._open_until = 0.0
