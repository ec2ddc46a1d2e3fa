"""A circuit breaker for the tasks of one event loop: whoever does not answer is left alone for a while.

Ours, because libraries for it count a cancelled call as a failure or let every call try a half-open circuit.
"""

from collections.abc import Callable
from typing import Literal

CircuitState = Literal["closed", "open", "half_open"]


class CircuitBreaker:
    """Opens after `failures_max` failures in a row; after `recovery_seconds` one trial decides.

    `monotonic` is a clock in seconds. A call that was cancelled is neither failure nor success.
    """

    def __init__(self, failures_max: int, recovery_seconds: float, monotonic: Callable[[], float]) -> None:
        self._failures_max = failures_max
        self._recovery_seconds = recovery_seconds
        self._monotonic = monotonic
        self._failures = 0
        self._opened_at: float | None = None
        self._trial_began_at: float | None = None

    @property
    def state(self) -> CircuitState:
        if self._opened_at is None:
            return "closed"
        return "open" if self.wait_seconds > 0 else "half_open"

    @property
    def wait_seconds(self) -> float:
        """Until the next call may be tried; 0 when it may be now.

        A trial that reports nothing, because it was cancelled, blocks no longer than an open circuit.
        """
        if self._opened_at is None:
            return 0.0
        since = max(self._opened_at, self._trial_began_at or self._opened_at)
        return max(0.0, since + self._recovery_seconds - self._monotonic())

    def begin(self) -> bool:
        """Whether a call may be made now; of a half-open circuit, only the first one."""
        if self.wait_seconds > 0:
            return False
        if self._opened_at is not None:
            self._trial_began_at = self._monotonic()
        return True

    def record_success(self) -> None:
        """It answered, if only to refuse."""
        self._failures = 0
        self._opened_at = self._trial_began_at = None

    def record_failure(self) -> None:
        """It did not answer."""
        self._failures += 1
        if self._failures >= self._failures_max:
            self.open()

    def open(self) -> None:
        """Refuse calls from now on; after the rest, one more failure opens it again."""
        self._failures = self._failures_max
        self._opened_at, self._trial_began_at = self._monotonic(), None
