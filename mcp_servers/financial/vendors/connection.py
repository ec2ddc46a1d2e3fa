"""How every vendor on the network is called: GET only, paced, within a deadline, left alone when it is down.

Keys are added when a request leaves, and no URL is in any message: a key may be part of it.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx2
import orjson
from aiolimiter import AsyncLimiter
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_attempt,
    stop_before_delay,
    wait_random,
    wait_random_exponential,
)

from mcp_servers.financial.vendors.failures import (
    KeyRefused,
    NotInPlan,
    RateLimited,
    VendorFailed,
    VendorUnavailable,
)
from mcp_servers.financial.vendors.keys import Keys
from mcp_servers.financial.vendors.rate_limits import (
    DAY_SECONDS,
    read_rate_limit,
    read_retry_after,
    seconds_to_midnight,
)
from mcp_servers.problems import BadArgument
from schemas.health import PartHealth
from schemas.market.envelope import RateLimit
from service.circuit_breaker import CircuitBreaker

Parameters = Mapping[str, str | int]
Failed = TypeVar("Failed", bound=VendorFailed)

MESSAGE_LENGTH_MAX = 200
MINUTE_SECONDS = 60
CALL_ERRORS = (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError, RuntimeError)
"""Whatever calling may raise ends in `_attempt`: its stack holds the request, and that the key."""


@dataclass(frozen=True)
class CallLimits:
    """What one vendor may cost. `total_seconds` is the deadline of one request with all its attempts."""

    requests_per_minute: int
    total_seconds: float = 15.0
    attempt_seconds: float = 6.0
    attempts_max: int = 4
    backoff_seconds: float = 0.3
    backoff_seconds_max: float = 4.0
    failures_max: int = 5
    recovery_seconds: float = 30.0
    body_bytes_max: int = 64 * 1024 * 1024


@dataclass(frozen=True)
class Reply:
    """A JSON body as it came, and what the headers say of the allowance."""

    content: Any
    rate_limit: RateLimit | None


class NotFound(Exception):
    """HTTP 404: the vendor has nothing at this address. Its caller knows what that means."""


class Refused(BadArgument):
    """HTTP 400 and 422: the vendor does not accept an argument."""


class VendorConnection:
    """Calls one host of one vendor. Belongs to one event loop from the first call on."""

    def __init__(self, vendor: str, base_url: str, keys: Keys, limits: CallLimits) -> None:
        self.vendor = vendor
        self._keys = keys
        self._limits = limits
        self._client = httpx2.AsyncClient(
            base_url=base_url.rstrip("/"),
            auth=keys,
            timeout=limits.attempt_seconds,
            headers={"Accept": "application/json"},
        )
        self._pace = AsyncLimiter(limits.requests_per_minute, MINUTE_SECONDS)
        self._breaker = CircuitBreaker(limits.failures_max, limits.recovery_seconds, time.monotonic)
        self._blocked_until = 0.0
        self._rate_limit: RateLimit | None = None

    async def get(self, endpoint: str, parameters: Parameters | None = None) -> Reply:
        """The JSON at `endpoint`, a path below the base URL.

        Raises `NotFound`, `Refused` and every `VendorFailed`.
        """
        self._check_circuit(endpoint)
        await self._wait_for_turn(endpoint)
        try:
            reply = await self._ask(endpoint, parameters or {})
        except VendorUnavailable:
            self._breaker.record_failure()
            raise
        except (NotFound, Refused, VendorFailed):
            self._breaker.record_success()
            raise
        self._breaker.record_success()
        return reply

    async def _ask(self, endpoint: str, parameters: Parameters) -> Reply:
        try:
            async with asyncio.timeout(self._limits.total_seconds):
                reply: Reply = await self._retrying()(self._attempt, endpoint, parameters)
                return reply
        except TimeoutError:
            failure = f"no answer in {self._limits.total_seconds:g} s"
        raise self._unavailable(endpoint, failure)

    def check_health(self) -> PartHealth:
        """The circuit and the last known allowance; nobody is called."""
        facts: dict[str, Any] = {"vendor": self.vendor, "configured": True, "circuit": self._breaker.state}
        if self._rate_limit is not None:
            facts["rate_limit"] = self._rate_limit.model_dump(mode="json")
        is_up = self._breaker.state == "closed"
        detail = "" if is_up else f"did not answer; tried again in {self._breaker.wait_seconds:.0f} s"
        return PartHealth(name=self.vendor, status="up" if is_up else "down", detail=detail, facts=facts)

    async def close(self) -> None:
        """End its connections."""
        await self._client.aclose()

    def _retrying(self) -> AsyncRetrying:
        limits = self._limits
        backoff = wait_random_exponential(limits.backoff_seconds, limits.backoff_seconds_max)
        jitter = wait_random(0, limits.backoff_seconds)

        def wait_seconds(state: RetryCallState) -> float:
            asked = _retry_after_seconds(state)
            return backoff(state) if asked is None else asked + jitter(state)

        return AsyncRetrying(
            retry=retry_if_exception_type((VendorUnavailable, RateLimited)),
            stop=stop_after_attempt(limits.attempts_max) | stop_before_delay(limits.total_seconds),
            wait=wait_seconds,
            reraise=True,
        )

    def _check_circuit(self, endpoint: str) -> None:
        if not self._breaker.begin():
            wait = self._breaker.wait_seconds
            raise self._unavailable(endpoint, "it did not answer lately", retry_after_seconds=round(wait, 1))

    async def _wait_for_turn(self, endpoint: str) -> None:
        """Once for each request: attempts after the first are paced by their waits."""
        try:
            async with asyncio.timeout(self._limits.total_seconds):
                await self._pace.acquire()
        except TimeoutError:
            blocked = True
        else:
            blocked = False
        if blocked:
            raise self._rate_limited(endpoint, float(MINUTE_SECONDS))

    async def _attempt(self, endpoint: str, parameters: Parameters) -> Reply:
        blocked_seconds = self._blocked_until - time.time()
        if blocked_seconds > 0:
            raise self._rate_limited(endpoint, blocked_seconds)
        try:
            status, headers, body = await self._send(endpoint, parameters)
        except httpx2.TimeoutException:
            failure = f"no answer in {self._limits.attempt_seconds:g} s"
        except CALL_ERRORS as error:
            failure = type(error).__name__
        else:
            self._note_rate_limit(headers)
            return self._read(endpoint, status, headers, body)
        raise self._unavailable(endpoint, failure)

    async def _send(self, endpoint: str, parameters: Parameters) -> tuple[int, httpx2.Headers, bytes]:
        async with self._client.stream("GET", endpoint, params=dict(parameters)) as response:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self._limits.body_bytes_max:
                    raise self._unavailable(endpoint, f"more than {self._limits.body_bytes_max} bytes")
            return response.status_code, response.headers, bytes(body)

    def _read(self, endpoint: str, status: int, headers: httpx2.Headers, body: bytes) -> Reply:
        if status == 200:
            return Reply(self._parse(endpoint, headers, body), read_rate_limit(headers))
        if status == 404:
            raise NotFound(endpoint)
        if status in (400, 422):
            told = f"does not accept this ({self._reason(body)}); change the arguments"
            raise Refused(f"{self.vendor} {told}", vendor=self.vendor, endpoint=endpoint)
        if status == 401:
            raise self._failed(KeyRefused, endpoint, "does not accept the key; check it in the settings")
        if status == 403:
            told = f"does not allow this ({self._reason(body)}); the plan or the key has to allow it"
            raise self._failed(NotInPlan, endpoint, told)
        if status == 402:
            raise self._rate_limited(endpoint, seconds_to_midnight(time.time()))
        if status == 429:
            raise self._rate_limited(endpoint, read_retry_after(headers, time.time()))
        raise self._unavailable(endpoint, f"HTTP {status}")

    def _parse(self, endpoint: str, headers: httpx2.Headers, body: bytes) -> Any:
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            kind = headers.get("content-type", "something unnamed").split(";")[0]
            failure = f"an answer that is not JSON ({kind}, {len(body)} bytes)"
        raise self._unavailable(endpoint, failure)

    def _note_rate_limit(self, headers: httpx2.Headers) -> None:
        self._rate_limit = read_rate_limit(headers) or self._rate_limit
        limit = self._rate_limit
        if limit and limit.remaining == 0 and limit.reset_at:
            self._blocked_until = min(limit.reset_at.timestamp(), time.time() + DAY_SECONDS)

    def _reason(self, body: bytes) -> str:
        """What the vendor says is wrong, when it says so in JSON."""
        try:
            content = orjson.loads(body)
        except orjson.JSONDecodeError:
            content = None
        message = content.get("message") if isinstance(content, dict) else None
        text = message if isinstance(message, str) else "it gives no reason"
        return self._keys.redact(" ".join(text.split()))[:MESSAGE_LENGTH_MAX]

    def _unavailable(self, endpoint: str, failure: str, **facts: Any) -> VendorUnavailable:
        told = f"did not answer: {failure}; try again later"
        return self._failed(VendorUnavailable, endpoint, told, **facts)

    def _rate_limited(self, endpoint: str, wait_seconds: float | None) -> RateLimited:
        when = "later" if wait_seconds is None else f"in {wait_seconds:.0f} s"
        facts = {} if wait_seconds is None else {"retry_after_seconds": round(wait_seconds, 3)}
        return self._failed(RateLimited, endpoint, f"has no requests left for us; try again {when}", **facts)

    def _failed(self, problem: type[Failed], endpoint: str, told: str, **facts: Any) -> Failed:
        return problem(f"{self.vendor} {told}", vendor=self.vendor, endpoint=endpoint, **facts)


def _retry_after_seconds(state: RetryCallState) -> float | None:
    """How long the vendor wants us to wait, when that is why the attempt failed."""
    error = state.outcome.exception() if state.outcome else None
    return error.wire.details.get("retry_after_seconds") if isinstance(error, RateLimited) else None
