"""`python -m mcp_servers.financial`."""

import sys

from mcp_servers.app import listen
from mcp_servers.financial.app import create_app
from mcp_servers.financial.market import BadRoute, Market
from mcp_servers.financial.settings import FinancialSettings
from mcp_servers.financial.vendors.registry import open_vendors
from service.settings import settings_of_server


def main() -> None:
    """Serve until told to stop; exit at once when the configured order names nobody."""
    settings = settings_of_server("financial", FinancialSettings)
    try:
        market = Market(
            open_vendors(settings),
            settings.market_data_vendors,
            settings.market_data_fallback,
            settings.digest,
        )
    except BadRoute as error:
        sys.exit(f"financial: MARKET_DATA_VENDORS: {error}")
    listen("financial", settings, settings.financial_mcp_url, lambda: create_app(market))


if __name__ == "__main__":
    main()
