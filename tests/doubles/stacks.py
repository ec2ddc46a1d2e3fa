"""The two stacks that everything which remembers must work on: in this process, and on servers.

The servers are the tests' own: PostgreSQL, Redis and Chroma on free ports, started when first needed.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import chromadb
import pytest
from pydantic import SecretStr

from api_server.settings.storage import StorageSettings
from tests.doubles.databases import migrate
from tests.doubles.postgresql import PostgreSQL
from tests.doubles.redis_server import RedisServer

STACKS = ["embedded", "servers"]


def stack_settings(stack: str, folder: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
    """What settings say of an empty stack; nothing of the embedded one, whose state is in a folder."""
    if stack == "embedded":
        return {}
    postgresql: PostgreSQL = request.getfixturevalue("postgresql")
    redis: RedisServer = request.getfixturevalue("one_redis")
    database_url = SecretStr(postgresql.create_database())
    migrate(StorageSettings(_env_file=None, qna_data_dir=folder, database_url=database_url))
    return {
        "database_url": database_url,
        "redis_url": redis.url,
        "redis_key_prefix": f"test-{uuid4().hex}:",
        "chroma_url": empty_chroma(request),
    }


def empty_chroma(request: pytest.FixtureRequest) -> str:
    """The address of the one Chroma, which forgets what the tests before left there."""
    url: str = request.getfixturevalue("one_chroma")
    client = chromadb.HttpClient(host="127.0.0.1", port=urlsplit(url).port or 0)
    for collection in client.list_collections():
        client.delete_collection(collection.name)
    return url
