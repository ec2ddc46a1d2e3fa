"""What a cache does, whoever keeps it."""

from dataclasses import dataclass
from typing import Any, Protocol

from schemas.health import PartHealth

VALUE_BYTES_MAX = 16 * 1024 * 1024
"""A larger value is not kept: it would push out everything else, or hold up everybody's Redis."""


@dataclass
class CacheCounts:
    """What a cache was asked since the process started, and how it ended."""

    hits: int = 0
    misses: int = 0
    stored: int = 0
    too_large: int = 0
    failures: int = 0
    """Times that the store did not answer; each was a miss, or was not stored."""


class Cache(Protocol):
    """Values that are JSON under keys of text.

    Who gets a value has a copy of its own. Nothing here raises because the store is away: then nothing
    is found and nothing is kept, and `counts.failures` and `check` say so.
    """

    counts: CacheCounts

    async def get(self, key: str) -> Any | None:
        """The value, or None."""

    async def put(self, key: str, value: Any, seconds: float) -> bool:
        """Keep `value` for `seconds`; whether it was kept.

        It is not when it is None, no JSON, larger than `VALUE_BYTES_MAX`, or already over.
        """

    async def forget(self, key: str) -> None:
        """Drop one value, if it is there."""

    async def forget_all(self, prefix: str) -> int:
        """Drop every value whose key begins with `prefix`; how many there were."""

    async def count(self, prefix: str = "") -> int:
        """How many values are kept under keys that begin with `prefix`."""

    async def check(self) -> PartHealth:
        """How it is now."""
