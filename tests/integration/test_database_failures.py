"""The database away, slow, old or new: what the server says, and that it recovers by itself."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import SecretStr
from sqlalchemy import Connection, text

from api_server.errors import DatabaseUnavailable, SchemaMismatch
from api_server.settings.storage import StorageSettings
from api_server.storage.database import BadDatabaseUrl, open_database, read_database_url
from api_server.storage.opened import check_storage, open_storage
from api_server.storage.schema_version import LATEST_REVISION, MIGRATIONS, read_revision, upgrade_schema
from api_server.storage.tables import metadata
from qna.migrate import run_migrate
from qna.settings import QnaSettings
from schemas.errors import ErrorResponse
from schemas.health import Health
from tests.doubles.api_app import make_api_settings, opened_app, storage_of
from tests.doubles.databases import BACKENDS, a_question, accepted, make_settings, migrate, opened_stores
from tests.doubles.postgresql import PostgreSQL

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.fixture
def server(postgresql: PostgreSQL) -> Iterator[PostgreSQL]:
    """A server that a test may kill: it runs again for the next one."""
    yield postgresql
    postgresql.start()


@pytest.fixture(params=BACKENDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> StorageSettings:
    return make_settings(request.param, tmp_path, request)


async def test_a_killed_postgresql_is_503_and_its_return_needs_no_restart(
    server: PostgreSQL, tmp_path: Path
) -> None:
    address = SecretStr(server.create_database())
    settings = make_api_settings(tmp_path, database_url=address, database_timeout_seconds=2)
    await asyncio.to_thread(migrate, settings)
    async with opened_app(settings) as api:
        recording = await accepted(storage_of(api), a_question("local", "sess_pg"))
        await asyncio.to_thread(server.kill)
        reply = await api.get("/executions")
        problem = ErrorResponse.model_validate(reply.json())
        assert (reply.status_code, problem.error.code) == (503, "DATABASE_UNAVAILABLE")
        assert reply.headers["retry-after"]
        assert "Traceback" not in reply.text
        assert address.get_secret_value() not in reply.text
        health = Health.model_validate((await api.get("/health")).json())
        assert {part.name: part.status for part in health.parts}["database"] == "down"
        with pytest.raises(DatabaseUnavailable):
            await recording.started()
        await asyncio.to_thread(server.start)
        await recording.started()
        (item,) = (await api.get("/executions")).json()["data"]["executions"]
        assert item["status"] == "running"


async def test_a_postgresql_that_hangs_is_given_up_in_time(server: PostgreSQL, tmp_path: Path) -> None:
    settings = StorageSettings(
        _env_file=None,
        qna_data_dir=tmp_path,
        database_url=SecretStr(server.create_database()),
        database_timeout_seconds=0.3,
    )
    await asyncio.to_thread(migrate, settings)
    async with opened_stores(settings) as storage:
        await accepted(storage, a_question("ann", "sess_pg"))
        server.freeze()
        try:
            started = time.monotonic()
            with pytest.raises(DatabaseUnavailable):
                await storage.executions.list_page("ann")
            assert time.monotonic() - started < 10
        finally:
            server.thaw()
        assert len((await storage.executions.list_page("ann")).items) == 1


async def test_a_query_that_takes_too_long_is_stopped_and_the_next_one_works(empty: StorageSettings) -> None:
    database = open_database(empty.model_copy(update={"database_timeout_seconds": 0.3}))
    try:
        for transaction in (database.reading, database.writing):
            started = time.monotonic()
            with pytest.raises(DatabaseUnavailable):
                async with transaction() as connection:
                    await connection.execute(text(ENDLESS))
            assert time.monotonic() - started < 10
            async with transaction() as connection:
                assert (await connection.execute(text("SELECT 1"))).scalar() == 1
    finally:
        await database.close()


async def test_an_embedded_database_is_made_at_start_and_another_one_is_demanded(
    empty: StorageSettings,
) -> None:
    if empty.database_url is None:
        await check_storage(empty)
        return
    with pytest.raises(SchemaMismatch, match="is empty") as refused:
        await check_storage(empty)
    assert refused.value.suggestions[0].startswith("Run `qna migrate`")


async def test_qna_migrate_makes_the_tables_once(
    empty: StorageSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    if empty.database_url is not None:
        monkeypatch.setenv("DATABASE_URL", empty.database_url.get_secret_value())
    settings = QnaSettings(_env_file=None, qna_data_dir=empty.qna_data_dir)
    assert (await run_migrate(settings)).endswith(f"from nothing to revision {LATEST_REVISION}")
    assert (await run_migrate(settings)).endswith("nothing to do")
    await check_storage(empty)


async def test_two_that_migrate_at_once_do_not_meet(empty: StorageSettings) -> None:
    databases = [open_database(empty) for _ in range(2)]
    await asyncio.gather(*(upgrade_schema(database) for database in databases))
    assert await read_revision(databases[0]) == LATEST_REVISION
    for database in databases:
        await database.close()


async def test_a_database_of_a_newer_version_is_left_alone(empty: StorageSettings) -> None:
    await asyncio.to_thread(migrate, empty)
    database = open_database(empty)
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    with pytest.raises(SchemaMismatch, match="newer version"):
        await check_storage(empty)


async def test_the_migrations_make_exactly_the_tables_and_unmake_them(empty: StorageSettings) -> None:
    await asyncio.to_thread(migrate, empty)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [LATEST_REVISION]
    database = open_database(empty)
    async with database.writing() as connection:
        assert await connection.run_sync(_differences) == []
        await connection.run_sync(metadata.drop_all)
    await database.close()


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


async def test_many_writers_at_once_all_succeed(empty: StorageSettings) -> None:
    await asyncio.to_thread(migrate, empty)
    async with opened_stores(empty) as one, opened_stores(empty) as other:
        both = [one, other]
        new = [a_question("ann", f"sess_{number % 5}") for number in range(40)]
        await asyncio.gather(*(accepted(both[number % 2], each) for number, each in enumerate(new)))
        listed = (await one.executions.list_page("ann")).items
    assert {each.id for each in listed} == {each.id for each in new}


async def test_the_log_and_the_error_never_show_a_password(tmp_path: Path) -> None:
    address = "postgresql://ann:hunter2secret@127.0.0.1:9/qna"
    settings = StorageSettings(_env_file=None, qna_data_dir=tmp_path, database_url=SecretStr(address))
    with pytest.raises(DatabaseUnavailable) as refused:
        async with open_storage(settings):
            pass
    assert "hunter2secret" not in f"{refused.value} {refused.value.details} {settings!r}"


@pytest.mark.parametrize("address", ["", "x", "mysql://h/d", "postgresql", "postgresql://h:port/d"])
def test_an_address_that_cannot_be_used_is_refused_without_being_repeated(address: str) -> None:
    with pytest.raises(BadDatabaseUrl):
        read_database_url(address)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("postgresql://u:p@h:5432/d", "postgresql+asyncpg://u:p@h:5432/d"),
        ("postgres://h/d?sslmode=require", "postgresql+asyncpg://h/d?ssl=require"),
        ("postgresql+psycopg2://h/d", "postgresql+asyncpg://h/d"),
        ("sqlite:////tmp/x.db", "sqlite+aiosqlite:////tmp/x.db"),
    ],
)
def test_an_address_in_the_usual_form_gets_our_driver(address: str, expected: str) -> None:
    assert read_database_url(address).render_as_string(hide_password=False) == expected


def test_a_server_without_its_tables_ends_with_the_next_step(postgresql: PostgreSQL, tmp_path: Path) -> None:
    environment = {"DATABASE_URL": postgresql.create_database(), "QNA_DATA_DIR": str(tmp_path), "PATH": ""}
    command = [sys.executable, "-P", "-m", "api_server"]
    ended = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, timeout=100, check=False
    )
    said = ended.stderr.decode()
    assert ended.returncode == 1
    assert "qna migrate" in said
    assert "Traceback" not in said
