"""What a process keeps in Redis when it is configured, and in its own memory when not.

The client of Redis takes a tenth of a second to import: here, and only when it is used.
"""

from typing import TYPE_CHECKING

from service.cache.cache import Cache
from service.cache.memory_cache import MemoryCache
from service.redis_settings import RedisSettings

if TYPE_CHECKING:
    from service.redis_link import RedisLink


def open_link(settings: RedisSettings) -> "RedisLink | None":
    """The Redis that the settings name, not yet connected; None when they name none."""
    if not settings.redis_url:
        return None
    from service.redis_link import RedisLink

    return RedisLink(settings.redis_url, settings.redis_key_prefix)


def open_cache(link: "RedisLink | None") -> Cache:
    """A cache over `link`, or one in this process."""
    if link is None:
        return MemoryCache()
    from service.cache.redis_cache import RedisCache

    return RedisCache(link)
