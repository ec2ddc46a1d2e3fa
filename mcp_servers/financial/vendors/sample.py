"""The offline vendor in its `sample` form: real closes of 20 US stocks and the S&P 500, 1990 to 2022.

They come with the `skfolio` package, which has no opens, highs, lows or volumes: those are null here.
Time ends on the last day of the data, so "the last 60 days" are the 60 days up to it.
"""

import tomllib
from dataclasses import dataclass, replace
from datetime import date
from importlib import metadata, resources
from typing import TypeAlias

import pandas as pd

from mcp_servers.financial.symbols import SymbolTable
from mcp_servers.financial.vendors import kinds
from mcp_servers.financial.vendors.failures import NotOffered
from mcp_servers.financial.vendors.requests import BarsRequest, MostActivesRequest, SnapshotsRequest
from mcp_servers.financial.vendors.vendor import AnyFetcher
from mcp_servers.problems import BadArgument, NoData
from schemas.health import PartHealth
from schemas.market.envelope import Envelope, Metadata
from schemas.market.prices import Bars, BarsBySymbol, Snapshot, Snapshots, Timeframe
from schemas.market.screens import ActiveSymbol, MostActives

PACKAGE = "skfolio"
STOCKS_FILE = "skfolio/datasets/data/sp500_dataset.csv.gz"
INDEX_FILE = "skfolio/datasets/data/sp500_index.csv.gz"
INDEX_SYMBOL = "^GSPC"
CALENDAR_PERIODS: dict[Timeframe, str] = {"1Day": "D", "1Week": "W", "1Month": "M"}

Closes: TypeAlias = "pd.Series[float]"


@dataclass(frozen=True)
class SampleData:
    """`closes` has a row per trading day, oldest first, and a column per symbol; it holds no NaN."""

    closes: pd.DataFrame
    symbols: SymbolTable
    feed: str

    def label(self, symbols: list[str]) -> Metadata:
        """The index is in points and unadjusted; stocks are dollars adjusted for splits and dividends."""
        has_stocks = any(symbol != INDEX_SYMBOL for symbol in symbols)
        return Metadata(
            source="sample",
            endpoint=STOCKS_FILE if has_stocks else INDEX_FILE,
            feed=self.feed,
            as_of=self.closes.index[-1].date(),
            adjustment="all" if has_stocks else None,
            currency="USD" if has_stocks else None,
            market_state="closed",
        )


@dataclass(frozen=True)
class SampleBars:
    """A week's or month's bar is the last close in it, dated by the trading day of that close."""

    data: SampleData

    def make_query(self, request: BarsRequest) -> BarsRequest:
        if request.timeframe not in CALENDAR_PERIODS:
            available = list(CALENDAR_PERIODS)
            raise NoData(
                f"the sample has no {request.timeframe} bars; ask for {', '.join(available)}",
                available=available,
            )
        if request.adjustment != "all":
            raise NotOffered(
                f"the sample has no closes with adjustment {request.adjustment!r}; ask for 'all'",
                available=["all"],
            )
        return replace(request, symbols=self.data.symbols.resolve(request.symbols))

    async def fetch(self, query: BarsRequest) -> pd.DataFrame:
        return self.data.closes[list(dict.fromkeys(query.symbols))]

    def make_rows(self, query: BarsRequest, raw: pd.DataFrame) -> Envelope[BarsBySymbol]:
        bars = {str(symbol): _make_bars(query, str(symbol), closes) for symbol, closes in raw.items()}
        return Envelope[BarsBySymbol](data=BarsBySymbol(bars=bars), metadata=self.data.label(query.symbols))


def _make_bars(query: BarsRequest, symbol: str, all_closes: Closes) -> Bars:
    calendar = all_closes.index.to_period(CALENDAR_PERIODS[query.timeframe])  # type: ignore[attr-defined]
    closes = _within(query, symbol, all_closes.groupby(calendar).tail(1))
    nothing = [None] * len(closes)
    return Bars(
        symbol=symbol,
        timeframe=query.timeframe,
        timestamp=closes.index.strftime("%Y-%m-%d").tolist(),  # type: ignore[attr-defined]
        open=nothing,
        high=nothing,
        low=nothing,
        close=closes.tolist(),
        volume=nothing,
    )


