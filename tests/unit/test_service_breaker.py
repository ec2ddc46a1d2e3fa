"""The breaker that keeps callers from waiting for what does not answer, on a clock set by hand."""

from service.circuit_breaker import FAILURES_MAX, REST_SECONDS, CircuitBreaker
from tests.doubles.hand_clock import HandClock


def test_the_breaker_opens_after_failures_in_a_row_and_lets_one_call_try_after_its_rest() -> None:
    clock = HandClock()
    breaker = CircuitBreaker(clock)
    for _ in range(FAILURES_MAX - 1):
        breaker.note_failure()
    assert breaker.seconds_left() == 0
    breaker.note_failure()
    assert breaker.seconds_left() == REST_SECONDS
    clock.now += REST_SECONDS
    assert breaker.seconds_left() == 0
    breaker.note_failure()
    assert breaker.seconds_left() == REST_SECONDS


def test_an_answer_closes_the_breaker_and_clears_the_count() -> None:
    breaker = CircuitBreaker(HandClock())
    breaker.open()
    breaker.close()
    assert breaker.seconds_left() == 0
    for _ in range(FAILURES_MAX - 1):
        breaker.note_failure()
    assert breaker.seconds_left() == 0
