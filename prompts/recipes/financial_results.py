"""Show the reported results of a company: revenue, net income, margins, cash flow and debt by quarter or year.

Figures are those of the reports; margins are over the revenue of the same report, and free cash flow is
operating cash flow less capital expenditure. The growth is of the newest report over the oldest that is
shown.

Questions:
    Show the quarterly results of KO.
    Show the revenue and EPS of AAPL over the last 8 quarters.
    Show the annual revenue and net income of AMZN since 2018.
    Show the annual results of MSFT.
    What are the results of GOOGL?
    Show the quarterly revenue and net income of META.
"""

from datetime import date
from typing import Annotated, Literal

import pandas as pd
from mcp_client import Param, eodhd_fundamentals, step

COLUMNS = {
    "income": ["revenue", "gross_profit", "operating_income", "net_income"],
    "cash_flow": ["operating_cash_flow", "capital_expenditures", "free_cash_flow"],
    "balance": ["total_assets", "equity", "total_debt", "net_debt", "cash"],
}
MARGINS = {
    "gross_profit": "gross_margin",
    "operating_income": "operating_margin",
    "net_income": "net_margin",
    "free_cash_flow": "free_cash_flow_margin",
}


def analyze(
    symbol: str = "AAPL",
    by: Literal["quarter", "year"] = "quarter",
    months: Annotated[int | None, Param(ge=3, le=360)] = 24,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """Show the reported results of a company: revenue, net income, margins, cash flow and debt by quarter or year.

    symbol: ticker of a company
    by: length of a report
    months: how long the reports go back, 3 for each quarter
    start: first end of a report; wins over months
    end: last end of a report
    """
    step("reading reports")
    data = eodhd_fundamentals(symbol=symbol)["data"]
    reports = data["quarterly" if by == "quarter" else "yearly"]
    tables = [
        pd.DataFrame(reports[part]["items"], index=reports[part]["period_end"]).reindex(columns=columns)
        for part, columns in COLUMNS.items()
    ]
    table = pd.concat(tables, axis=1).astype(float).sort_index()
    if table.empty:
        raise ValueError(f"{symbol} has no reports here, as funds and indices have none; ask about a company")
    if end:
        table = table[table.index <= end.isoformat()]
    if start:
        table = table[table.index >= start.isoformat()]
    elif months:
        table = table.tail(max(months // (3 if by == "quarter" else 12), 1))
    if table.empty:
        raise ValueError(f"{symbol} has no reports in this period; choose another one")
    for column, margin in MARGINS.items():
        table[margin] = table[column] / table["revenue"].where(table["revenue"] > 0)
    if by == "quarter":
        table["eps"] = pd.Series(
            data["earnings"]["eps_actual"], index=data["earnings"]["period_end"], dtype=float
        )
    currency = reports["income"]["currency"] or "USD"
    return {
        "description": describe(symbol, table, by, currency),
        "body": [
            row(name, day, value, currency)
            for day, line in table[::-1].iterrows()
            for name, value in line.items()
        ],
        "charts": draw_charts(table, symbol),
    }


def draw_charts(table: pd.DataFrame, symbol: str) -> list[dict]:
    return [
        draw(f"{symbol}: revenue and net income", "number", table[["revenue", "net_income"]], "bar"),
        draw(f"{symbol}: margins", "percent", table[list(MARGINS.values())], "line"),
    ]


def describe(symbol: str, table: pd.DataFrame, by: str, currency: str) -> str:
    newest, oldest = table.iloc[-1], table.iloc[0]
    growth = newest["revenue"] / oldest["revenue"] - 1 if oldest["revenue"] > 0 else None
    is_grown = len(table) > 1 and not pd.isna(growth)
    grown = f", {growth:+.1%} on that to {table.index[0]}" if is_grown else ""
    share = "" if pd.isna(newest["net_margin"]) else f" ({newest['net_margin']:.1%} of the revenue)"
    revenue, income = (say_billions(newest[name], currency) for name in ("revenue", "net_income"))
    return (
        f"In the {by} to {table.index[-1]} {symbol} had a revenue of {revenue}{grown}, "
        f"and a net income of {income}{share}."
    )


def say_billions(value: float, currency: str) -> str:
    return "unknown size" if pd.isna(value) else f"{value / 1e9:,.2f} billion {currency}"


def row(name: str, day: str, value: float, currency: str) -> dict:
    is_margin = name in MARGINS.values()
    missing = "its amount or a revenue above 0 is not reported" if is_margin else "not in this report"
    return {
        "id": f"{day}:{name}",
        "key": f"{'EPS' if name == 'eps' else name.replace('_', ' ')}, {day}",
        "value": None if pd.isna(value) else float(value),
        "format": "percent" if is_margin else "currency",
        "unit": None if is_margin else currency,
        "description": "of revenue" if is_margin else f"report to {day}",
        "reason": missing if pd.isna(value) else "",
    }


def draw(title: str, format_: str, table: pd.DataFrame, kind: str) -> dict:
    return {
        "type": kind,
        "title": title,
        "format": format_,
        "series": [
            {
                "name": str(name).replace("_", " "),
                "x": list(table.index),
                "y": [None if pd.isna(value) else float(value) for value in table[name]],
            }
            for name in table
        ],
    }
