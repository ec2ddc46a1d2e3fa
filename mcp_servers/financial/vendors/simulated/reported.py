"""What is known of a simulated company's quarters at one time, per share of that time."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from mcp_servers.financial.vendors.simulated.corporate_events import Reports
from mcp_servers.financial.vendors.simulated.draws import Floats, Integers
from mcp_servers.financial.vendors.simulated.financials import Financials
from mcp_servers.financial.vendors.simulated.moment import Moment
from mcp_servers.financial.vendors.simulated.sessions import Sessions, minute_of
from schemas.market.company import EarningsReport

EPS_DECIMALS = 4
BEFORE_OPEN_MINUTES, AFTER_CLOSE_MINUTES = 90, 10


@dataclass(frozen=True)
class ReportedQuarters:
    """All quarters of `financials`, oldest first, of which the first `known` are published."""

    reports: Reports
    financials: Financials
    sessions: Sessions
    published: Integers
    """Minutes since 1970."""
    known: int
    eps: Floats
    estimates: Floats

    def report_day(self, place: int) -> date:
        return self.sessions.date_at(int(self.financials.report_places[place]))

    def period_end(self, place: int) -> date:
        return self.reports.period_ends[int(self.financials.quarters[place])]


def read_reported(moment: Moment, symbol: str) -> ReportedQuarters:
    """Reports of one stock as of now."""
    reports, sessions = moment.years.reports[symbol], moment.years.us
    financials = moment.years.financials(symbol)
    places = financials.report_places
    is_early = reports.time == "before_market"
    early, late = sessions.opens[places] - BEFORE_OPEN_MINUTES, sessions.closes[places] + AFTER_CLOSE_MINUTES
    published = early if is_early else late
    eps = np.round(financials.income["net_income"] / moment.shares(symbol), EPS_DECIMALS)
    return ReportedQuarters(
        reports=reports,
        financials=financials,
        sessions=sessions,
        published=published,
        known=int(np.searchsorted(published, minute_of(moment.now), side="right")),
        eps=eps,
        estimates=np.round(eps - np.abs(eps) * financials.surprises, EPS_DECIMALS),
    )


def make_report(symbol: str, quarters: ReportedQuarters, place: int) -> EarningsReport:
    """One report; before it is out, the estimate is the last known figure."""
    is_known = place < quarters.known
    actual = float(quarters.eps[place]) if is_known else None
    estimate = float(quarters.estimates[place]) if is_known else _expected(quarters)
    return EarningsReport(
        symbol=symbol,
        report_date=quarters.report_day(place).isoformat(),
        period_end=quarters.period_end(place).isoformat(),
        time=quarters.reports.time,
        eps_estimate=estimate,
        eps_actual=actual,
        surprise_fraction=surprise(actual, estimate),
    )


def surprise(actual: float | None, estimate: float | None) -> float | None:
    """The difference as a fraction of the size of the estimate."""
    if actual is None or not estimate:
        return None
    return (actual - estimate) / abs(estimate)


def _expected(quarters: ReportedQuarters) -> float | None:
    return float(quarters.eps[quarters.known - 1]) if quarters.known else None
