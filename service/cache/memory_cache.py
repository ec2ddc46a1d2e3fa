"""A cache in this process: what was used last, up to a number of bytes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from cachetools import TLRUCache

from schemas.health import PartHealth
from service.cache.cache import VALUE_BYTES_MAX, CacheCounts

KEPT_BYTES_MAX = 64 * 1024 * 1024
ENTRY_BYTES = 300
"""What an entry takes beside its key and its JSON, so that many tiny ones are bounded too."""


@dataclass(frozen=True)
class Kept:
    """A value as JSON, and how long it was to be kept."""

    body: bytes
    seconds: float


class MemoryCache:
    """Implements `Cache`. Values are held as JSON, so nobody changes what another one gets."""

    def __init__(self, bytes_max: int = KEPT_BYTES_MAX, clock: Callable[[], float] = time.monotonic) -> None:
        self.counts = CacheCounts()
        self._value_bytes_max = min(bytes_max - ENTRY_BYTES, VALUE_BYTES_MAX)
        self._kept: TLRUCache[str, Kept] = TLRUCache(
            bytes_max,
            ttu=lambda _, kept, now: now + kept.seconds,
            timer=clock,
            getsizeof=lambda kept: len(kept.body) + ENTRY_BYTES,
        )

    async def get(self, key: str) -> Any | None:
        """The value, or None."""
        kept = self._kept.get(key)
        if kept is None:
            self.counts.misses += 1
            return None
        self.counts.hits += 1
        return orjson.loads(kept.body)

    async def put(self, key: str, value: Any, seconds: float) -> bool:
        """Keep `value` for `seconds`; whether it was kept."""
        body = encode(value)
        if body is None or seconds <= 0:
            return False
        if len(body) > self._value_bytes_max:
            self.counts.too_large += 1
            return False
        self._kept[key] = Kept(body, seconds)
        self.counts.stored += 1
        return True

    async def forget(self, key: str) -> None:
        """Drop one value, if it is there."""
        self._kept.pop(key, None)

    async def forget_all(self, prefix: str) -> int:
        """Drop every value whose key begins with `prefix`; how many there were."""
        found = self._find(prefix)
        for key in found:
            self._kept.pop(key, None)
        return len(found)

    async def count(self, prefix: str = "") -> int:
        """How many values are kept under keys that begin with `prefix`."""
        return len(self._find(prefix))

    async def check(self) -> PartHealth:
        """It is always there."""
        facts = {"backend": "memory", "bytes": self._kept.currsize, **vars(self.counts)}
        return PartHealth(name="cache", status="up", facts=facts)

    def _find(self, prefix: str) -> list[str]:
        self._kept.expire()
        return [key for key in self._kept if key.startswith(prefix)]


def encode(value: Any) -> bytes | None:
    """`value` as JSON; None when it is nothing, or no JSON."""
    if value is None:
        return None
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return None
