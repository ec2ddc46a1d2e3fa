"""`python -m mcp_servers.analytics`."""

from threading import Thread

from mcp_servers.analytics.app import create_app
from mcp_servers.analytics.portfolio.optimizers import rehearse
from mcp_servers.analytics.settings import AnalyticsSettings
from mcp_servers.app import listen
from service.settings import settings_of_server


def main() -> None:
    """Serve until told to stop."""
    settings = settings_of_server("analytics", AnalyticsSettings)
    Thread(target=rehearse, name="rehearsal", daemon=True).start()
    listen("analytics", settings, settings.analytics_mcp_url, create_app)


if __name__ == "__main__":
    main()
