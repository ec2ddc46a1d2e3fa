"""Which vendors there are, and which of them the settings switch on."""

from collections.abc import Callable
from datetime import datetime

from mcp_servers.financial.settings import FinancialSettings
from mcp_servers.financial.vendors.alpaca.vendor import open_alpaca
from mcp_servers.financial.vendors.connection import CallLimits
from mcp_servers.financial.vendors.eodhd.vendor import open_eodhd
from mcp_servers.financial.vendors.files.vendor import open_files
from mcp_servers.financial.vendors.sample import load_sample
from mcp_servers.financial.vendors.simulated.vendor import open_simulated
from mcp_servers.financial.vendors.vendor import Vendor
from schemas.wire import utc_now


def open_vendors(settings: FinancialSettings, now: Callable[[], datetime] = utc_now) -> list[Vendor]:
    """In the order in which they are asked when no other one is configured."""
    vendors: list[Vendor] = []
    if settings.market_data_files_dir:
        # The user's own bars come before anybody else's; what they lack is handed on.
        vendors.append(open_files(settings.market_data_files_dir, now))
    if settings.alpaca_api_key:
        vendors.append(open_alpaca(settings, _limits(settings, settings.alpaca_requests_per_minute), now))
    if settings.eodhd_api_key:
        vendors.append(open_eodhd(settings, _limits(settings, settings.eodhd_requests_per_minute), now))
    # What needs no key comes last: real closes where they suffice, a simulated market for everything else.
    vendors.append(load_sample())
    if _is_simulation_wanted(settings):
        vendors.append(open_simulated(now))
    return vendors


def _is_simulation_wanted(settings: FinancialSettings) -> bool:
    """Who has a key means real data: without being named, the simulation must not fill its gaps."""
    has_key = settings.alpaca_api_key is not None or settings.eodhd_api_key is not None
    is_named = any("simulated" in order for order in settings.market_data_vendors.values())
    return is_named or not has_key


def _limits(settings: FinancialSettings, requests_per_minute: int) -> CallLimits:
    return CallLimits(requests_per_minute=requests_per_minute, total_seconds=settings.vendor_timeout_seconds)
