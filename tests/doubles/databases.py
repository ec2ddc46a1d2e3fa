"""Empty databases of both kinds, and the stores on them, for tests that hold for both."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from api_server.settings.storage import StorageSettings
from api_server.storage.audit import Origin
from api_server.storage.database import open_database
from api_server.storage.executions import NewExecution
from api_server.storage.opened import Storage, make_storage
from api_server.storage.recorder import Recording, WrittenScript
from api_server.storage.records import new_id
from api_server.storage.schema_version import upgrade_schema
from schemas.execution import ExecutionMetadata, ExecutionReport, Outcome
from tests.doubles.postgresql import PostgreSQL

BACKENDS = ["sqlite", "postgresql"]
ORIGIN = Origin("203.0.113.7", "a browser")
A_SCRIPT = WrittenScript(
    python_code="def analyze(symbol: str = 'KO') -> dict: ...",
    explanation="Takes the daily closes.",
    model="offline-analyst",
    parameters={"symbol": "KO"},
    parameter_schema={"properties": {"symbol": {"type": "string"}}},
    mcp_calls=["calculate_volatility"],
)


def make_settings(backend: str, folder: Path, request: pytest.FixtureRequest) -> StorageSettings:
    """Settings that name an empty database; PostgreSQL is started when it is the first time."""
    if backend == "sqlite":
        return StorageSettings(_env_file=None, qna_data_dir=folder, database_timeout_seconds=5)
    server: PostgreSQL = request.getfixturevalue("postgresql")
    address = SecretStr(server.create_database())
    return StorageSettings(_env_file=None, qna_data_dir=folder, database_url=address)


def migrate(settings: StorageSettings) -> None:
    """Make the tables."""

    async def upgrade() -> None:
        database = open_database(settings)
        await upgrade_schema(database)
        await database.close()

    with ThreadPoolExecutor(1) as thread:  # this one may have a loop that runs, as Playwright's does
        thread.submit(lambda: asyncio.run(upgrade())).result()


@asynccontextmanager
async def opened_stores(settings: StorageSettings) -> AsyncIterator[Storage]:
    """The stores of a server that nobody knows of: nothing is done in the background."""
    storage = make_storage(open_database(settings), tape_size_max_mb=settings.tape_size_max_mb)
    try:
        yield storage
    finally:
        await storage.database.close()


def a_question(user_id: str, session_id: str, question: str = "How volatile was KO?") -> NewExecution:
    """A request to be accepted."""
    return NewExecution(new_id("exec"), user_id, session_id, question, request_digest="0" * 64)


async def accepted(storage: Storage, new: NewExecution) -> Recording:
    """The recording of a request that is new."""
    _execution, recording = await storage.recorder.accept(new, ORIGIN)
    assert recording is not None
    return recording


def a_report(execution_id: str, outcome: Outcome = Outcome.COMPLETED) -> ExecutionReport:
    """What the execution server says of a run."""
    return ExecutionReport(
        success=outcome is Outcome.COMPLETED,
        execution_id=execution_id,
        outcome=outcome,
        execution_time_ms=12.5,
        result={"description": "KO moved by 17 %", "body": [{"key": "KO", "value": 0.17}]},
        metadata=ExecutionMetadata(mcp_calls_made=["calculate_volatility"], warnings=["few prices"]),
    )


def is_sound(file: Path) -> bool:
    """Whether an SQLite file is whole."""
    connection = sqlite3.connect(file)
    try:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    finally:
        connection.close()
