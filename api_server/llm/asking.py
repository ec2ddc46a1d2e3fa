"""One request to a model and its whole answer: silence ends it, and what may pass is tried again."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_random, wait_random_exponential

from api_server.errors import AnswerTruncated, ProviderFailed, ProviderTimeout
from api_server.llm.failures import unavailable
from api_server.llm.shown_script import ShownScript
from api_server.llm.vendor import Ending, EndReason, ModelRequest, Vendor

log = structlog.get_logger()

ANSWER_LENGTH_MAX = 1_000_000


@dataclass(frozen=True)
class AskLimits:
    """What one script may cost. `silence_seconds` is None when nobody else could be asked instead."""

    total_seconds: float = 60.0
    silence_seconds: float | None = None
    attempts_max: int = 4
    backoff_seconds: float = 0.5
    backoff_seconds_max: float = 8.0
    wait_seconds_max: float = 20.0
    """A provider that says to wait longer is not waited for."""
    failures_max: int = 4
    recovery_seconds: float = 30.0


@dataclass(frozen=True)
class Answer:
    """A whole answer, as the model gave it."""

    text: str
    ending: Ending


async def ask(vendor: Vendor, request: ModelRequest, shown: ShownScript, limits: AskLimits) -> Answer:
    """The answer, truncated ones excepted. Raises `ProviderFailed` and `UnknownModel`."""
    answer: Answer = await _retrying(vendor, limits)(_ask_once, vendor, request, shown, limits)
    if answer.ending.reason is EndReason.TRUNCATED:
        raise truncated(vendor)
    return answer


async def _ask_once(vendor: Vendor, request: ModelRequest, shown: ShownScript, limits: AskLimits) -> Answer:
    await shown.take_back()
    text: list[str] = []
    length = 0
    try:
        async with (
            asyncio.timeout(limits.silence_seconds) as guard,
            aclosing(vendor.answer(request)) as pieces,
        ):
            async for piece in pieces:
                if isinstance(piece, Ending):
                    return Answer("".join(text), piece)
                _put_off(guard, limits.silence_seconds)
                text.append(piece)
                length += len(piece)
                if length > ANSWER_LENGTH_MAX:
                    raise truncated(vendor)
                await shown.add(piece)
    except TimeoutError as error:
        raise timed_out(vendor, limits.silence_seconds or 0, "said nothing for") from error
    raise unavailable(vendor.account, "broke off its answer")


def _put_off(guard: asyncio.Timeout, silence_seconds: float | None) -> None:
    if silence_seconds is not None:
        guard.reschedule(asyncio.get_running_loop().time() + silence_seconds)


def _retrying(vendor: Vendor, limits: AskLimits) -> AsyncRetrying:
    backoff = wait_random_exponential(limits.backoff_seconds, limits.backoff_seconds_max)
    jitter = wait_random(0, limits.backoff_seconds)

    def is_worth_it(error: BaseException) -> bool:
        if not (isinstance(error, ProviderFailed) and error.is_repeatable):
            return False
        return error.wait_seconds is None or error.wait_seconds <= limits.wait_seconds_max

    def wait_seconds(state: RetryCallState) -> float:
        asked = _asked_wait(state)
        return backoff(state) if asked is None else asked + jitter(state)

    def note(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        log.info(
            "model_asked_again", provider=vendor.account.name, attempt=state.attempt_number, why=str(error)
        )

    return AsyncRetrying(
        retry=retry_if_exception(is_worth_it),
        stop=stop_after_attempt(limits.attempts_max),
        wait=wait_seconds,
        before_sleep=note,
        reraise=True,
    )


def _asked_wait(state: RetryCallState) -> float | None:
    error = state.outcome.exception() if state.outcome else None
    return error.wait_seconds if isinstance(error, ProviderFailed) else None


def timed_out(vendor: Vendor, seconds: float, what: str) -> ProviderTimeout:
    """The model did not write a script in time."""
    return ProviderTimeout(
        f"{vendor.account.name} {what} {seconds:g} seconds",
        suggestions=("Ask again, or name another model.", "Raise LLM_TIMEOUT_SECONDS."),
    )


def truncated(vendor: Vendor) -> AnswerTruncated:
    """The answer was cut at the limit."""
    return AnswerTruncated(
        f"the answer of {vendor.account.name} was longer than it may be",
        suggestions=("Ask for less at a time.", "Raise LLM_MAX_OUTPUT_TOKENS."),
    )
