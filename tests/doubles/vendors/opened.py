"""Vendors of ours in front of stand-ins, with waits that a test can afford."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pydantic import HttpUrl, SecretStr

from mcp_servers.financial.settings import FinancialSettings
from mcp_servers.financial.vendors.alpaca.vendor import AlpacaVendor, open_alpaca
from mcp_servers.financial.vendors.connection import CallLimits
from mcp_servers.financial.vendors.eodhd.vendor import EodhdVendor, open_eodhd
from tests.doubles.vendors.alpaca import KEY, SECRET, AlpacaStandIn
from tests.doubles.vendors.eodhd import TOKEN, create_eodhd
from tests.doubles.vendors.small_market import NOW
from tests.doubles.vendors.stand_in import StandIn

QUICK = CallLimits(
    requests_per_minute=10_000,
    total_seconds=10.0,
    attempt_seconds=1.0,
    attempts_max=3,
    backoff_seconds=0.01,
    backoff_seconds_max=0.02,
    failures_max=3,
    recovery_seconds=0.2,
)


@dataclass(frozen=True)
class StandIns:
    """Both vendors' stand-ins, and the settings that lead to them."""

    alpaca_app: AlpacaStandIn
    alpaca: StandIn
    eodhd: StandIn

    @property
    def settings(self) -> FinancialSettings:
        """With the right keys for both."""
        return FinancialSettings(
            alpaca_api_key=SecretStr(KEY),
            alpaca_secret_key=SecretStr(SECRET),
            alpaca_data_url=HttpUrl(self.alpaca.url),
            alpaca_trading_url=HttpUrl(self.alpaca.url),
            eodhd_api_key=SecretStr(TOKEN),
            eodhd_url=HttpUrl(f"{self.eodhd.url}/api"),
        )

    def open_alpaca(self, limits: CallLimits = QUICK) -> AlpacaVendor:
        """A new vendor, for one event loop."""
        return open_alpaca(self.settings, limits, lambda: NOW)

    def open_eodhd(self, limits: CallLimits = QUICK) -> EodhdVendor:
        """A new vendor, for one event loop."""
        return open_eodhd(self.settings, limits, lambda: NOW)

    def forget(self) -> None:
        """As new, for the next test."""
        self.alpaca.forget()
        self.eodhd.forget()
        self.alpaca_app.points_per_page_max = 10_000
        self.alpaca_app.requests_remaining = 199


@contextmanager
def running_stand_ins() -> Iterator[StandIns]:
    """Both, until the end of the block."""
    app = AlpacaStandIn()
    with StandIn(app.app) as alpaca, StandIn(create_eodhd()) as eodhd:
        yield StandIns(app, alpaca, eodhd)
