"""The circuit breaker on a clock that the test moves."""

from dataclasses import dataclass

import pytest

from service.circuit_breaker import CircuitBreaker


@dataclass
class Clock:
    """Seconds, moved by hand."""

    seconds: float = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> CircuitBreaker:
    return CircuitBreaker(failures_max=2, recovery_seconds=30, monotonic=clock)


def open_circuit(breaker: CircuitBreaker) -> None:
    """Two failures in a row."""
    for _ in range(2):
        assert breaker.begin()
        breaker.record_failure()


def test_it_opens_after_failures_in_a_row(breaker: CircuitBreaker) -> None:
    open_circuit(breaker)
    assert breaker.state == "open"
    assert breaker.wait_seconds == 30
    assert not breaker.begin()


def test_a_success_between_failures_counts(breaker: CircuitBreaker) -> None:
    for _ in range(5):
        breaker.record_failure()
        breaker.record_success()
    assert breaker.state == "closed"


def test_one_trial_alone_closes_it_again(breaker: CircuitBreaker, clock: Clock) -> None:
    open_circuit(breaker)
    clock.seconds += 30
    assert breaker.wait_seconds == 0
    assert breaker.begin()
    assert not breaker.begin(), "a second call must wait for the trial"
    breaker.record_success()
    assert breaker.state == "closed"
    assert breaker.begin()


def test_a_trial_that_fails_opens_it_for_as_long_again(breaker: CircuitBreaker, clock: Clock) -> None:
    open_circuit(breaker)
    clock.seconds += 31
    assert breaker.begin()
    breaker.record_failure()
    assert breaker.wait_seconds == 30


def test_a_trial_that_was_cancelled_does_not_block_for_ever(breaker: CircuitBreaker, clock: Clock) -> None:
    open_circuit(breaker)
    clock.seconds += 30
    assert breaker.begin()
    clock.seconds += 30
    assert breaker.begin()


def test_it_can_be_opened_at_once_and_one_failure_after_its_rest_opens_it_again(
    breaker: CircuitBreaker, clock: Clock
) -> None:
    breaker.open()
    assert breaker.wait_seconds == 30
    clock.seconds += 30
    assert breaker.wait_seconds == 0
    breaker.record_failure()
    assert breaker.wait_seconds == 30
    breaker.record_success()
    breaker.record_failure()
    assert breaker.state == "closed", "an answer clears the count"
