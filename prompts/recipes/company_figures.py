"""Compare a figure of the reports of companies: revenue, income, margins, cash flow, assets or debt.

Figures are those of the reports, by quarter or year, newest last; without a period the last four quarters
or the last six years. Amounts of a period are added up over the reports that are shown, and a margin is the
sum over the sum of the revenue; assets and debts are those of the newest report. Its change is on the report
of a year before; growth a year is from the first to the last of the yearly reports. A year is that of the
company, which may end in any month.

Questions:
    What was the net income of MSFT?
    Show the quarterly gross margin of NVDA over the last 8 quarters.
    What are the total assets of JPM as of 2024-12-31?
    Compare the net debt of CVX and XOM.
    Which of AMZN and GOOGL had the highest capex in 2024?
    Show the annual revenue of AMZN since 2018.
    What is the revenue CAGR of META from 2019 to 2023?
    Compare the annual revenue CAGR of KO and PEP.
    What is the revenue growth of NVDA?
    Compare the revenue growth of AMD and INTC.
"""

from datetime import date
from typing import Annotated, Literal

import pandas as pd
from mcp_client import Param, call_many, step

FLOWS = {
    "revenue": "income",
    "gross_profit": "income",
    "operating_income": "income",
    "net_income": "income",
    "operating_cash_flow": "cash_flow",
    "capital_expenditures": "cash_flow",
    "free_cash_flow": "cash_flow",
}
STOCKS = ["total_assets", "equity", "total_debt", "net_debt"]
MARGINS = {"gross_margin": "gross_profit", "free_cash_flow_margin": "free_cash_flow"}
REPORTS = {"quarter": 4, "year": 6}
Item = Literal[
    "revenue",
    "gross_profit",
    "operating_income",
    "net_income",
    "operating_cash_flow",
    "capital_expenditures",
    "free_cash_flow",
    "total_assets",
    "equity",
    "total_debt",
    "net_debt",
    "gross_margin",
    "free_cash_flow_margin",
]


