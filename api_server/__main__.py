"""`python -m api_server`: the API server and the page."""

import asyncio
import sys

from api_server.app import create_app
from api_server.errors import DatabaseUnavailable, SchemaMismatch
from api_server.llm.registry import BadProviderSetting
from api_server.settings import ApiSettings
from api_server.storage.database import BadDatabaseUrl
from api_server.storage.opened import check_storage
from service.http import UnsafeAddress, serve
from service.logs import configure_server_logs
from service.settings import settings_of_server


def main() -> None:
    """Serve until told to stop. Exits with a message for a wrong setting."""
    settings = settings_of_server("api_server", ApiSettings)
    configure_server_logs("api_server", settings)
    try:
        is_guarded = settings.is_access_controlled
        asyncio.run(check_storage(settings))
        serve(create_app(settings), settings.api_server_host, settings.api_server_port, is_guarded=is_guarded)
    except (UnsafeAddress, BadProviderSetting, BadDatabaseUrl) as error:
        sys.exit(f"api_server: {error}")
    except (SchemaMismatch, DatabaseUnavailable) as error:
        sys.exit(f"api_server: {error}\n{error.suggestions[0]}")


if __name__ == "__main__":
    main()
