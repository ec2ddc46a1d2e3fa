"""What API servers share while they live: caches, limits and events, over Redis or in this process."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from api_server.events.opened import Events, open_events
from api_server.execution_client import ExecutionClient
from api_server.metrics import ApiMetrics
from api_server.once import Once
from api_server.rate_limits import RateLimits
from api_server.result_cache import ResultCache
from api_server.settings import ApiSettings
from api_server.storage.opened import Storage
from api_server.storage.results import ResultStore
from schemas.health import PartHealth
from service.cache.cache import Cache
from service.cache.opening import open_cache, open_link


@dataclass(frozen=True)
class Live:
    """Made for an app by its lifespan."""

    cache: Cache
    results: ResultCache
    events: Events
    once: Once
    rate_limits: RateLimits
    metrics: ApiMetrics

    async def check(self) -> list[PartHealth]:
        """How these parts are now."""
        return [await part.check() for part in (self.cache, self.events.channel, self.rate_limits)]


@asynccontextmanager
async def open_live(
    settings: ApiSettings, storage: Storage, executor: ExecutionClient
) -> AsyncIterator[Live]:
    """All of it while the block runs. A Redis that is away now is used when it is back."""
    async with AsyncExitStack() as stack:
        link = open_link(settings)
        if link is not None:
            stack.push_async_callback(link.close)
        cache = open_cache(link)
        events = await stack.enter_async_context(open_events(storage.events, executor, link))
        results = ResultCache(
            cache,
            ResultStore(storage.database),
            settings.redis_ttl_seconds,
            is_enabled=settings.enable_result_caching,
        )
        metrics = ApiMetrics()
        metrics.watch(cache.counts, lambda: events.log.events_written, events.channel.count_listeners)
        limits = RateLimits(settings, link)
        yield Live(cache, results, events, Once(storage, events), limits, metrics)
