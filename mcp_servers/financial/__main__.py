"""`python -m mcp_servers.financial`."""

from mcp_servers.app import listen
from mcp_servers.financial.app import create_app
from mcp_servers.financial.market import Market
from mcp_servers.financial.settings import FinancialSettings
from mcp_servers.financial.vendors.sample import load_sample


def main() -> None:
    """Serve until told to stop."""
    settings = FinancialSettings()
    listen("financial", settings, settings.financial_mcp_url, lambda: create_app(Market([load_sample()])))


if __name__ == "__main__":
    main()
