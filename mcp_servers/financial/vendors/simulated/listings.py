"""What is listed, who is in an index or fund, and when the simulated market trades."""

from collections.abc import Sequence
from dataclasses import dataclass

from mcp_servers.financial.symbols import rank_matches
from mcp_servers.financial.vendors.reading import need_time_text
from mcp_servers.financial.vendors.requests import (
    AssetsRequest,
    CalendarRequest,
    ClockRequest,
    ConstituentsRequest,
)
from mcp_servers.financial.vendors.simulated.moment import Moment, SimulatedView
from mcp_servers.financial.vendors.simulated.sessions import date_of, minute_of, moment_of
from mcp_servers.financial.vendors.simulated.universe import Listing
from mcp_servers.problems import NoData
from schemas.market.envelope import Envelope
from schemas.market.reference import (
    Asset,
    Assets,
    Constituent,
    Constituents,
    MarketCalendar,
    MarketClock,
)


@dataclass(frozen=True)
class SimulatedClock:
    """The regular session of US stocks."""

    view: SimulatedView

    def make_query(self, request: ClockRequest) -> ClockRequest:
        return request

    async def fetch(self, query: ClockRequest) -> Moment:  # noqa: ARG002 there is one clock
        return self.view.moment()

    def make_rows(self, query: ClockRequest, raw: Moment) -> Envelope[MarketClock]:  # noqa: ARG002 as above
        sessions, minute = raw.years.us, minute_of(raw.now)
        clock = MarketClock(
            now=need_time_text(raw.now),
            is_open=raw.is_open,
            next_open=_time_text(int(sessions.opens[sessions.opens > minute][0])),
            next_close=_time_text(int(sessions.closes[sessions.closes > minute][0])),
        )
        return Envelope[MarketClock](data=clock, metadata=raw.label("clock", raw.now, currency=None))


@dataclass(frozen=True)
class SimulatedCalendar:
    """Trading days from the first of the history to the end of next year."""

    view: SimulatedView

    def make_query(self, request: CalendarRequest) -> CalendarRequest:
        return request

    async def fetch(self, query: CalendarRequest) -> Moment:  # noqa: ARG002 the whole calendar is there
        return self.view.moment()

    def make_rows(self, query: CalendarRequest, raw: Moment) -> Envelope[MarketCalendar]:
        sessions = raw.years.us
        first, last = sessions.date_at(0), sessions.date_at(-1)
        if query.end < first or query.start > last:
            raise NoData(
                f"the calendar has {first} to {last}; ask for days between",
                first=first.isoformat(),
                last=last.isoformat(),
            )
        places = [
            place
            for place, day in enumerate(sessions.days.tolist())
            if query.start <= date_of(day) <= query.end
        ]
        calendar = MarketCalendar(
            day=[sessions.date_at(place).isoformat() for place in places],
            opens_at=[_time_text(int(sessions.opens[place])) for place in places],
            closes_at=[_time_text(int(sessions.closes[place])) for place in places],
        )
        return Envelope[MarketCalendar](
            data=calendar, metadata=raw.label("calendar", raw.today, currency=None)
        )


@dataclass(frozen=True)
class SimulatedAssets:
    """Search by symbol and name."""

    view: SimulatedView

    def make_query(self, request: AssetsRequest) -> AssetsRequest:
        return request

    async def fetch(self, query: AssetsRequest) -> Sequence[Listing]:
        listings = self.view.universe.listings
        names = {symbol: listing.name for symbol, listing in listings.items()}
        return [listings[symbol] for symbol in rank_matches(query.text, names)]

    def make_rows(self, query: AssetsRequest, raw: Sequence[Listing]) -> Envelope[Assets]:
        wanted = [each for each in raw if query.asset_class in (None, each.asset_class)]
        assets = [
            Asset(
                symbol=each.symbol,
                name=each.name,
                asset_class=each.asset_class,
                exchange=each.exchange,
                is_tradable=each.asset_class != "index",
                sector=each.sector,
            )
            for each in wanted[: query.limit]
        ]
        moment = self.view.moment()
        metadata = moment.label("assets", moment.today, currency=None)
        return Envelope[Assets](data=Assets(assets=assets), metadata=metadata)


@dataclass(frozen=True)
class SimulatedConstituents:
    """Members by market value at the newest prices; those of the Dow by price, as it is made."""

    view: SimulatedView

    def make_query(self, request: ConstituentsRequest) -> ConstituentsRequest:
        return ConstituentsRequest(self.view.universe.stocks.resolve([request.symbol])[0])

    async def fetch(self, query: ConstituentsRequest) -> tuple[Moment, dict[str, float]]:
        moment = self.view.moment()
        fund = moment.listing(query.symbol)
        if not fund.holds:
            having = [each.symbol for each in self.view.universe.listings.values() if each.holds]
            raise NoData(
                f"the members of {query.symbol} are not known; ask for one of {', '.join(having)}",
                available=having,
            )
        return moment, _weights(moment, fund)

    def make_rows(
        self, query: ConstituentsRequest, raw: tuple[Moment, dict[str, float]]
    ) -> Envelope[Constituents]:
        moment, weights = raw
        members = [(moment.listing(symbol), weight) for symbol, weight in weights.items()]
        constituents = Constituents(
            symbol=query.symbol,
            name=moment.listing(query.symbol).name,
            constituents=[
                Constituent(
                    symbol=each.symbol,
                    name=each.name,
                    sector=each.sector,
                    industry=each.industry,
                    weight=weight,
                )
                for each, weight in members
            ],
        )
        metadata = moment.label("constituents", moment.newest_day, currency=None)
        return Envelope[Constituents](data=constituents, metadata=metadata)


def _weights(moment: Moment, fund: Listing) -> dict[str, float]:
    """Fractions of the fund, heaviest first."""
    is_by_price = fund.holds == "D"
    values = {
        each.symbol: moment.price(each.symbol) * (1 if is_by_price else moment.shares(each.symbol))
        for each in moment.universe.members(fund)
    }
    total = sum(values.values())
    ranked = sorted(values, key=lambda symbol: (-values[symbol], symbol))
    return {symbol: values[symbol] / total for symbol in ranked}


def _time_text(minute: int) -> str:
    return need_time_text(moment_of(minute))
