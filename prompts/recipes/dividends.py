"""List the dividends of a symbol, their sum by year and the yield.

Dividends are listed by ex-date and adjusted for splits. The yield is that of the vendor of fundamentals;
the growth is of the last whole year over the first one that is shown.

Questions:
    Show the dividends of KO.
    What is the dividend history of JNJ over the last 10 years?
    What is the dividend yield of PG?
    How much did PEP pay in dividends in 2021?
    What was the last dividend of XOM?
    What is the dividend growth of MSFT over the last 5 years?
    Plot the dividends of WMT since 2010.
    Show the dividend yield and dividend growth of HD.
"""

from datetime import date
from typing import Annotated

import pandas as pd
from mcp_client import Param, eodhd_dividends, eodhd_fundamentals, step


def analyze(
    symbol: str = "KO",
    months: Annotated[int | None, Param(ge=1, le=1200)] = 120,
    start: date | None = None,
    end: date | None = None,
) -> dict:
    """List the dividends of a symbol, their sum by year and the yield.

    symbol: ticker
    months: how long the list goes back
    start: first ex-date; wins over months
    end: last ex-date
    """
    step("reading dividends")
    answer = eodhd_dividends(symbol=symbol)
    table, unit = answer["data"], answer["metadata"]["currency"] or "USD"
    paid = pd.Series(table["amount"], index=pd.to_datetime(table["ex_date"]), dtype=float).sort_index()
    if paid.empty:
        raise ValueError(f"{symbol} has no known dividends; ask about a symbol that pays some")
    step("reading the yield")
    found = eodhd_fundamentals(symbol=symbol)["data"]["highlights"]["dividend_yield"]
    first = (
        pd.Timestamp(start)
        if start
        else paid.index[-1] - pd.DateOffset(months=months)
        if months
        else paid.index[0]
    )
    shown = paid[first : pd.Timestamp(end) if end else None]
    if shown.empty:
        raise ValueError(
            f"{symbol} paid no dividend in this period; the last was on {paid.index[-1]:%Y-%m-%d}"
        )
    sums = shown.groupby(shown.index.year).sum()
    money = {"format": "currency", "unit": unit}
    return {
        "description": (
            f"{symbol} paid {shown.sum():,.4g} {unit} a share in {len(shown)} dividends with ex-dates from "
            f"{shown.index[0]:%Y-%m-%d} to {shown.index[-1]:%Y-%m-%d}, the last {shown.iloc[-1]:,.4g}; "
            f"its dividend yield is {'unknown' if found is None else f'{found:.2%}'}."
        ),
        "body": rows(found, money, sums, shown, paid),
        "charts": draw(symbol, sums),
    }


def rows(found: float | None, money: dict, sums: pd.Series, shown: list[str], paid: pd.Series) -> list[dict]:
    return [
        {
            "id": "yield",
            "key": "dividend yield",
            "value": found,
            "format": "percent",
            "description": "a year, as the vendor of fundamentals gives it",
            "reason": "" if found is not None else "not known to the vendor",
        },
        {
            "id": "last",
            "key": "last dividend",
            "value": shown.iloc[-1],
            "description": f"ex-date {shown.index[-1]:%Y-%m-%d}",
            **money,
        },
        {
            "id": "total",
            "key": "dividends in all",
            "value": shown.sum(),
            "description": f"{len(shown)} payments",
            **money,
        },
        *growth_row(sums, paid.index[-1].year),
        *(
            {
                "id": str(y),
                "key": f"dividends in {y}",
                "value": value,
                "description": describe_year(y, shown),
                **money,
            }
            for y, value in sums.items()
        ),
    ]


def draw(symbol: str, sums: pd.Series) -> list[dict]:
    return [
        {
            "type": "bar",
            "title": f"{symbol}: dividends a share by year",
            "format": "number",
            "series": [{"name": symbol, "x": [str(y) for y in sums.index], "y": sums.tolist()}],
        }
    ]


def describe_year(year: int, paid: pd.Series) -> str:
    return f"{(paid.index.year == year).sum()} payments by ex-date"


def growth_row(sums: pd.Series, this_year: int) -> list[dict]:
    """The growth a year between whole years; the first shown year and this one may be parts."""
    whole = sums[(sums.index > sums.index[0]) & (sums.index < this_year)]
    if len(whole) < 2:
        return []
    first, last = whole.index[0], whole.index[-1]
    return [
        {
            "id": "growth",
            "key": "dividend growth a year",
            "value": (whole[last] / whole[first]) ** (1 / (last - first)) - 1,
            "format": "percent",
            "is_change": True,
            "description": f"from {first} to {last}, whole years",
        }
    ]
