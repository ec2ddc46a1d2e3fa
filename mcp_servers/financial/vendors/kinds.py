"""The kinds of market data: what each is called in settings, what is asked for it and what is answered."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from mcp_servers.financial.vendors import requests as ask
from mcp_servers.financial.vendors.vendor import Fetcher, Vendor
from schemas.market import account, company, news, prices, reference, screens

Request = TypeVar("Request")
Data = TypeVar("Data")


@dataclass(frozen=True)
class Kind(Generic[Request, Data]):
    """One kind of data. The types of its request and answer hold for every vendor that has it."""

    name: str
    request: type[Request]
    data: type[Data]

    def of(self, vendor: Vendor) -> Fetcher[Request, Any, Any, Data] | None:
        """How `vendor` answers this kind; None when it has no such data."""
        return vendor.fetchers.get(self.name)


STOCK_BARS = Kind("stock_bars", ask.BarsRequest, prices.BarsBySymbol)
STOCK_SNAPSHOTS = Kind("stock_snapshots", ask.SnapshotsRequest, prices.Snapshots)
CRYPTO_BARS = Kind("crypto_bars", ask.BarsRequest, prices.BarsBySymbol)
CRYPTO_SNAPSHOTS = Kind("crypto_snapshots", ask.SnapshotsRequest, prices.Snapshots)
NEWS = Kind("news", ask.NewsRequest, news.News)
MOST_ACTIVES = Kind("most_actives", ask.MostActivesRequest, screens.MostActives)
MOVERS = Kind("movers", ask.MoversRequest, screens.Movers)
CLOCK = Kind("clock", ask.ClockRequest, reference.MarketClock)
CALENDAR = Kind("calendar", ask.CalendarRequest, reference.MarketCalendar)
ASSETS = Kind("assets", ask.AssetsRequest, reference.Assets)
CONSTITUENTS = Kind("constituents", ask.ConstituentsRequest, reference.Constituents)
ACCOUNT = Kind("account", ask.AccountRequest, account.Account)
POSITIONS = Kind("positions", ask.PositionsRequest, account.Positions)
ORDERS = Kind("orders", ask.OrdersRequest, account.Orders)
PORTFOLIO_HISTORY = Kind("portfolio_history", ask.PortfolioHistoryRequest, account.PortfolioHistory)
WATCHLISTS = Kind("watchlists", ask.WatchlistsRequest, account.Watchlists)
FUNDAMENTALS = Kind("fundamentals", ask.FundamentalsRequest, company.Fundamentals)
DIVIDENDS = Kind("dividends", ask.DividendsRequest, company.Dividends)
SPLITS = Kind("splits", ask.SplitsRequest, company.Splits)
EARNINGS = Kind("earnings", ask.EarningsRequest, company.EarningsCalendar)

ALL_KINDS: tuple[Kind[Any, Any], ...] = (
    STOCK_BARS,
    STOCK_SNAPSHOTS,
    CRYPTO_BARS,
    CRYPTO_SNAPSHOTS,
    NEWS,
    MOST_ACTIVES,
    MOVERS,
    CLOCK,
    CALENDAR,
    ASSETS,
    CONSTITUENTS,
    ACCOUNT,
    POSITIONS,
    ORDERS,
    PORTFOLIO_HISTORY,
    WATCHLISTS,
    FUNDAMENTALS,
    DIVIDENDS,
    SPLITS,
    EARNINGS,
)
