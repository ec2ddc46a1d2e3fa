"""Which vendors there are, and which of them the settings switch on."""

from collections.abc import Callable
from datetime import datetime

from mcp_servers.financial.settings import FinancialSettings
from mcp_servers.financial.vendors.alpaca.vendor import open_alpaca
from mcp_servers.financial.vendors.connection import CallLimits
from mcp_servers.financial.vendors.eodhd.vendor import open_eodhd
from mcp_servers.financial.vendors.sample import load_sample
from mcp_servers.financial.vendors.vendor import Vendor
from schemas.wire import utc_now


def open_vendors(settings: FinancialSettings, now: Callable[[], datetime] = utc_now) -> list[Vendor]:
    """In the order in which they are asked when no other one is configured."""
    vendors: list[Vendor] = []
    if settings.alpaca_api_key:
        vendors.append(open_alpaca(settings, _limits(settings, settings.alpaca_requests_per_minute), now))
    if settings.eodhd_api_key:
        vendors.append(open_eodhd(settings, _limits(settings, settings.eodhd_requests_per_minute), now))
    # What needs no key comes last, and what the sample has not is handed on to the next one.
    vendors.append(load_sample())
    return vendors


def _limits(settings: FinancialSettings, requests_per_minute: int) -> CallLimits:
    return CallLimits(requests_per_minute=requests_per_minute, total_seconds=settings.vendor_timeout_seconds)
