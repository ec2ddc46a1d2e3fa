"""Fundamentals of simulated companies and funds, all of which follow from prices, shares and reports."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mcp_servers.financial.vendors.requests import FundamentalsRequest
from mcp_servers.financial.vendors.simulated.draws import Floats
from mcp_servers.financial.vendors.simulated.moment import Moment, SimulatedView
from mcp_servers.financial.vendors.simulated.reported import ReportedQuarters, read_reported, surprise
from schemas.market.company import (
    EarningsHistory,
    Fundamentals,
    Highlights,
    Profile,
    Shares,
    Statement,
    Statements,
    Technicals,
    Valuation,
)
from schemas.market.envelope import Envelope

YEAR_SESSIONS = 252
QUARTERS_MAX = 12
YEARS_MAX = 10
DESCRIPTION = "{name} as it is in a simulated market: only its name and sector are real."


@dataclass(frozen=True)
class SimulatedFundamentals:
    """Funds and indexes have a profile, dividends and technicals only."""

    view: SimulatedView

    def make_query(self, request: FundamentalsRequest) -> FundamentalsRequest:
        return FundamentalsRequest(self.view.universe.stocks.resolve([request.symbol])[0])

    async def fetch(self, query: FundamentalsRequest) -> tuple[Moment, ReportedQuarters | None]:
        moment = self.view.moment()
        has_reports = query.symbol in moment.years.reports
        return moment, read_reported(moment, query.symbol) if has_reports else None

    def make_rows(
        self, query: FundamentalsRequest, raw: tuple[Moment, ReportedQuarters | None]
    ) -> Envelope[Fundamentals]:
        moment, quarters = raw
        price = moment.price(query.symbol)
        paid = _dividends_of_the_year(moment, query.symbol)
        fundamentals = Fundamentals(
            symbol=query.symbol,
            profile=_profile(moment, query.symbol),
            shares=Shares(outstanding=moment.shares(query.symbol) or None),
            technicals=_technicals(moment, query.symbol),
            highlights=Highlights(dividend_per_share=paid, dividend_yield=paid / price),
        )
        if quarters is not None and quarters.known >= 5:
            fundamentals = fundamentals.model_copy(update=_company(moment, query.symbol, quarters, paid))
        metadata = moment.label("fundamentals", moment.newest_day)
        return Envelope[Fundamentals](data=fundamentals, metadata=metadata)


def _company(moment: Moment, symbol: str, quarters: ReportedQuarters, paid: float) -> dict[str, object]:
    """The parts that only companies have."""
    facts, last = quarters.financials, quarters.known
    price, shares = moment.price(symbol), moment.shares(symbol)
    year = {name: _sum(column[last - 4 : last]) for name, column in facts.income.items()}
    balance = {name: float(column[last - 1]) for name, column in facts.balance.items()}
    eps = round(_sum(quarters.eps[last - 4 : last]), 4)
    market_cap = price * shares
    enterprise = market_cap + balance["net_debt"]
    valuation = Valuation(
        market_cap=market_cap,
        enterprise_value=enterprise,
        trailing_pe=price / eps if eps > 0 else None,
        price_to_sales=market_cap / year["revenue"],
        price_to_book=market_cap / balance["equity"],
        ev_to_revenue=enterprise / year["revenue"],
        ev_to_ebitda=enterprise / year["ebitda"] if year["ebitda"] > 0 else None,
    )
    highlights = Highlights(
        revenue=year["revenue"],
        gross_profit=year["gross_profit"],
        ebitda=year["ebitda"],
        eps=eps,
        book_value_per_share=balance["equity"] / shares,
        dividend_per_share=paid,
        dividend_yield=paid / price,
        profit_margin=year["net_income"] / year["revenue"],
        operating_margin=year["operating_income"] / year["revenue"],
        return_on_assets=year["net_income"] / balance["total_assets"],
        return_on_equity=year["net_income"] / balance["equity"],
        revenue_growth=_growth(facts.income["revenue"], last),
        earnings_growth=_growth(facts.income["net_income"], last),
        most_recent_quarter=quarters.period_end(last - 1).isoformat(),
    )
    return {
        "valuation": valuation,
        "highlights": highlights,
        "quarterly": _quarterly(quarters),
        "yearly": _yearly(quarters),
        "earnings": _earnings(quarters),
    }


def _profile(moment: Moment, symbol: str) -> Profile:
    listing = moment.listing(symbol)
    return Profile(
        name=listing.name,
        asset_class=listing.asset_class,
        exchange=listing.exchange,
        sector=listing.sector,
        industry=listing.industry,
        fiscal_year_end="December" if listing.asset_class == "stock" else None,
        description=DESCRIPTION.format(name=listing.name),
    )


def _technicals(moment: Moment, symbol: str) -> Technicals:
    """In today's shares, not adjusted for dividends, as such figures are quoted."""
    history, bars = moment.history(symbol), moment.daily(symbol)
    factors, _ = history.factors(len(bars), "split")
    year = slice(-YEAR_SESSIONS, None)
    closes = bars.close / history.tick * factors
    return Technicals(
        beta=moment.listing(symbol).beta,
        high_52_weeks=float((bars.high / history.tick * factors)[year].max()),
        low_52_weeks=float((bars.low / history.tick * factors)[year].min()),
        average_50_days=_sum(closes[-50:]) / len(closes[-50:]),
        average_200_days=_sum(closes[-200:]) / len(closes[-200:]),
    )


