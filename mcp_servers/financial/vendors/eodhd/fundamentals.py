"""Fundamentals from EODHD: one large answer whose lists are objects and whose numbers may be strings."""

from collections.abc import Mapping, Sequence
from typing import Any

from mcp_servers.financial.vendors.connection import Reply
from mcp_servers.financial.vendors.eodhd.access import EodhdPlainFetcher
from mcp_servers.financial.vendors.eodhd.assets import CLASSES, FUNDAMENTALS_ENDPOINT, NAME_LENGTH_MAX
from mcp_servers.financial.vendors.eodhd.statements import read_earnings, read_statements
from mcp_servers.financial.vendors.eodhd.tickers import canonical
from mcp_servers.financial.vendors.reading import read_day, read_number, read_percent, read_text
from mcp_servers.financial.vendors.requests import FundamentalsRequest
from schemas.market.company import (
    Analysts,
    Fundamentals,
    Highlights,
    Profile,
    Shares,
    Technicals,
    Valuation,
)
from schemas.market.envelope import Envelope

DESCRIPTION_LENGTH_MAX = 1000

HIGHLIGHTS = {
    "revenue": "RevenueTTM",
    "gross_profit": "GrossProfitTTM",
    "ebitda": "EBITDA",
    "eps": "EarningsShare",
    "book_value_per_share": "BookValue",
    "dividend_per_share": "DividendShare",
    "dividend_yield": "DividendYield",
    "profit_margin": "ProfitMargin",
    "operating_margin": "OperatingMarginTTM",
    "return_on_assets": "ReturnOnAssetsTTM",
    "return_on_equity": "ReturnOnEquityTTM",
    "revenue_growth": "QuarterlyRevenueGrowthYOY",
    "earnings_growth": "QuarterlyEarningsGrowthYOY",
}
VALUATION = {
    "enterprise_value": "EnterpriseValue",
    "trailing_pe": "TrailingPE",
    "forward_pe": "ForwardPE",
    "price_to_sales": "PriceSalesTTM",
    "price_to_book": "PriceBookMRQ",
    "ev_to_revenue": "EnterpriseValueRevenue",
    "ev_to_ebitda": "EnterpriseValueEbitda",
}
TECHNICALS = {
    "beta": "Beta",
    "high_52_weeks": "52WeekHigh",
    "low_52_weeks": "52WeekLow",
    "average_50_days": "50DayMA",
    "average_200_days": "200DayMA",
}
PROFILE = {
    "name": "Name",
    "exchange": "Exchange",
    "sector": "Sector",
    "industry": "Industry",
    "country": "CountryName",
    "isin": "ISIN",
    "fiscal_year_end": "FiscalYearEnd",
}


class EodhdFundamentals(EodhdPlainFetcher[FundamentalsRequest, Fundamentals]):
    """Funds have a profile and technicals only."""

    async def ask(self, query: FundamentalsRequest) -> Sequence[Reply]:
        return [await self._access.get_of(query.symbol, FUNDAMENTALS_ENDPOINT)]

    def read(self, query: FundamentalsRequest, replies: Sequence[Reply]) -> Envelope[Fundamentals]:
        content = replies[0].content
        parts: dict[str, Mapping[str, Any]] = {name: part or {} for name, part in content.items()}

        def part(name: str) -> Mapping[str, Any]:
            return parts.get(name, {})

        financials = part("Financials")
        fundamentals = Fundamentals(
            symbol=canonical(query.symbol),
            profile=_read_profile(part("General")),
            valuation=_read_valuation(part("Highlights"), part("Valuation")),
            highlights=Highlights(
                **_numbers(part("Highlights"), HIGHLIGHTS),
                most_recent_quarter=read_day(part("Highlights").get("MostRecentQuarter")),
            ),
            shares=_read_shares(part("SharesStats")),
            technicals=Technicals(**_numbers(part("Technicals"), TECHNICALS)),
            analysts=Analysts(
                **_numbers(part("AnalystRatings"), {"rating": "Rating", "target_price": "TargetPrice"})
            ),
            yearly=read_statements(financials, "yearly"),
            quarterly=read_statements(financials, "quarterly"),
            earnings=read_earnings(part("Earnings").get("History") or {}),
        )
        currency = part("General").get("CurrencyCode")
        metadata = self._access.label(FUNDAMENTALS_ENDPOINT, replies, currency=currency)
        return Envelope[Fundamentals](data=fundamentals, metadata=metadata)


def _numbers(part: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {ours: read_number(part.get(theirs)) for ours, theirs in names.items()}


def _read_profile(general: Mapping[str, Any]) -> Profile:
    texts: dict[str, Any] = {
        ours: read_text(general.get(theirs), NAME_LENGTH_MAX) for ours, theirs in PROFILE.items()
    }
    return Profile(
        **texts,
        asset_class=CLASSES.get(general.get("Type") or "", "other"),
        employees=read_number(general.get("FullTimeEmployees")),
        ipo_date=read_day(general.get("IPODate")),
        description=read_text(general.get("Description"), DESCRIPTION_LENGTH_MAX) or "",
    )


def _read_valuation(highlights: Mapping[str, Any], valuation: Mapping[str, Any]) -> Valuation:
    return Valuation(
        **_numbers(valuation, VALUATION),
        market_cap=read_number(highlights.get("MarketCapitalization")),
        peg=read_number(highlights.get("PEGRatio")),
    )


def _read_shares(shares: Mapping[str, Any]) -> Shares:
    """The vendor's holdings are percentages."""

    def fraction(name: str) -> float | None:
        return read_percent(shares.get(name))

    return Shares(
        outstanding=read_number(shares.get("SharesOutstanding")),
        free_float=read_number(shares.get("SharesFloat")),
        insiders_fraction=fraction("PercentInsiders"),
        institutions_fraction=fraction("PercentInstitutions"),
        short=read_number(shares.get("SharesShort")),
    )
