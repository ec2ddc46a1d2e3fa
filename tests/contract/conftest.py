"""What the suites on stores share: the stores on empty databases of both kinds, and somebody to use them."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from api_server.settings.storage import StorageSettings
from api_server.storage.opened import Storage
from tests.doubles.databases import BACKENDS, make_settings, migrate, opened_stores


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
def user() -> str:
    return f"user_{uuid4().hex[:8]}"


@pytest.fixture
def session() -> str:
    return f"sess_{uuid4().hex[:8]}"