def _dividends_of_the_year(moment: Moment, symbol: str) -> float:
    """Per share of today, gone ex in the last four quarters."""
    count = len(moment.daily(symbol))
    history = moment.history(symbol)
    _, splits = history.factors(count, "split")
    return round(_sum((history.dividends[:count] / splits)[-YEAR_SESSIONS:]), 6)


def _quarterly(quarters: ReportedQuarters) -> Statements:
    places = list(range(quarters.known - 1, max(quarters.known - 1 - QUARTERS_MAX, -1), -1))

    def statement(items: Mapping[str, Floats]) -> Statement:
        return Statement(
            period_end=[quarters.period_end(place).isoformat() for place in places],
            filed=[quarters.report_day(place).isoformat() for place in places],
            items={name: [float(column[place]) for place in places] for name, column in items.items()},
            currency="USD",
        )

    facts = quarters.financials
    return Statements(
        income=statement(facts.income), balance=statement(facts.balance), cash_flow=statement(facts.cash_flow)
    )


def _yearly(quarters: ReportedQuarters) -> Statements:
    """Years with four reported quarters: flows are summed, balances those of the last quarter."""
    ends = [place for place in range(3, quarters.known) if quarters.period_end(place).month == 12]
    places = ends[::-1][:YEARS_MAX]

    def statement(items: Mapping[str, Floats], quarters_summed: int) -> Statement:
        return Statement(
            period_end=[quarters.period_end(place).isoformat() for place in places],
            filed=[quarters.report_day(place).isoformat() for place in places],
            items={
                name: [_sum(column[place + 1 - quarters_summed : place + 1]) for place in places]
                for name, column in items.items()
            },
            currency="USD",
        )

    facts = quarters.financials
    return Statements(
        income=statement(facts.income, 4),
        balance=statement(facts.balance, 1),
        cash_flow=statement(facts.cash_flow, 4),
    )


def _earnings(quarters: ReportedQuarters) -> EarningsHistory:
    places = list(range(quarters.known - 1, max(quarters.known - 1 - QUARTERS_MAX, -1), -1))
    pairs = [(float(quarters.eps[place]), float(quarters.estimates[place])) for place in places]
    return EarningsHistory(
        period_end=[quarters.period_end(place).isoformat() for place in places],
        report_date=[quarters.report_day(place).isoformat() for place in places],
        eps_actual=[actual for actual, _ in pairs],
        eps_estimate=[estimate for _, estimate in pairs],
        surprise_fraction=[surprise(actual, estimate) for actual, estimate in pairs],
    )


def _growth(column: Floats, last: int) -> float | None:
    """Of the newest quarter over the same one a year before; null when that was a loss or nothing."""
    before = float(column[last - 5])
    return float(column[last - 1]) / before - 1 if before > 0 else None


def _sum(column: Floats) -> float:
    """In order, so that it is the same on every machine."""
    return float(np.cumsum(column)[-1])
