"""`qna migrate`: brings the database to the tables of this version."""

from api_server.errors import DatabaseUnavailable
from api_server.settings.storage import StorageSettings
from api_server.storage.database import BadDatabaseUrl, open_database
from api_server.storage.schema_version import LATEST_REVISION, upgrade_schema
from qna.failures import Misuse, PlatformFailed
from qna.settings import QnaSettings
from service.settings import load_settings


async def run_migrate(settings: QnaSettings) -> str:
    """A sentence on what was done. Raises `Misuse` for a wrong address, else `PlatformFailed`."""
    storage = load_settings(StorageSettings, qna_data_dir=settings.qna_data_dir)
    try:
        database = open_database(storage)
    except BadDatabaseUrl as error:
        raise Misuse(str(error), "Correct it in the environment or in .env.") from error
    try:
        before = await upgrade_schema(database)
    except DatabaseUnavailable as error:
        reason = error.details["reason"]
        raise PlatformFailed(f"{error.message} ({reason})", "Start it, or correct DATABASE_URL.") from error
    finally:
        await database.close()
    if before == LATEST_REVISION:
        return f"{database.backend}: revision {LATEST_REVISION} already, nothing to do"
    return f"{database.backend}: from {before or 'nothing'} to revision {LATEST_REVISION}"
