"""A cache in Redis, shared by every process that has the same key prefix. JSON only, never pickle."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import orjson
import structlog
from redis.asyncio import Redis

from schemas.health import PartHealth
from service.cache.cache import VALUE_BYTES_MAX, CacheCounts
from service.cache.memory_cache import encode
from service.redis_link import RedisLink, RedisUnavailable

log = structlog.get_logger()

Answer = TypeVar("Answer")
SCANNED_AT_ONCE = 500
NOTHING: tuple[int, list[bytes]] = (0, [])


class RedisCache:
    """Implements `Cache`. While Redis is away nothing is found and nothing is kept."""

    def __init__(self, link: RedisLink) -> None:
        self.counts = CacheCounts()
        self._link = link

    async def get(self, key: str) -> Any | None:
        """The value, or None."""
        body = await self._run(lambda client: client.get(self._link.prefix + key), None)
        value = None if body is None else self._decode(key, body)
        if value is None:
            self.counts.misses += 1
        else:
            self.counts.hits += 1
        return value

    async def put(self, key: str, value: Any, seconds: float) -> bool:
        """Keep `value` for `seconds`; whether it was kept."""
        body, milliseconds = encode(value), int(seconds * 1000)
        if body is None or milliseconds <= 0:
            return False
        if len(body) > VALUE_BYTES_MAX:
            self.counts.too_large += 1
            return False
        name = self._link.prefix + key
        was_kept = await self._run(lambda client: client.set(name, body, px=milliseconds), None)
        self.counts.stored += bool(was_kept)
        return bool(was_kept)

    async def forget(self, key: str) -> None:
        """Drop one value, if it is there."""
        await self._run(partial(_unlink, [self._link.prefix + key]), 0)

    async def forget_all(self, prefix: str) -> int:
        """Drop every value whose key begins with `prefix`; how many there were."""
        dropped = 0
        async for names in self._scan(prefix):
            dropped += await self._run(partial(_unlink, names), 0)
        return dropped

    async def count(self, prefix: str = "") -> int:
        """How many values are kept under keys that begin with `prefix`."""
        found = [name async for names in self._scan(prefix) for name in names]
        return len(set(found))

    async def check(self) -> PartHealth:
        """Asked now; `degraded` while Redis is away."""
        part = await self._link.check("cache", "Redis is away: nothing is remembered, answers take longer")
        return part.model_copy(update={"facts": {**part.facts, **vars(self.counts)}})

    def _decode(self, key: str, body: bytes | str) -> Any | None:
        """The value; None for what somebody else wrote under our key."""
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            self.counts.failures += 1
            log.warning("cache_value_unreadable", key=key)
            return None

    async def _scan(self, prefix: str) -> AsyncIterator[list[bytes]]:
        """The keys in portions; one may come twice, as Redis has it."""
        pattern = _literally(self._link.prefix + prefix) + "*"
        cursor = 0
        while True:
            cursor, names = await self._run(partial(_scan_once, cursor, pattern), NOTHING)
            if names:
                yield names
            if not cursor:
                return

    async def _run(self, command: Callable[[Redis], Awaitable[Answer]], otherwise: Answer) -> Answer:
        try:
            return await self._link.run(command)
        except RedisUnavailable:
            self.counts.failures += 1
            return otherwise


async def _unlink(names: Sequence[str | bytes], client: Redis) -> int:
    return int(await client.unlink(*names))


async def _scan_once(cursor: int, pattern: str, client: Redis) -> tuple[int, list[bytes]]:
    """The next cursor, 0 at the end, and some keys."""
    found: Any = await client.scan(cursor, match=pattern, count=SCANNED_AT_ONCE)
    return int(found[0]), found[1]


def _literally(text: str) -> str:
    """`text` as a pattern of Redis that matches it alone."""
    return "".join(f"\\{character}" if character in "*?[]^-\\" else character for character in text)
