"""Who asks too much waits: exact windows in Redis, or in this process while there is none."""

import math
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.storage import storage_from_string

from api_server.access.caller import LOCAL_USER_ID
from api_server.errors import TooManyRequests
from api_server.settings.rate_limits import RateLimitSettings
from schemas.health import PartHealth

if TYPE_CHECKING:
    from service.redis_link import RedisLink

Answer = TypeVar("Answer")
EVERYBODY = "all"


class PerSecond(RateLimitItemPerSecond):
    """So many in any second."""

    def key_for(self, *identifiers: Any) -> str:
        """`{user}:{endpoint}:second`."""
        return ":".join([*map(str, identifiers), "second"])


class PerHour(RateLimitItemPerHour):
    """So many in any hour."""

    def key_for(self, *identifiers: Any) -> str:
        """`{user}:{endpoint}`."""
        return ":".join(map(str, identifiers))


@dataclass(frozen=True)
class Rule:
    """One limit, and who it is for."""

    item: RateLimitItem
    who: str
    period: str


class RateLimits:
    """While Redis is away each API server counts on its own: more may pass, nobody is locked out."""

    def __init__(self, settings: RateLimitSettings, link: "RedisLink | None" = None) -> None:
        self._settings = settings
        self._link = link
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._shared = None if link is None else MovingWindowRateLimiter(_open_storage(link))
        self.refused = 0

    async def demand(self, user_id: str, endpoint: str) -> None:
        """Count one request of `user_id` to `endpoint`. Raises `TooManyRequests`."""
        if user_id == LOCAL_USER_ID and not self._settings.rate_limit_local_user:
            return
        for rule in self._rules(user_id):
            if not await self._hit(rule, endpoint):
                self.refused += 1
                raise await self._refusal(rule, endpoint)

    async def check(self) -> PartHealth:
        """How it counts now."""
        if self._link is None:
            return PartHealth(name="rate_limits", status="up", facts={"backend": "memory"})
        return await self._link.check("rate_limits", "Redis is away: each API server counts on its own")

    def _rules(self, user_id: str) -> list[Rule]:
        ours = self._settings
        rules = [
            (ours.rate_limit_requests_per_second, PerSecond, user_id, "second"),
            (ours.rate_limit_requests_per_hour, PerHour, user_id, "hour"),
            (ours.rate_limit_endpoint_requests_per_hour, PerHour, EVERYBODY, "hour"),
        ]
        return [Rule(kind(amount), who, period) for amount, kind, who, period in rules if amount]

    async def _hit(self, rule: Rule, endpoint: str) -> bool:
        return await self._ask(lambda limiter: limiter.hit(rule.item, rule.who, endpoint))

    async def _ask(self, question: Callable[[MovingWindowRateLimiter], Awaitable[Answer]]) -> Answer:
        """The answer of Redis, or of this process while there is none."""
        if self._link is not None and self._shared is not None:
            from service.redis_link import RedisUnavailable

            shared = self._shared
            with suppress(RedisUnavailable):  # `check` says so
                return await self._link.run(lambda _: question(shared))
        return await question(self._own)

    async def _refusal(self, rule: Rule, endpoint: str) -> TooManyRequests:
        seconds = await self._seconds_left(rule, endpoint)
        whose = "all users together" if rule.who == EVERYBODY else "one user"
        error = TooManyRequests(
            f"more than {rule.item.amount} requests of {whose} to {endpoint} in one {rule.period}",
            suggestions=(f"Ask again in {seconds} seconds.",),
            endpoint=endpoint,
            limit=rule.item.amount,
            period=rule.period,
            retry_after_seconds=seconds,
        )
        error.retry_after_seconds = seconds
        return error

    async def _seconds_left(self, rule: Rule, endpoint: str) -> int:
        stats = await self._ask(lambda limiter: limiter.get_window_stats(rule.item, rule.who, endpoint))
        return max(1, math.ceil(stats.reset_time - time.time()))


def _open_storage(link: "RedisLink") -> Any:
    """The storage of `limits` on the connections of `link`."""
    options: Any = {"connection_pool": link.client.connection_pool}
    return storage_from_string(
        f"async+{link.url}", implementation="redispy", key_prefix=f"{link.prefix}rate_limit", **options
    )
