"""Keeps callers from waiting again and again for something that does not answer."""

import time
from collections.abc import Callable

FAILURES_MAX = 3
REST_SECONDS = 10.0


class CircuitBreaker:
    """Open after so many failures in a row, for a rest; after that one more opens it again."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        failures_max: int = FAILURES_MAX,
        rest_seconds: float = REST_SECONDS,
    ) -> None:
        self._clock = clock
        self._failures_max = failures_max
        self._rest_seconds = rest_seconds
        self._failures = 0
        self._open_until = 0.0

    def seconds_left(self) -> float:
        """How long calls are still refused; 0 when they may be made."""
        return max(0.0, self._open_until - self._clock())

    def note_failure(self) -> None:
        """A call got no answer."""
        self._failures += 1
        if self._failures >= self._failures_max:
            self.open()

    def open(self) -> None:
        """Refuse calls from now on."""
        self._failures = self._failures_max - 1
        self._open_until = self._clock() + self._rest_seconds

    def close(self) -> None:
        """It answers."""
        self._failures = 0
        self._open_until = 0.0
