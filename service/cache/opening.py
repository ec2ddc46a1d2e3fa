"""Which cache a process has: Redis when it is configured, its own memory when not."""

from service.cache.cache import Cache
from service.cache.memory_cache import MemoryCache
from service.cache.redis_cache import RedisCache
from service.redis_link import RedisLink


def open_cache(link: RedisLink | None) -> Cache:
    """A cache over `link`, or one in this process."""
    return MemoryCache() if link is None else RedisCache(link)
