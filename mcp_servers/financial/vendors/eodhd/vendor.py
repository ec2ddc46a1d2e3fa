"""EODHD as a vendor: which kinds of data it has."""

from collections.abc import Callable
from datetime import datetime

from mcp_servers.financial.hours import us_sessions
from mcp_servers.financial.settings import FinancialSettings
from mcp_servers.financial.vendors import kinds
from mcp_servers.financial.vendors.connection import CallLimits, VendorConnection
from mcp_servers.financial.vendors.eodhd.access import NAME, EodhdAccess
from mcp_servers.financial.vendors.eodhd.assets import EodhdAssets, EodhdConstituents
from mcp_servers.financial.vendors.eodhd.bars import EodhdBars
from mcp_servers.financial.vendors.eodhd.earnings import EodhdEarnings
from mcp_servers.financial.vendors.eodhd.fundamentals import EodhdFundamentals
from mcp_servers.financial.vendors.eodhd.news import EodhdNews
from mcp_servers.financial.vendors.eodhd.payouts import EodhdDividends, EodhdSplits
from mcp_servers.financial.vendors.eodhd.snapshots import EodhdSnapshots
from mcp_servers.financial.vendors.keys import Keys
from mcp_servers.financial.vendors.vendor import AnyFetcher
from schemas.health import PartHealth


class EodhdVendor:
    """Daily prices, news, and companies."""

    name = NAME

    def __init__(self, access: EodhdAccess) -> None:
        self._access = access
        self.fetchers: dict[str, AnyFetcher] = {
            kinds.STOCK_BARS.name: EodhdBars(access, is_crypto=False),
            kinds.STOCK_SNAPSHOTS.name: EodhdSnapshots(access, is_crypto=False),
            kinds.CRYPTO_BARS.name: EodhdBars(access, is_crypto=True),
            kinds.CRYPTO_SNAPSHOTS.name: EodhdSnapshots(access, is_crypto=True),
            kinds.NEWS.name: EodhdNews(access),
            kinds.ASSETS.name: EodhdAssets(access),
            kinds.CONSTITUENTS.name: EodhdConstituents(access),
            kinds.FUNDAMENTALS.name: EodhdFundamentals(access),
            kinds.DIVIDENDS.name: EodhdDividends(access),
            kinds.SPLITS.name: EodhdSplits(access),
            kinds.EARNINGS.name: EodhdEarnings(access),
        }

    def check_health(self) -> PartHealth:
        """The circuit and the allowance of its host."""
        return self._access.connection.check_health()

    async def close(self) -> None:
        """End its connections."""
        await self._access.connection.close()


def open_eodhd(settings: FinancialSettings, limits: CallLimits, now: Callable[[], datetime]) -> EodhdVendor:
    """A vendor that is ready to be asked, with the key in `settings`; nothing is sent yet."""
    assert settings.eodhd_api_key is not None
    us_sessions()  # takes a second, which the first question should not wait for
    keys = Keys(parameters={"api_token": settings.eodhd_api_key})
    return EodhdVendor(EodhdAccess(VendorConnection(NAME, str(settings.eodhd_url), keys, limits), now))
