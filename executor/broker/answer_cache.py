"""Tools' answers, given again while they are true; where the tool allows it, also when its server is away."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from executor.broker.connection import Connection
from schemas.tools import Tool
from service.cache.cache import Cache
from service.lifetimes import answer_seconds, is_empty

PREFIX = "tool_answers:"
SECONDS_MAX = 86_400.0


@dataclass(frozen=True)
class AnswerKey:
    """What an answer belongs to: server, tool, arguments, and how the server is configured."""

    text: str
    is_shared: bool
    """Whether other execution servers get the same answers."""


@dataclass(frozen=True)
class KeptAnswer:
    """An answer from before; one that `is_true` no more is only for when its server is away."""

    value: Any
    is_true: bool
    age_seconds: float


def answer_key(connection: Connection, tool: Tool, digest: str, arguments: bytes) -> AnswerKey:
    """The key for `arguments`, which are canonical JSON; `digest` is that of the tool's description.

    A server that does not state its configuration may be another one after each new connection.
    """
    own = "" if tool.configuration else f"{connection.generation}"
    parts = (connection.address.digest, digest, own)
    body = hashlib.sha256("\0".join(parts).encode() + b"\0" + arguments).hexdigest()
    name = f"{PREFIX}{connection.address.name}:{tool.published_name}:{body}"
    return AnswerKey(name, bool(tool.configuration))


class AnswerCache:
    """Answers of tools that state their configuration are in `shared`; all others in `own`."""

    def __init__(
        self,
        own: Cache,
        shared: Cache | None = None,
        seconds_max: float = SECONDS_MAX,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._own = own
        self._shared = shared or own
        self._seconds_max = seconds_max
        self._clock = clock

    async def find(self, key: AnswerKey) -> KeptAnswer | None:
        """The last answer, true or not."""
        kept = await self._store(key).get(key.text)
        if kept is None:
            return None
        now = self._clock()
        return KeptAnswer(kept["value"], now < kept["true_until"], max(0.0, now - kept["kept_at"]))

    async def keep(self, key: AnswerKey, tool: Tool, value: Any) -> None:
        """Keep an answer as long as `tool` says; an empty one is not kept."""
        if not tool.volatility_seconds or is_empty(value):
            return
        now = self._clock()
        label = value.get("metadata") if isinstance(value, dict) else None
        moment = datetime.fromtimestamp(now, UTC)
        seconds = answer_seconds(tool.volatility_seconds, tool.follows_market, label, moment)
        seconds = min(seconds, self._seconds_max)
        entry = {"value": value, "kept_at": now, "true_until": now + seconds}
        stale_seconds = min(tool.stale_if_error_seconds, self._seconds_max)
        await self._store(key).put(key.text, entry, seconds + stale_seconds)

    async def forget_all(self) -> int:
        """Drop every answer; how many there were."""
        stores = [self._own] if self._shared is self._own else [self._own, self._shared]
        return sum([await store.forget_all(PREFIX) for store in stores])

    def _store(self, key: AnswerKey) -> Cache:
        return self._shared if key.is_shared else self._own
