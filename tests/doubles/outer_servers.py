"""PostgreSQL, Redis and Chroma of the test's own, and the variables that lead a `qna up` to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from api_server.settings.storage import StorageSettings
from tests.doubles.chroma_server import running_chroma
from tests.doubles.databases import migrate
from tests.doubles.postgresql import PostgreSQL
from tests.doubles.redis_server import RedisServer, require_redis_server


@dataclass(frozen=True)
class OuterServers:
    """What a test may kill, and what the house is told."""

    postgresql: PostgreSQL
    redis: RedisServer
    variables: dict[str, str]


@contextmanager
def running_outer_servers(folder: Path, postgresql: PostgreSQL) -> Iterator[OuterServers]:
    """A database with empty tables on `postgresql`, a new Redis, a new Chroma, until the block ends."""
    require_redis_server()
    address = postgresql.create_database()
    migrate(StorageSettings(_env_file=None, qna_data_dir=folder, database_url=SecretStr(address)))
    redis = RedisServer(folder)
    with running_chroma(folder) as chroma_url:
        redis.start()
        try:
            variables = {"DATABASE_URL": address, "REDIS_URL": redis.url, "CHROMA_URL": chroma_url}
            yield OuterServers(postgresql, redis, variables)
        finally:
            redis.kill()