@dataclass(frozen=True)
class SampleSnapshots:
    """The last close and its change from the one before."""

    data: SampleData

    def make_query(self, request: SnapshotsRequest) -> SnapshotsRequest:
        return SnapshotsRequest(self.data.symbols.resolve(request.symbols))

    async def fetch(self, query: SnapshotsRequest) -> pd.DataFrame:
        return self.data.closes[query.symbols].tail(2)

    def make_rows(self, query: SnapshotsRequest, raw: pd.DataFrame) -> Envelope[Snapshots]:
        as_of = raw.index[-1].date().isoformat()
        previous, latest = raw.to_numpy().tolist()
        snapshots = [
            Snapshot(
                symbol=symbol,
                price=price,
                previous_close=before,
                change=price - before,
                change_fraction=price / before - 1,
                as_of=as_of,
            )
            for symbol, before, price in zip(query.symbols, previous, latest, strict=True)
        ]
        return Envelope[Snapshots](
            data=Snapshots(snapshots=snapshots), metadata=self.data.label(query.symbols)
        )


@dataclass(frozen=True)
class SampleMostActives:
    """Ranked by how far the close moved in a day, because there is no volume to rank by."""

    data: SampleData

    def make_query(self, request: MostActivesRequest) -> MostActivesRequest:
        if request.by == "volume":
            raise NotOffered("the sample has no volumes to rank by; leave `by` out")
        return request

    async def fetch(self, query: MostActivesRequest) -> pd.DataFrame:  # noqa: ARG002 the screen has no parameters
        return self.data.closes.drop(columns=INDEX_SYMBOL).tail(2)

    def make_rows(self, query: MostActivesRequest, raw: pd.DataFrame) -> Envelope[MostActives]:
        changes = (raw.iloc[1] / raw.iloc[0] - 1).sort_values(key=abs, ascending=False, kind="stable")
        rows = [
            ActiveSymbol(
                rank=rank, symbol=symbol, volume=None, price=raw[symbol].iloc[1], change_fraction=change
            )
            for rank, (symbol, change) in enumerate(changes.head(query.limit).items(), start=1)
        ]
        screen = MostActives(ranked_by="absolute change of the last day; there is no volume", rows=rows)
        return Envelope[MostActives](data=screen, metadata=self.data.label([row.symbol for row in rows]))


class SampleVendor:
    """The vendor that needs no key and no network."""

    name = "sample"

    def __init__(self, data: SampleData) -> None:
        self.fetchers: dict[str, AnyFetcher] = {
            kinds.STOCK_BARS.name: SampleBars(data),
            kinds.STOCK_SNAPSHOTS.name: SampleSnapshots(data),
            kinds.MOST_ACTIVES.name: SampleMostActives(data),
        }
        self.data = data

    def check_health(self) -> PartHealth:
        days = self.data.closes.index
        facts = {
            "vendor": self.name,
            "as_of": days[-1].date().isoformat(),
            "first_day": days[0].date().isoformat(),
            "symbols": len(self.data.symbols.names),
        }
        return PartHealth(name=self.name, status="up", detail="real closes that end in the past", facts=facts)

    async def close(self) -> None:
        """Nothing is open."""


def load_sample() -> SampleVendor:
    """Read the two files where they are installed: importing their package would cost a second."""
    package = metadata.distribution(PACKAGE)
    stocks, index = (
        pd.read_csv(str(package.locate_file(name)), index_col=0, parse_dates=True)
        for name in (STOCKS_FILE, INDEX_FILE)
    )
    table = tomllib.loads(resources.files(__package__).joinpath("sample_symbols.toml").read_text("utf-8"))
    data = SampleData(
        closes=stocks.join(index.set_axis([INDEX_SYMBOL], axis="columns"), how="inner"),
        symbols=SymbolTable(**table),
        feed=f"{PACKAGE} {package.version}",
    )
    return SampleVendor(data)


def _within(query: BarsRequest, symbol: str, closes: Closes) -> Closes:
    """The bars asked for. A period is answered whole or refused: figures of a part would mislead."""
    chosen = closes.loc[_timestamp(query.start) : _timestamp(query.end)]
    if chosen.empty:
        first, last = (day.date().isoformat() for day in (closes.index[0], closes.index[-1]))
        raise NoData(
            f"no {query.timeframe} bar of {symbol} in this period; the sample has {first} to {last}",
            first=first,
            last=last,
        )
    if query.start is not None and len(chosen) > query.limit:
        raise BadArgument(
            f"the period has {len(chosen)} bars, more than limit={query.limit}; "
            f"pass limit={len(chosen)} or a shorter period",
            available=len(chosen),
        )
    return chosen.tail(query.limit)


def _timestamp(day: date | None) -> pd.Timestamp | None:
    return None if day is None else pd.Timestamp(day)
