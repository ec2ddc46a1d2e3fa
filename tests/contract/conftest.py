"""What the suites on stores share: the stores on empty databases of both kinds, and somebody to use them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from api_server.settings.storage import StorageSettings
from api_server.storage.opened import Storage
from service.cache.cache import Cache
from service.cache.opening import open_cache
from service.redis_link import RedisLink
from tests.doubles.databases import BACKENDS, make_settings, migrate, opened_stores
from tests.doubles.redis_server import RedisServer


@pytest.fixture(scope="module", params=BACKENDS)
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> StorageSettings:
    made = make_settings(request.param, tmp_path_factory.mktemp("stores"), request)
    migrate(made)
    return made


@pytest.fixture
async def storage(settings: StorageSettings) -> AsyncIterator[Storage]:
    async with opened_stores(settings) as opened:
        yield opened


@pytest.fixture
async def new_cache(
    settings: StorageSettings, request: pytest.FixtureRequest
) -> AsyncIterator[Callable[[], Cache]]:
    """Makes empty caches: in this process beside SQLite, in Redis beside PostgreSQL."""
    redis: RedisServer | None = request.getfixturevalue("one_redis") if settings.database_url else None
    async with AsyncExitStack() as stack:

        def make() -> Cache:
            link = RedisLink(redis.url, f"test-{uuid4().hex}:") if redis else None
            if link is not None:
                stack.push_async_callback(link.close)
            return open_cache(link)

        yield make


@pytest.fixture
def user() -> str:
    return f"user_{uuid4().hex[:8]}"


@pytest.fixture
def session() -> str:
    return f"sess_{uuid4().hex[:8]}"
