"""One Redis as a process of ours sees it: quick to give up on, and used again as soon as it is back."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar
from urllib.parse import urlsplit

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from schemas.health import PartHealth
from service.circuit_breaker import CircuitBreaker

log = structlog.get_logger()

Answer = TypeVar("Answer")
COMMAND_SECONDS_MAX = 1.0
"""A Redis that is slower than this is slower than doing without it."""
REST_SECONDS = 1.0
"""How long nobody waits for a Redis that failed; also how soon one that is back is used again."""
CONNECTIONS_MAX = 32


class RedisUnavailable(Exception):
    """Redis does not answer now; do without it."""


class RedisLink:
    """A pool of connections behind a breaker. `close` ends it."""

    def __init__(self, url: str, key_prefix: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.prefix = key_prefix
        # One repetition at once: a connection that was idle while Redis restarted fails once.
        pool = BlockingConnectionPool.from_url(
            url,
            socket_timeout=COMMAND_SECONDS_MAX,
            socket_connect_timeout=COMMAND_SECONDS_MAX,
            retry=Retry(NoBackoff(), 1),
            max_connections=CONNECTIONS_MAX,
            timeout=COMMAND_SECONDS_MAX,
        )
        self.url = url
        self.client: Redis = Redis.from_pool(pool)
        parts = urlsplit(url)
        self._shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        self._breaker = CircuitBreaker(1, REST_SECONDS, clock)
        self._is_down = False

    @property
    def is_down(self) -> bool:
        """Whether the last command failed."""
        return self._is_down

    async def close(self) -> None:
        """Close every connection."""
        with suppress(RedisError, OSError):
            await self.client.aclose()

    async def run(self, command: Callable[[Redis], Awaitable[Answer]]) -> Answer:
        """What `command` gives. Raises `RedisUnavailable`, at once while the breaker is open."""
        if self._breaker.wait_seconds:
            raise RedisUnavailable("Redis did not answer a moment ago")
        try:
            async with asyncio.timeout(COMMAND_SECONDS_MAX):
                answer = await command(self.client)
        except (RedisError, OSError, TimeoutError) as error:
            self.note_failure(error)
            raise RedisUnavailable(f"{type(error).__name__}: {error}") from error
        self._note_answer()
        return answer

    def note_failure(self, error: BaseException) -> None:
        """Redis did not answer somebody who uses `client` directly; nobody waits for it for a while."""
        self._breaker.record_failure()
        if not self._is_down:
            self._is_down = True
            log.warning("redis_lost", redis=self._shown, error=type(error).__name__)

    def _note_answer(self) -> None:
        self._breaker.record_success()
        if self._is_down:
            self._is_down = False
            log.info("redis_back", redis=self._shown)

    async def check(self, name: str, without: str) -> PartHealth:
        """How it is now; `without` says what is missing while it is away."""
        started = time.perf_counter()
        facts = {"backend": "redis", "address": self._shown}
        try:
            await self.run(_ping)
        except RedisUnavailable as error:
            return PartHealth(name=name, status="degraded", detail=f"{without} ({error})", facts=facts)
        latency_ms = round((time.perf_counter() - started) * 1000, 2)
        return PartHealth(name=name, status="up", facts={**facts, "latency_ms": latency_ms})


async def _ping(client: Redis) -> None:
    await client.ping()
