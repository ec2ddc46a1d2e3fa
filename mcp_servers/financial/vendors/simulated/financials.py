"""Quarterly figures of a simulated company: earnings that its price has been paying for, and what adds up."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mcp_servers.financial.vendors.simulated.corporate_events import Reports
from mcp_servers.financial.vendors.simulated.draws import SHOCKS, Floats, Integers, draw_words, split_words
from mcp_servers.financial.vendors.simulated.factor_model import ReturnPaths
from mcp_servers.financial.vendors.simulated.price_history import PriceHistory
from mcp_servers.financial.vendors.simulated.sessions import Sessions, day_number

PRICE_SESSIONS = 252
"""Sessions before the end of a quarter whose mean price its earnings follow."""
SESSIONS_NEEDED = 60
REVENUE_NOISE, INCOME_NOISE, SURPRISE_NOISE = 0.02, 0.06, 0.03
SURPRISE_PER_SHOCK = 0.03
"""Prices react to the surprise: it has the sign of the day's own shock, mostly."""
SURPRISE_MAX = 0.5
TAX_RATE = 0.2
INTEREST_RATE = 0.05
DEPRECIATION_SHARE, CAPITAL_SHARE = 0.05, 0.06
"""Of revenue."""
ASSETS_PER_REVENUE = {"Financials": 9.0, "Utilities": 4.5, "Real Estate": 6.0}
EQUITY_SHARE = {"Financials": 0.11}
ASSETS_PER_REVENUE_ELSE, EQUITY_SHARE_ELSE = 1.6, 0.42
ASSET_SHARES = {
    "current_assets": 0.34,
    "current_liabilities": 0.26,
    "cash": 0.09,
    "short_term_investments": 0.05,
    "receivables": 0.08,
    "inventory": 0.05,
    "goodwill": 0.12,
    "short_term_debt": 0.04,
    "long_term_debt": 0.20,
}
ROUND_TO = 1000.0
"""Dollars."""


@dataclass(frozen=True)
class Financials:
    """Quarters as columns of the same length, oldest first; `items` in dollars.

    `quarters` are places in the company's reports, `report_places` in the sessions.
    """

    quarters: Integers
    report_places: Integers
    surprises: Floats
    income: Mapping[str, Floats]
    balance: Mapping[str, Floats]
    cash_flow: Mapping[str, Floats]


def make_financials(
    seed: int, history: PriceHistory, sessions: Sessions, reports: Reports, paths: ReturnPaths
) -> Financials:
    """Every quarter that is reported within `sessions`; it depends on no price after its end."""
    listing = history.listing
    assert listing.pe
    assert listing.net_margin
    ends = sessions.first_on_or_after(np.array([day_number(end) + 1 for end in reports.period_ends]))
    quarters = np.flatnonzero(ends >= SESSIONS_NEEDED)
    ends = ends[quarters]
    draws = split_words(
        draw_words(seed, f"{listing.symbol}/financials", 0, len(reports.period_ends))[quarters]
    )
    expected = _mean_values(history, ends) / listing.pe / 4
    revenue = _round(expected / listing.net_margin * (1 + REVENUE_NOISE * SHOCKS.normal[draws[0]]))
    net_income = _round(expected * (1 + INCOME_NOISE * np.clip(SHOCKS.normal[draws[1]], -3, 3)))
    shocks = paths.own_shocks[reports.reactions[quarters], paths.columns[listing.symbol]]
    surprises = SURPRISE_PER_SHOCK * shocks + SURPRISE_NOISE * SHOCKS.normal[draws[2]]
    balance = _balance(listing.sector or "", revenue)
    income = _income(revenue, net_income, balance["total_debt"])
    payments = _payments(history, ends)
    return Financials(
        quarters=quarters,
        report_places=reports.places[quarters],
        surprises=np.clip(surprises, -SURPRISE_MAX, SURPRISE_MAX),
        income=income,
        balance=balance,
        cash_flow=_cash_flow(income, payments),
    )


def _mean_values(history: PriceHistory, ends: Integers) -> Floats:
    """Mean market value in dollars over the year, or what there is of it, before each of `ends`."""
    ratios = np.cumprod(history.ratios)
    values = history.bars.close / history.tick * (ratios / ratios[history.anchor]) * history.listing.shares
    reached = np.concatenate([[0.0], np.cumsum(values)])
    starts = np.maximum(ends - PRICE_SESSIONS, 0)
    return np.asarray((reached[ends] - reached[starts]) / (ends - starts))


def _income(revenue: Floats, net_income: Floats, debt: Floats) -> dict[str, Floats]:
    before_tax = np.where(net_income > 0, _round(net_income / (1 - TAX_RATE)), net_income)
    interest = _round(debt * (INTEREST_RATE / 4))
    operating = before_tax + interest
    spending = _round((revenue - operating) * 0.4)
    research = _round(spending * 0.35)
    return {
        "revenue": revenue,
        "cost_of_revenue": revenue - operating - spending,
        "gross_profit": operating + spending,
        "research_and_development": research,
        "selling_general_administrative": spending - research,
        "operating_income": operating,
        "ebit": operating,
        "ebitda": operating + _round(revenue * DEPRECIATION_SHARE),
        "interest_expense": interest,
        "income_before_tax": before_tax,
        "income_tax": before_tax - net_income,
        "net_income": net_income,
    }


def _balance(sector: str, revenue: Floats) -> dict[str, Floats]:
    assets = _round(revenue * 4 * ASSETS_PER_REVENUE.get(sector, ASSETS_PER_REVENUE_ELSE))
    equity = _round(assets * EQUITY_SHARE.get(sector, EQUITY_SHARE_ELSE))
    parts = {name: _round(assets * share) for name, share in ASSET_SHARES.items()}
    debt = parts["short_term_debt"] + parts["long_term_debt"]
    return {
        "total_assets": assets,
        "total_liabilities": assets - equity,
        "equity": equity,
        "retained_earnings": _round(equity * 0.6),
        "total_debt": debt,
        "net_debt": debt - parts["cash"],
        **parts,
    }


def _cash_flow(income: Mapping[str, Floats], payments: Floats) -> dict[str, Floats]:
    depreciation = income["ebitda"] - income["operating_income"]
    operating = income["net_income"] + depreciation
    spent = _round(income["revenue"] * CAPITAL_SHARE)
    financing = -payments - _round(np.maximum(operating - spent - payments, 0) * 0.8)
    return {
        "operating_cash_flow": operating,
        "investing_cash_flow": -spent,
        "financing_cash_flow": financing,
        "capital_expenditures": spent,
        "free_cash_flow": operating - spent,
        "depreciation": depreciation,
        "dividends_paid": payments,
        "change_in_cash": operating - spent + financing,
    }


def _payments(history: PriceHistory, ends: Integers) -> Floats:
    """Dividends of each quarter in dollars."""
    ratios = np.cumprod(history.ratios)
    paid = history.dividends * (ratios / ratios[history.anchor]) * history.listing.shares
    reached = np.concatenate([[0.0], np.cumsum(paid)])[ends]
    return _round(np.diff(reached, prepend=reached[0]))


def _round(dollars: Floats) -> Floats:
    return np.asarray(np.round(dollars / ROUND_TO) * ROUND_TO)
