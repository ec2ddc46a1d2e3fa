"""Whether the tables are those this version needs, and bringing them there with Alembic."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from api_server.errors import SchemaMismatch
from api_server.storage.database import Database

LATEST_REVISION = "0003"
"""Of the newest file in `migrations/versions`; written here so that starting need not import Alembic."""

MIGRATION_SECONDS_MAX = 600.0
"""A change of a large table takes longer than any query may."""

MIGRATIONS = Path(__file__).parent / "migrations"


async def read_revision(database: Database) -> str | None:
    """The revision of the tables; None for an empty database. Raises `DatabaseUnavailable`."""
    async with database.reading() as connection:
        return await connection.run_sync(_read_revision)


async def prepare_schema(database: Database) -> None:
    """Make the tables of an embedded database current; of another one demand that they are.

    Raises `SchemaMismatch` or `DatabaseUnavailable`.
    """
    revision = await read_revision(database)
    if revision == LATEST_REVISION:
        return
    if revision is not None and not list(MIGRATIONS.glob(f"versions/{revision}_*.py")):
        raise SchemaMismatch(
            f"the database is of a newer version: revision {revision}, this one knows {LATEST_REVISION}",
            suggestions=("Install that version of qna-ai, or use another database.",),
        )
    if not database.is_embedded:
        state = f"has revision {revision}" if revision else "is empty"
        raise SchemaMismatch(
            f"the database {state}, this version needs revision {LATEST_REVISION}",
            suggestions=("Run `qna migrate`, then start again.",),
        )
    await upgrade_schema(database)


async def upgrade_schema(database: Database) -> str | None:
    """Apply the missing migrations, all or none; the revision before. Raises `DatabaseUnavailable`."""
    await read_revision(database)  # one that does not answer is given up as soon as always
    patient = Database(database.url, pool_size=1, timeout_seconds=MIGRATION_SECONDS_MAX)
    try:
        async with patient.writing() as connection:
            return await connection.run_sync(_upgrade)
    finally:
        await patient.close()


def _read_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def _upgrade(connection: Connection) -> str | None:
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        # Two that migrate at once: the second waits, and then finds nothing to do.
        connection.execute(text("SELECT pg_advisory_xact_lock(7021)"))
    before = _read_revision(connection)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return before
