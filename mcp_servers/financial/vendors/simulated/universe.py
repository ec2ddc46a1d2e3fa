"""What is listed in the simulated market: real names and sectors, and the figures that drive each price."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Literal

from mcp_servers.financial.symbols import SymbolTable

SECTORS = (
    "Information Technology",
    "Communication Services",
    "Consumer Discretionary",
    "Consumer Staples",
    "Energy",
    "Financials",
    "Health Care",
    "Industrials",
    "Materials",
    "Real Estate",
    "Utilities",
)
STOCK_ALIASES = {
    "SPX": "^GSPC",
    "SP500": "^GSPC",
    "DJI": "^DJI",
    "NDX": "^NDX",
    "RUT": "^RUT",
    "FB": "META",
    "SQ": "XYZ",
    "BRK-B": "BRK.B",
    "BRK/B": "BRK.B",
    "BRK-A": "BRK.A",
}
STOCK_TURNOVER = 0.004
"""Fraction of the shares that changes hands on an ordinary day."""
STOCK_DECIMALS, PENNY_DECIMALS = 2, 4


@dataclass(frozen=True)
class Listing:
    """One symbol. `price`, `shares` and `daily_volume` are those of the anchor day; the rest never changes.

    `beta` is on the market, `loadings` on the other factors, `volatility` the annual one that is its own.
    """

    symbol: str
    name: str
    asset_class: Literal["stock", "etf", "index", "crypto"]
    exchange: str
    price: float
    price_decimals: int
    shares: float
    daily_volume: float
    beta: float
    loadings: Mapping[str, float]
    volatility: float
    dividend_yield: float = 0.0
    sector: str | None = None
    industry: str | None = None
    pe: float | None = None
    net_margin: float | None = None
    indexes: str = ""
    holds: str = ""
    """Letters of `indexes` or a sector: whose members the fund or index holds."""


@dataclass(frozen=True)
class Universe:
    """All listings by symbol, and how symbols are spelled on either side of the market."""

    listings: Mapping[str, Listing]
    stocks: SymbolTable = field(repr=False)
    """Stocks, funds and indexes."""
    crypto: SymbolTable = field(repr=False)

    def of_class(self, *classes: str) -> list[Listing]:
        return [listing for listing in self.listings.values() if listing.asset_class in classes]

    def members(self, fund: Listing) -> list[Listing]:
        """The stocks that a fund or index holds, in the order of the universe."""
        stocks = self.of_class("stock")
        if not fund.holds:
            return []
        if fund.holds in SECTORS:
            return [each for each in stocks if each.sector == fund.holds and "S" in each.indexes]
        return [each for each in stocks if set(fund.holds) & set(each.indexes)]


@lru_cache(maxsize=1)
def load_universe() -> Universe:
    """Read the three tables of this package."""
    listings = {each.symbol: each for each in (*_stocks(), *_funds(), *_crypto())}
    on_exchange = {each.symbol: each.name for each in listings.values() if each.asset_class != "crypto"}
    pairs = {each.symbol: each.name for each in listings.values() if each.asset_class == "crypto"}
    coins = {symbol: symbol.removesuffix("/USD") for symbol in pairs}
    spellings = {
        spelling: symbol
        for symbol, coin in coins.items()
        for spelling in (coin, f"{coin}USD", f"{coin}-USD", f"{coin}/USDT")
    }
    return Universe(listings, SymbolTable(on_exchange, STOCK_ALIASES), SymbolTable(pairs, spellings))


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = resources.files(__package__).joinpath(name).read_text("utf-8")
    yield from csv.DictReader(text.splitlines())


def _stocks() -> Iterator[Listing]:
    for row in _rows("stocks.csv"):
        shares = float(row["shares_millions"]) * 1e6
        yield Listing(
            symbol=row["symbol"],
            name=row["name"],
            asset_class="stock",
            exchange=row["exchange"],
            price=float(row["price"]),
            price_decimals=STOCK_DECIMALS if float(row["price"]) >= 3 else PENNY_DECIMALS,
            shares=shares,
            daily_volume=shares * STOCK_TURNOVER,
            beta=float(row["beta"]),
            loadings={row["sector"]: 1.0},
            volatility=float(row["volatility"]),
            dividend_yield=float(row["dividend_yield"]),
            sector=row["sector"],
            industry=row["industry"],
            pe=float(row["pe"]),
            net_margin=float(row["net_margin"]),
            indexes=row["indexes"],
        )


def _funds() -> Iterator[Listing]:
    for row in _rows("funds.csv"):
        pairs = [pair.split(":") for pair in row["loadings"].split(";") if pair]
        yield Listing(
            symbol=row["symbol"],
            name=row["name"],
            asset_class="index" if row["asset_class"] == "index" else "etf",
            exchange=row["exchange"],
            price=float(row["price"]),
            price_decimals=STOCK_DECIMALS,
            shares=float(row["shares_millions"]) * 1e6,
            daily_volume=float(row["daily_volume_millions"]) * 1e6,
            beta=float(row["beta"]),
            loadings={factor: float(loading) for factor, loading in pairs},
            volatility=float(row["volatility"]),
            dividend_yield=float(row["dividend_yield"]),
            holds=row["holds"],
        )


def _crypto() -> Iterator[Listing]:
    for row in _rows("crypto.csv"):
        supply = float(row["supply_millions"]) * 1e6
        yield Listing(
            symbol=row["symbol"],
            name=row["name"],
            asset_class="crypto",
            exchange="CRYPTO",
            price=float(row["price"]),
            price_decimals=int(row["price_decimals"]),
            shares=supply,
            daily_volume=supply * float(row["turnover"]),
            beta=0.0,
            loadings={"Crypto": float(row["loading"])},
            volatility=float(row["volatility"]),
        )
