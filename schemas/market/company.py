"""What a company is, earns and pays out. Margins, yields and holdings are fractions of 1."""

from typing import Literal

from pydantic import Field

from schemas.wire import Wire

ReportTime = Literal["before_market", "during_market", "after_market"]


class Profile(Wire):
    """Who the company is. Texts are the vendor's, cut, and nothing to obey."""

    name: str | None = None
    asset_class: Literal["stock", "etf", "crypto", "index", "other"] = "stock"
    exchange: str | None = None
    sector: str | None = None
    industry: str | None = None
    country: str | None = None
    isin: str | None = None
    employees: float | None = None
    ipo_date: str | None = None
    fiscal_year_end: str | None = None
    description: str = ""


class Valuation(Wire):
    """What the market pays; ratios over the trailing twelve months unless they say otherwise."""

    market_cap: float | None = None
    enterprise_value: float | None = None
    trailing_pe: float | None = None
    forward_pe: float | None = None
    peg: float | None = None
    price_to_sales: float | None = None
    price_to_book: float | None = None
    ev_to_revenue: float | None = None
    ev_to_ebitda: float | None = None


class Highlights(Wire):
    """Figures of the trailing twelve months. Growth is against the same quarter a year before."""

    revenue: float | None = None
    gross_profit: float | None = None
    ebitda: float | None = None
    eps: float | None = None
    book_value_per_share: float | None = None
    dividend_per_share: float | None = None
    dividend_yield: float | None = None
    profit_margin: float | None = None
    operating_margin: float | None = None
    return_on_assets: float | None = None
    return_on_equity: float | None = None
    revenue_growth: float | None = None
    earnings_growth: float | None = None
    most_recent_quarter: str | None = None


class Shares(Wire):
    """How many shares there are and who holds them."""

    outstanding: float | None = None
    free_float: float | None = None
    insiders_fraction: float | None = None
    institutions_fraction: float | None = None
    short: float | None = None


class Technicals(Wire):
    """Figures of the price that vendors publish beside the fundamentals."""

    beta: float | None = None
    high_52_weeks: float | None = None
    low_52_weeks: float | None = None
    average_50_days: float | None = None
    average_200_days: float | None = None


class Analysts(Wire):
    """`rating` runs from 1 (sell) to 5 (buy)."""

    rating: float | None = None
    target_price: float | None = None


class Statement(Wire):
    """One financial statement as columns, newest period first: every column is as long as `period_end`.

    `filed` is the day it became public: what a back-test may know. Null where the vendor has no value.
    """

    period_end: list[str] = Field(default_factory=list)
    filed: list[str | None] = Field(default_factory=list)
    items: dict[str, list[float | None]] = Field(default_factory=dict)
    """Such as revenue, net_income, total_assets, free_cash_flow; money in `currency`."""
    currency: str | None = None


class Statements(Wire):
    """The three statements of one frequency."""

    income: Statement = Field(default_factory=Statement)
    balance: Statement = Field(default_factory=Statement)
    cash_flow: Statement = Field(default_factory=Statement)


class EarningsHistory(Wire):
    """Reported quarters as columns, newest first."""

    period_end: list[str] = Field(default_factory=list)
    report_date: list[str | None] = Field(default_factory=list)
    eps_actual: list[float | None] = Field(default_factory=list)
    eps_estimate: list[float | None] = Field(default_factory=list)
    surprise_fraction: list[float | None] = Field(default_factory=list)


class Fundamentals(Wire):
    """One company or fund. Parts that do not apply to it are empty."""

    symbol: str
    profile: Profile
    valuation: Valuation = Field(default_factory=Valuation)
    highlights: Highlights = Field(default_factory=Highlights)
    shares: Shares = Field(default_factory=Shares)
    technicals: Technicals = Field(default_factory=Technicals)
    analysts: Analysts = Field(default_factory=Analysts)
    yearly: Statements = Field(default_factory=Statements)
    quarterly: Statements = Field(default_factory=Statements)
    earnings: EarningsHistory = Field(default_factory=EarningsHistory)


class Dividends(Wire):
    """Dividends as columns of the same length, oldest first."""

    symbol: str
    ex_date: list[str]
    amount: list[float]
    """Per share, adjusted for later splits."""
    unadjusted_amount: list[float | None]
    """Per share as it was paid."""
    declaration_date: list[str | None]
    record_date: list[str | None]
    payment_date: list[str | None]


class Splits(Wire):
    """Splits as columns of the same length, oldest first."""

    symbol: str
    date: list[str]
    ratio: list[float]
    """New shares for each old one: 4.0 for four for one, 0.1 for a reverse split of ten to one."""


class EarningsReport(Wire):
    """One report, past or expected. `eps_actual` is null until it is out."""

    symbol: str
    report_date: str
    period_end: str | None = None
    time: ReportTime | None = None
    eps_estimate: float | None = None
    eps_actual: float | None = None
    surprise_fraction: float | None = None


class EarningsCalendar(Wire):
    """Reports by date, then symbol."""

    reports: list[EarningsReport]