def analyze(
    symbols: list[str] = ["MSFT"],
    items: list[Item] = ["revenue"],
    by: Literal["quarter", "year"] = "quarter",
    months: Annotated[int | None, Param(ge=3, le=360)] = None,
    on: date | None = None,
    start: date | None = None,
    end: date | None = None,
    rank_by: Literal["amount", "growth", "growth_a_year"] = "amount",
    order: Literal["highest", "lowest"] = "highest",
) -> dict:
    """Compare a figure of the reports of companies: revenue, income, margins, cash flow, assets or debt.

    symbols: tickers of companies
    items: what to show of the reports; the first one ranks the companies
    by: length of a report
    months: how long the reports go back, 3 for each quarter
    on: the newest report that ended by this day; wins over every period
    start: first end of a report; wins over months
    end: last end of a report
    rank_by: the figure itself, its change on the year before, or its growth a year
    order: whether the highest figure comes first or the lowest
    """
    if not symbols or not items:
        raise ValueError("give at least one symbol and one figure")
    step("reading reports")
    names = list(dict.fromkeys(symbols))
    answers = call_many([("eodhd_fundamentals", {"symbol": symbol}) for symbol in names])
    count = 1 if on else max(months // {"quarter": 3, "year": 12}[by], 1) if months else None
    limits = {"start": None if on else start, "end": on or end, "count": count}
    tables = {}
    for symbol, answer in zip(names, answers, strict=True):
        tables[symbol] = cut_reports(answer["data"], items, by, limits)
        if tables[symbol].empty and on:
            tables[symbol] = cut_reports(answer["data"], items, "year", limits)
        if tables[symbol].empty:
            raise ValueError(f"{symbol} has no reports in this period; choose another one")
    measure = {
        "amount": total,
        "growth": lambda table, item: table.attrs["changes"][item],
        "growth_a_year": growth,
    }[rank_by]
    ranked = sorted(tables, key=lambda symbol: rank_key(measure(tables[symbol], items[0]), order))
    return {
        "description": " ".join(describe(symbol, tables[symbol], items) for symbol in ranked),
        "body": [row for symbol in ranked for row in rows(symbol, tables[symbol], items)],
        "charts": [draw(item, {symbol: tables[symbol] for symbol in ranked}) for item in items],
    }


def cut_reports(data: dict, items: list[str], by: str, limits: dict) -> pd.DataFrame:
    """The reports within the limits; `attrs` has their currency and their length."""
    reports = data["quarterly" if by == "quarter" else "yearly"]
    table = read_reports(reports, items)
    if table.empty:
        raise ValueError(
            f"{data['symbol']} has no reports of {', '.join(map(call_item, items))}, as funds and indices "
            "have none; ask about a company, or for another figure"
        )
    whole = table
    first, last = (limits[name] and limits[name].isoformat() for name in ("start", "end"))
    table = table[first:last]
    if first is None:
        table = table.tail(limits["count"] or REPORTS[by])
    changes = {item: year_change(whole, item, table.index[-1]) for item in items} if len(table) else {}
    table.attrs = {"currency": reports["income"]["currency"] or "USD", "by": by, "changes": changes}
    return table


def year_change(table: pd.DataFrame, item: str, day: str) -> float | None:
    """The change on the report of a year before, None without one above 0; a margin has none."""
    ages = (pd.Timestamp(day) - pd.to_datetime(table.index)).days
    before = table[item][(ages >= 350) & (ages <= 380)]
    if item in MARGINS or before.empty or not before.iloc[-1] > 0 or pd.isna(table.loc[day, item]):
        return None
    return float(table.loc[day, item] / before.iloc[-1] - 1)


def read_reports(reports: dict, items: list[str]) -> pd.DataFrame:
    """The figures by the end of the report, the oldest first; margins are added."""
    columns = {name: (reports[part], name) for name, part in FLOWS.items()}
    columns |= {name: (reports["balance"], name) for name in STOCKS}
    table = pd.DataFrame(
        {
            name: pd.Series(part["items"].get(key), index=part["period_end"], dtype=float)
            for name, (part, key) in columns.items()
            if part["items"].get(key) is not None
        }
    ).reindex(columns=list(columns))
    for margin, amount in MARGINS.items():
        table[margin] = table[amount] / table["revenue"].where(table["revenue"] > 0)
    return table.sort_index().dropna(subset=items, how="all")


def total(table: pd.DataFrame, item: str) -> float | None:
    """The sum of amounts, the sum over the revenue of a margin, the newest of assets and debts."""
    if item in STOCKS:
        value = table[item].iloc[-1]
    elif item in MARGINS:
        known = table.dropna(subset=[item])
        value = known[MARGINS[item]].sum() / known["revenue"].sum() if len(known) else None
    else:
        value = table[item].sum(min_count=len(table))
    return None if value is None or pd.isna(value) else float(value)


def rank_key(value: float | None, order: str) -> tuple[bool, float]:
    """Unknown figures come last."""
    return (value is None, (value or 0) * (-1 if order == "highest" else 1))


def growth(table: pd.DataFrame, item: str) -> float | None:
    """Growth a year between the first and the last yearly report, None for what is or was not above 0."""
    if table.attrs["by"] != "year" or len(table) < 2 or item in MARGINS:
        return None
    years = round((pd.Timestamp(table.index[-1]) - pd.Timestamp(table.index[0])).days / 365.25)
    first, last = table[item].iloc[0], table[item].iloc[-1]
    return (last / first) ** (1 / years) - 1 if years and first > 0 and last > 0 else None


def describe(symbol: str, table: pd.DataFrame, items: list[str]) -> str:
    item, currency, by = items[0], table.attrs["currency"], table.attrs["by"]
    newest = say_amount(table[item].iloc[-1], item, currency)
    when = f"{'at the end of the' if item in STOCKS else 'in the'} {by} to {table.index[-1]}"
    change = table.attrs["changes"][item]
    moved = "" if change is None else f" ({change:+.2%} on the {before(by)})"
    text = f"{symbol} had {article(item)}{call_item(item)} of {newest} {when}{moved}"
    if len(table) > 1 and item not in STOCKS:
        whole = say_amount(total(table, item), item, currency)
        text += f", and of {whole} in the {len(table)} {by}s that ended from {table.index[0]} to {table.index[-1]}"
    grown = growth(table, item)
    text += "" if grown is None else f"; it grew by {grown:+.2%} a year since the year to {table.index[0]}"
    return f"{text}."


def before(by: str) -> str:
    return "year before" if by == "year" else "quarter a year before"


def article(item: str) -> str:
    return "" if item in ("total_assets", "capital_expenditures", "equity") else "a "


def call_item(item: str) -> str:
    return item.replace("_", " ")


def say_amount(value: float | None, item: str, currency: str) -> str:
    if value is None or pd.isna(value):
        return "unknown size"
    return f"{value:.2%} of revenue" if item in MARGINS else f"{value / 1e9:,.3f} billion {currency}"


def rows(symbol: str, table: pd.DataFrame, items: list[str]) -> list[dict]:
    by = table.attrs["by"]
    span = (
        f"{len(table)} {by}s that ended from {table.index[0]} to {table.index[-1]}"
        if len(table) > 1
        else f"{by} to {table.index[-1]}"
    )
    found = []
    for item in items:
        money = {"format": "percent"} if item in MARGINS else {"format": "currency", "unit": table.attrs["currency"]}
        what = "newest report" if item in STOCKS else "all of these reports"
        value, place = total(table, item), "the newest report" if item in STOCKS else "each of these reports"
        found.append(
            {
                "id": f"{symbol}:{item}",
                "key": f"{symbol} {call_item(item)}, {what}",
                "value": value,
                "description": f"to {table.index[-1]}" if item in STOCKS else span,
                "reason": "" if value is not None else missing(item, place),
                **money,
            }
        )
        found += growth_rows(symbol, table, item)
        found += [
            {
                "id": f"{symbol}:{item}:{day}",
                "key": f"{symbol} {call_item(item)}, {day}",
                "value": None if pd.isna(value) else float(value),
                "description": f"{by} to {day}",
                "reason": missing(item, "this report") if pd.isna(value) else "",
                **money,
            }
            for day, value in table[item][::-1].items()
        ]
    return found


def missing(item: str, place: str) -> str:
    """Why there is no figure; a margin is made of two."""
    if item in MARGINS:
        return f"{call_item(MARGINS[item])} or a revenue above 0 is not reported"
    return f"not in {place}"


def growth_rows(symbol: str, table: pd.DataFrame, item: str) -> list[dict]:
    by, first, last = table.attrs["by"], table.index[0], table.index[-1]
    known = {
        "growth": ("growth a year", growth(table, item), f"from the year to {first} to that to {last}"),
        "change": (f"change on the {before(by)}", table.attrs["changes"][item], f"{by} to {last}"),
    }
    return [
        {
            "id": f"{symbol}:{item}:{key}",
            "key": f"{symbol} {call_item(item)}, {title}",
            "value": value,
            "format": "percent",
            "is_change": True,
            "description": when,
        }
        for key, (title, value, when) in known.items()
        if value is not None
    ]


def draw(item: str, tables: dict) -> dict:
    return {
        "type": "bar",
        "title": call_item(item).capitalize(),
        "format": "percent" if item in MARGINS else "number",
        "series": [
            {
                "name": symbol,
                "x": list(table.index),
                "y": [None if pd.isna(value) else float(value) for value in table[item]],
            }
            for symbol, table in tables.items()
        ],
    }
