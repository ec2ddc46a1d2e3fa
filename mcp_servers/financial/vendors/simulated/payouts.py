"""Dividends, splits and earnings reports of the simulated market."""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from mcp_servers.financial.vendors.requests import DividendsRequest, EarningsRequest, SplitsRequest
from mcp_servers.financial.vendors.simulated.moment import Moment, SimulatedView
from mcp_servers.financial.vendors.simulated.reported import make_report, read_reported
from mcp_servers.problems import NoData
from schemas.market.company import Dividends, EarningsCalendar, EarningsReport, Splits
from schemas.market.envelope import Envelope

DECLARED_DAYS_BEFORE = 30
PAID_DAYS_AFTER = 21
AMOUNT_DECIMALS = 6


@dataclass(frozen=True)
class SimulatedDividends:
    """Dividends that have gone ex by now. The record day is the ex-day, as settlement takes one day."""

    view: SimulatedView

    def make_query(self, request: DividendsRequest) -> DividendsRequest:
        return replace(request, symbol=self.view.universe.stocks.resolve([request.symbol])[0])

    async def fetch(self, query: DividendsRequest) -> tuple[Moment, list[int]]:
        moment = self.view.moment()
        dividends = moment.history(query.symbol).dividends[: len(moment.daily(query.symbol))]
        return moment, np.flatnonzero(dividends).tolist()

    def make_rows(self, query: DividendsRequest, raw: tuple[Moment, list[int]]) -> Envelope[Dividends]:
        moment, places = raw
        history, sessions = moment.history(query.symbol), moment.sessions(query.symbol)
        _, splits = history.factors(len(moment.daily(query.symbol)), "split")
        days = [(place, sessions.date_at(place)) for place in places]
        wanted = [
            (place, day)
            for place, day in days
            if (query.start is None or day >= query.start) and (query.end is None or day <= query.end)
        ]
        dividends = Dividends(
            symbol=query.symbol,
            ex_date=[day.isoformat() for _, day in wanted],
            amount=[round(float(history.dividends[at] / splits[at]), AMOUNT_DECIMALS) for at, _ in wanted],
            unadjusted_amount=[float(history.dividends[place]) for place, _ in wanted],
            declaration_date=[(day - timedelta(days=DECLARED_DAYS_BEFORE)).isoformat() for _, day in wanted],
            record_date=[day.isoformat() for _, day in wanted],
            payment_date=[(day + timedelta(days=PAID_DAYS_AFTER)).isoformat() for _, day in wanted],
        )
        metadata = moment.label("dividends", moment.newest_day, adjustment="split")
        return Envelope[Dividends](data=dividends, metadata=metadata)


@dataclass(frozen=True)
class SimulatedSplits:
    """Splits that have happened by now."""

    view: SimulatedView

    def make_query(self, request: SplitsRequest) -> SplitsRequest:
        return SplitsRequest(self.view.universe.stocks.resolve([request.symbol])[0])

    async def fetch(self, query: SplitsRequest) -> Moment:  # noqa: ARG002 they are part of the history
        return self.view.moment()

    def make_rows(self, query: SplitsRequest, raw: Moment) -> Envelope[Splits]:
        ratios = raw.history(query.symbol).ratios[: len(raw.daily(query.symbol))]
        places = np.flatnonzero(ratios != 1).tolist()
        splits = Splits(
            symbol=query.symbol,
            date=[raw.years.us.date_at(place).isoformat() for place in places],
            ratio=[float(ratios[place]) for place in places],
        )
        metadata = raw.label("splits", raw.newest_day, currency=None)
        return Envelope[Splits](data=splits, metadata=metadata)


@dataclass(frozen=True)
class SimulatedEarnings:
    """Reports to the end of next year; those to come are estimated by the last one."""

    view: SimulatedView

    def make_query(self, request: EarningsRequest) -> EarningsRequest:
        return replace(request, symbols=self.view.universe.stocks.resolve(request.symbols))

    async def fetch(self, query: EarningsRequest) -> tuple[Moment, list[EarningsReport]]:
        moment = self.view.moment()
        last = moment.years.us.date_at(-1)
        if query.start > last:
            raise NoData(
                f"reports are scheduled until {last}; ask for an earlier period", last=last.isoformat()
            )
        symbols = query.symbols or [each.symbol for each in self.view.universe.of_class("stock")]
        reports = [
            make_report(symbol, quarters, place)
            for symbol in dict.fromkeys(symbols)
            if symbol in moment.years.reports
            for quarters in [read_reported(moment, symbol)]
            for place in range(len(quarters.published))
            if query.start <= quarters.report_day(place) <= query.end
        ]
        return moment, reports

    def make_rows(
        self,
        query: EarningsRequest,  # noqa: ARG002 only what was asked for has been fetched
        raw: tuple[Moment, list[EarningsReport]],
    ) -> Envelope[EarningsCalendar]:
        moment, reports = raw
        ordered = sorted(reports, key=lambda report: (report.report_date, report.symbol))
        metadata = moment.label("earnings", moment.today)
        return Envelope[EarningsCalendar](data=EarningsCalendar(reports=ordered), metadata=metadata)
