"""Alpaca as a vendor: which kinds of data it has."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from mcp_servers.financial.hours import us_sessions
from mcp_servers.financial.settings import FinancialSettings
from mcp_servers.financial.vendors import kinds
from mcp_servers.financial.vendors.alpaca.access import NAME, AlpacaAccess
from mcp_servers.financial.vendors.alpaca.account import (
    AlpacaAccount,
    AlpacaOrders,
    AlpacaPortfolioHistory,
    AlpacaPositions,
    AlpacaWatchlists,
)
from mcp_servers.financial.vendors.alpaca.assets import AlpacaAssets, AssetDirectory
from mcp_servers.financial.vendors.alpaca.bars import AlpacaBars
from mcp_servers.financial.vendors.alpaca.hours import AlpacaCalendar, AlpacaClock
from mcp_servers.financial.vendors.alpaca.news import AlpacaNews
from mcp_servers.financial.vendors.alpaca.screens import AlpacaMostActives, AlpacaMovers
from mcp_servers.financial.vendors.alpaca.snapshots import AlpacaSnapshots
from mcp_servers.financial.vendors.connection import CallLimits, VendorConnection
from mcp_servers.financial.vendors.keys import Keys
from mcp_servers.financial.vendors.vendor import AnyFetcher
from schemas.health import PartHealth


class AlpacaVendor:
    """Prices, news, screens and one account."""

    name = NAME

    def __init__(self, access: AlpacaAccess) -> None:
        self._access = access
        assets = AssetDirectory(access)
        self.fetchers: dict[str, AnyFetcher] = {
            kinds.STOCK_BARS.name: AlpacaBars(access, assets, is_crypto=False),
            kinds.STOCK_SNAPSHOTS.name: AlpacaSnapshots(access, assets, is_crypto=False),
            kinds.CRYPTO_BARS.name: AlpacaBars(access, assets, is_crypto=True),
            kinds.CRYPTO_SNAPSHOTS.name: AlpacaSnapshots(access, assets, is_crypto=True),
            kinds.NEWS.name: AlpacaNews(access),
            kinds.MOST_ACTIVES.name: AlpacaMostActives(access),
            kinds.MOVERS.name: AlpacaMovers(access),
            kinds.CLOCK.name: AlpacaClock(access),
            kinds.CALENDAR.name: AlpacaCalendar(access),
            kinds.ASSETS.name: AlpacaAssets(access, assets),
            kinds.ACCOUNT.name: AlpacaAccount(access),
            kinds.POSITIONS.name: AlpacaPositions(access),
            kinds.ORDERS.name: AlpacaOrders(access),
            kinds.PORTFOLIO_HISTORY.name: AlpacaPortfolioHistory(access),
            kinds.WATCHLISTS.name: AlpacaWatchlists(access),
        }

    def check_health(self) -> PartHealth:
        """The market-data host is the part; the trading host's circuit is a fact of it."""
        data, trading = self._access.data.check_health(), self._access.trading.check_health()
        facts: dict[str, Any] = {
            **data.facts,
            "trading_circuit": trading.facts["circuit"],
            "feed": self._access.feed,
        }
        is_degraded = data.status == "up" and trading.status != "up"
        status = "degraded" if is_degraded else data.status
        return data.model_copy(
            update={"facts": facts, "status": status, "detail": data.detail or trading.detail}
        )

    async def close(self) -> None:
        """End the connections to both hosts."""
        await self._access.data.close()
        await self._access.trading.close()


def open_alpaca(settings: FinancialSettings, limits: CallLimits, now: Callable[[], datetime]) -> AlpacaVendor:
    """A vendor that is ready to be asked, with the keys in `settings`; nothing is sent yet."""
    assert settings.alpaca_api_key is not None
    assert settings.alpaca_secret_key is not None
    us_sessions()  # takes a second, which the first question should not wait for
    keys = Keys(
        headers={
            "APCA-API-KEY-ID": settings.alpaca_api_key,
            "APCA-API-SECRET-KEY": settings.alpaca_secret_key,
        }
    )
    access = AlpacaAccess(
        data=VendorConnection(NAME, str(settings.alpaca_data_url), keys, limits),
        trading=VendorConnection(NAME, str(settings.alpaca_trading_url), keys, limits),
        feed=settings.alpaca_feed,
        now=now,
    )
    return AlpacaVendor(access)
