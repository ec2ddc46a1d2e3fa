"""Financial statements and reported earnings, as columns, out of EODHD's objects by date."""

from collections.abc import Mapping
from typing import Any, Literal

from mcp_servers.financial.vendors.reading import read_day, read_number, read_percent
from schemas.market.company import EarningsHistory, Statement, Statements

YEARS_MAX = 10
QUARTERS_MAX = 12
INCOME = {
    "revenue": "totalRevenue",
    "cost_of_revenue": "costOfRevenue",
    "gross_profit": "grossProfit",
    "research_and_development": "researchDevelopment",
    "selling_general_administrative": "sellingGeneralAdministrative",
    "operating_income": "operatingIncome",
    "ebit": "ebit",
    "ebitda": "ebitda",
    "interest_expense": "interestExpense",
    "income_before_tax": "incomeBeforeTax",
    "income_tax": "incomeTaxExpense",
    "net_income": "netIncome",
}
BALANCE = {
    "total_assets": "totalAssets",
    "current_assets": "totalCurrentAssets",
    "total_liabilities": "totalLiab",
    "current_liabilities": "totalCurrentLiabilities",
    "equity": "totalStockholderEquity",
    "cash": "cash",
    "short_term_investments": "shortTermInvestments",
    "receivables": "netReceivables",
    "inventory": "inventory",
    "goodwill": "goodWill",
    "short_term_debt": "shortTermDebt",
    "long_term_debt": "longTermDebt",
    "total_debt": "shortLongTermDebtTotal",
    "net_debt": "netDebt",
    "retained_earnings": "retainedEarnings",
    "shares_outstanding": "commonStockSharesOutstanding",
}
CASH_FLOW = {
    "operating_cash_flow": "totalCashFromOperatingActivities",
    "investing_cash_flow": "totalCashflowsFromInvestingActivities",
    "financing_cash_flow": "totalCashFromFinancingActivities",
    "capital_expenditures": "capitalExpenditures",
    "free_cash_flow": "freeCashFlow",
    "depreciation": "depreciation",
    "dividends_paid": "dividendsPaid",
    "change_in_cash": "changeInCash",
}
SPENT = ("capital_expenditures", "dividends_paid")
"""Money that went out: the vendor's sign varies, ours is positive."""


def read_statements(financials: Mapping[str, Any], frequency: Literal["yearly", "quarterly"]) -> Statements:
    """The three statements, each with as many periods as there are up to the maximum."""
    periods_max = YEARS_MAX if frequency == "yearly" else QUARTERS_MAX

    def read(name: str, items: Mapping[str, str]) -> Statement:
        by_date = (financials.get(name) or {}).get(frequency) or {}
        return _read_statement(by_date, items, periods_max)

    return Statements(
        income=read("Income_Statement", INCOME),
        balance=read("Balance_Sheet", BALANCE),
        cash_flow=read("Cash_Flow", CASH_FLOW),
    )


def read_earnings(history: Mapping[str, Any]) -> EarningsHistory:
    """Quarters that have been reported, newest first; those to come are in the earnings calendar."""
    reported = [history[day] for day in sorted(history, reverse=True)]
    reported = [row for row in reported if read_number(row.get("epsActual")) is not None][:QUARTERS_MAX]
    return EarningsHistory(
        period_end=[row["date"] for row in reported],
        report_date=[read_day(row.get("reportDate")) for row in reported],
        eps_actual=[read_number(row["epsActual"]) for row in reported],
        eps_estimate=[read_number(row.get("epsEstimate")) for row in reported],
        surprise_fraction=[read_percent(row.get("surprisePercent")) for row in reported],
    )


def _read_statement(by_date: Mapping[str, Any], items: Mapping[str, str], periods_max: int) -> Statement:
    days = sorted(by_date, reverse=True)[:periods_max]
    rows = [by_date[day] for day in days]
    currencies = {row.get("currency_symbol") for row in rows}
    return Statement(
        period_end=days,
        filed=[read_day(row.get("filing_date")) for row in rows],
        items={ours: [_read_item(ours, row.get(theirs)) for row in rows] for ours, theirs in items.items()},
        currency=currencies.pop() if len(currencies) == 1 else None,
    )


def _read_item(name: str, value: Any) -> float | None:
    number = read_number(value)
    return abs(number) if number is not None and name in SPENT else number
