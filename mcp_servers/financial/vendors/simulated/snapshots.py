"""The newest prices of the simulated market, and which symbols stand out by them."""

from collections.abc import Sequence
from dataclasses import dataclass

from mcp_servers.financial.vendors.reading import need_time_text
from mcp_servers.financial.vendors.requests import MostActivesRequest, MoversRequest, SnapshotsRequest
from mcp_servers.financial.vendors.simulated.moment import Moment, SimulatedView
from schemas.market.envelope import Envelope
from schemas.market.prices import Snapshot, Snapshots
from schemas.market.screens import ActiveSymbol, MostActives, Mover, Movers

SPREAD_FRACTION = 0.0001
"""Half of the distance between bid and ask, of the price; at least a tick."""


@dataclass(frozen=True)
class Quote:
    """The newest day of one symbol. The close before is in today's shares."""

    symbol: str
    price: float
    previous_close: float
    open: float
    high: float
    low: float
    volume: float

    @property
    def change_fraction(self) -> float:
        return self.price / self.previous_close - 1


@dataclass(frozen=True)
class FetchedQuotes:
    """Quotes in the order asked for, and when they were made."""

    moment: Moment
    quotes: Sequence[Quote]


@dataclass(frozen=True)
class SimulatedSnapshots:
    """Snapshots of stocks, funds and indexes, or of crypto pairs."""

    view: SimulatedView
    is_crypto: bool

    def make_query(self, request: SnapshotsRequest) -> SnapshotsRequest:
        universe = self.view.universe
        table = universe.crypto if self.is_crypto else universe.stocks
        return SnapshotsRequest(table.resolve(request.symbols))

    async def fetch(self, query: SnapshotsRequest) -> FetchedQuotes:
        moment = self.view.moment()
        return FetchedQuotes(moment, [quote(moment, symbol) for symbol in query.symbols])

    def make_rows(self, query: SnapshotsRequest, raw: FetchedQuotes) -> Envelope[Snapshots]:
        snapshots = Snapshots(snapshots=[_make_snapshot(raw.moment, each) for each in raw.quotes])
        metadata = raw.moment.label(
            "snapshots/crypto" if self.is_crypto else "snapshots/stocks",
            max(raw.moment.priced_at(symbol) for symbol in query.symbols),
            is_crypto=self.is_crypto,
        )
        return Envelope[Snapshots](data=snapshots, metadata=metadata)


@dataclass(frozen=True)
class SimulatedMostActives:
    """Stocks by the shares that were traded on the newest day."""

    view: SimulatedView

    def make_query(self, request: MostActivesRequest) -> MostActivesRequest:
        return request

    async def fetch(self, query: MostActivesRequest) -> FetchedQuotes:  # noqa: ARG002 the screen has no parameters
        return _quotes_of(self.view, "stock")

    def make_rows(self, query: MostActivesRequest, raw: FetchedQuotes) -> Envelope[MostActives]:
        ranked = sorted(raw.quotes, key=lambda each: (-each.volume, each.symbol))[: query.limit]
        rows = [
            ActiveSymbol(
                rank=rank,
                symbol=each.symbol,
                volume=each.volume,
                price=each.price,
                change_fraction=each.change_fraction,
            )
            for rank, each in enumerate(ranked, start=1)
        ]
        metadata = raw.moment.label("screener/most_actives", raw.moment.newest_day)
        return Envelope[MostActives](data=MostActives(ranked_by="volume", rows=rows), metadata=metadata)


@dataclass(frozen=True)
class SimulatedMovers:
    """Largest changes since the close before."""

    view: SimulatedView

    def make_query(self, request: MoversRequest) -> MoversRequest:
        return request

    async def fetch(self, query: MoversRequest) -> FetchedQuotes:
        return _quotes_of(self.view, "crypto" if query.market == "crypto" else "stock")

    def make_rows(self, query: MoversRequest, raw: FetchedQuotes) -> Envelope[Movers]:
        up = sorted(raw.quotes, key=lambda each: (-each.change_fraction, each.symbol))
        down = sorted(raw.quotes, key=lambda each: (each.change_fraction, each.symbol))
        movers = Movers(
            market=query.market,
            gainers=_rank([each for each in up if each.change_fraction > 0][: query.limit]),
            losers=_rank([each for each in down if each.change_fraction < 0][: query.limit]),
        )
        is_crypto = query.market == "crypto"
        as_of = raw.moment.now.date() if is_crypto else raw.moment.newest_day
        metadata = raw.moment.label("screener/movers", as_of, is_crypto=is_crypto)
        return Envelope[Movers](data=movers, metadata=metadata)


def quote(moment: Moment, symbol: str) -> Quote:
    """The newest day of `symbol`."""
    bars, history = moment.daily(symbol), moment.history(symbol)
    tick, last = history.tick, len(bars) - 1
    return Quote(
        symbol=symbol,
        price=float(bars.close[last] / tick),
        previous_close=float(bars.close[last - 1] / tick / history.ratios[last]),
        open=float(bars.open[last] / tick),
        high=float(bars.high[last] / tick),
        low=float(bars.low[last] / tick),
        volume=float(bars.volume[last] / history.lot),
    )


def _quotes_of(view: SimulatedView, asset_class: str) -> FetchedQuotes:
    moment = view.moment()
    listings = view.universe.of_class(asset_class)
    return FetchedQuotes(moment, [quote(moment, listing.symbol) for listing in listings])


def _make_snapshot(moment: Moment, each: Quote) -> Snapshot:
    decimals = moment.listing(each.symbol).price_decimals
    half_spread = max(each.price * SPREAD_FRACTION, 10.0**-decimals)
    is_quoted = moment.listing(each.symbol).asset_class != "index"
    return Snapshot(
        symbol=each.symbol,
        price=each.price,
        previous_close=each.previous_close,
        change=each.price - each.previous_close,
        change_fraction=each.change_fraction,
        open=each.open,
        high=each.high,
        low=each.low,
        volume=each.volume,
        bid=round(each.price - half_spread, decimals) if is_quoted else None,
        ask=round(each.price + half_spread, decimals) if is_quoted else None,
        as_of=need_time_text(moment.priced_at(each.symbol)),
    )


def _rank(quotes: Sequence[Quote]) -> list[Mover]:
    return [
        Mover(
            rank=rank,
            symbol=each.symbol,
            price=each.price,
            change=each.price - each.previous_close,
            change_fraction=each.change_fraction,
        )
        for rank, each in enumerate(quotes, start=1)
    ]
