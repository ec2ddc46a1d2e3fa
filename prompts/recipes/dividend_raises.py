"""Say in which years a symbol raised or cut its dividend, and for how many years in a row it raised it.

The last dividend of a calendar year is compared with the last of the year before, by ex-date and adjusted
for splits; the newest year is what it has paid so far. A special dividend at the end of a year counts as any
other, which can make a raise and a cut.

Questions:
    Has KO raised its dividend every year?
    Has MRK raised its dividend each year since 2011?
    How many years in a row has PG raised its dividend?
    Did PEP raise its dividend every year over the last 10 years?
    Did XOM increase its dividend each year from 2010 to now?
    When did WMT last cut its dividend?
"""

from datetime import date
from typing import Annotated

import pandas as pd
from mcp_client import Param, eodhd_dividends, step

SAME = 1e-9


def analyze(
    symbol: str = "KO",
    months: Annotated[int | None, Param(ge=12, le=1200)] = None,
    start: date | None = None,
) -> dict:
    """Say in which years a symbol raised or cut its dividend, and for how many years in a row it raised it.

    symbol: ticker
    months: how long the years go back; all there is when it is not given
    start: first day, whose year is the first that is compared; wins over months
    """
    step("reading dividends")
    answer = eodhd_dividends(symbol=symbol)
    table, unit = answer["data"], answer["metadata"]["currency"] or "USD"
    paid = pd.Series(table["amount"], index=pd.to_datetime(table["ex_date"]), dtype=float).sort_index()
    if paid.empty:
        raise ValueError(f"{symbol} has no known dividends; ask about a symbol that pays some")
    begin = start.year if start else paid.index[-1].year - months // 12 + 1 if months else paid.index[0].year
    rates = paid.groupby(paid.index.year).last()
    rates = rates.reindex(range(rates.index[0], rates.index[-1] + 1), fill_value=0.0)
    changes = rates.diff().dropna()
    changes = changes[changes.index >= begin]
    if changes.empty:
        raise ValueError(f"{symbol} has dividends of one year alone in this period; choose a longer one")
    raised = changes > SAME
    streak = 0
    while streak < len(raised) and raised.iloc[-1 - streak]:
        streak += 1
    return {
        "description": describe(symbol, changes, raised, streak, paid),
        "body": rows(changes, rates, raised, streak, unit),
        "charts": [
            {
                "type": "bar",
                "title": f"{symbol}: last dividend of each year, a share",
                "format": "number",
                "series": [{"name": symbol, "x": [str(y) for y in rates.index], "y": rates.tolist()}],
            }
        ],
    }


def describe(symbol: str, changes: pd.Series, raised: pd.Series, streak: int, paid: pd.Series) -> str:
    years = f"from {changes.index[0]} to {changes.index[-1]}"
    begins = f"The data has its dividends since {paid.index[0]:%Y-%m-%d}."
    if raised.all():
        return f"{symbol} raised its dividend in each of the {len(changes)} years {years}. {begins}"
    missed = [str(year) for year in changes.index[~raised]]
    cuts = [str(year) for year in changes.index[changes < -SAME]]
    cut = f"it cut it in {', '.join(cuts[-5:])}" if cuts else "it never cut it"
    return (
        f"{symbol} raised its dividend in {int(raised.sum())} of {len(changes)} years {years}, the last {streak} of "
        f"them in a row. It did not in {', '.join(missed[-5:])}{' and before' if len(missed) > 5 else ''}; {cut}. {begins}"
    )


def rows(changes: pd.Series, rates: pd.Series, raised: pd.Series, streak: int, unit: str) -> list[dict]:
    cuts = changes.index[changes < -SAME]
    counts = {
        "streak": ("raises in a row up to the newest year", streak),
        "raised": ("years with a raise", int(raised.sum())),
        "years": ("years that were compared", len(changes)),
        "last_cut": ("last year with a cut", int(cuts[-1]) if len(cuts) else None),
    }
    return [
        *(
            {
                "id": key,
                "key": name,
                "value": value,
                "format": "text" if key == "last_cut" else "integer",
                "reason": "" if value is not None else "it was never cut in these years",
            }
            for key, (name, value) in counts.items()
        ),
        *(
            {
                "id": str(year),
                "key": f"last dividend of {year}",
                "value": rates[year],
                "format": "currency",
                "unit": unit,
                "description": f"{changes[year]:+,.4g} on that of {year - 1}",
            }
            for year in changes.index[::-1]
        ),
    ]
