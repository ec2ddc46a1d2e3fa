"""`python -m mcp_servers.validation`."""

from mcp_servers.app import listen
from mcp_servers.validation.app import create_app
from mcp_servers.validation.settings import ValidationSettings


def main() -> None:
    """Serve until told to stop."""
    settings = ValidationSettings()
    listen("validation", settings, settings.validation_mcp_url, create_app)


if __name__ == "__main__":
    main()
