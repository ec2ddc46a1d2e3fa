"""What several test files share: one MCP server with ordinary tools, one execution server that knows it."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.doubles.chroma_server import running_chroma
from tests.doubles.execution_server import ExecutionServer, running_server
from tests.doubles.postgresql import PostgreSQL, running_postgresql
from tests.doubles.redis_server import RedisServer, require_redis_server
from tests.doubles.tool_server import ToolServer, create_desk
from tests.doubles.vendors.opened import StandIns, running_stand_ins


@pytest.fixture(scope="session")
def desk() -> Iterator[ToolServer]:
    with ToolServer(create_desk) as server:
        yield server


@pytest.fixture(scope="session")
def executor(tmp_path_factory: pytest.TempPathFactory, desk: ToolServer) -> Iterator[ExecutionServer]:
    with running_server(tmp_path_factory.mktemp("executor"), desk) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    with running_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def both_stand_ins() -> Iterator[StandIns]:
    with running_stand_ins() as stand_ins:
        yield stand_ins


@pytest.fixture
def stand_ins(both_stand_ins: StandIns) -> StandIns:
    """The vendors' stand-ins as new: what a test before did to them is forgotten."""
    both_stand_ins.forget()
    return both_stand_ins


@pytest.fixture(scope="session")
def one_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    require_redis_server()
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def one_chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address; whoever uses it clears it before."""
    with running_chroma(tmp_path_factory.mktemp("chroma")) as url:
        yield url


@pytest.fixture
def redis_prefix() -> str:
    """The beginning of keys that no other test has."""
    return f"test-{uuid4().hex}:"


@pytest.fixture(scope="session")
def api_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """State of API servers that share it, so that its tables are made once."""
    return tmp_path_factory.mktemp("api")
