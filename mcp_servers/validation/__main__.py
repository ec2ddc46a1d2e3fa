"""`python -m mcp_servers.validation`."""

from mcp_servers.app import listen
from mcp_servers.validation.app import create_app
from mcp_servers.validation.settings import ValidationSettings
from service.settings import settings_of_server


def main() -> None:
    """Serve until told to stop."""
    settings = settings_of_server("validation", ValidationSettings)
    listen("validation", settings, settings.validation_mcp_url, create_app)


if __name__ == "__main__":
    main()
