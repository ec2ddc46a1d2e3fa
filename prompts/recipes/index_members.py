"""List the members of an index or fund, the heaviest first, and its weights by sector.

Members and weights are those of the vendor of fundamentals now. Weights by sector are the sums over the
members whose weight is known.

Questions:
    What are the largest holdings of QQQ?
    What are the top 10 holdings of XLK?
    Show the holdings of SPY.
    Which companies are in the Dow Jones Industrial Average?
    List the constituents of ^GSPC.
    What are the members of the Nasdaq 100?
    Show the top 5 members of XLE.
"""

from typing import Annotated

import pandas as pd
from mcp_client import Param, eodhd_constituents, step


def analyze(symbol: str = "QQQ", top: Annotated[int, Param(ge=1, le=600)] = 50) -> dict:
    """List the members of an index or fund, the heaviest first, and its weights by sector.

    symbol: ticker of an index or fund
    top: how many members at most
    """
    step("reading the members")
    data = eodhd_constituents(symbol=symbol)["data"]
    members = pd.DataFrame(data["constituents"])
    if members.empty:
        raise ValueError(f"the members of {symbol} are not known; ask about another index or fund")
    shown = members.head(top)
    known = members.dropna(subset=["weight"])
    sectors = known.groupby("sector")["weight"].sum().sort_values(ascending=False)
    heaviest = f"; the heaviest is {say(members.iloc[0])}" if len(known) else ""
    together = f", and the first {len(shown)} make {shown['weight'].sum():.1%}" if len(known) else ""
    return {
        "description": f"{data['name']} ({symbol}) has {len(members)} known members{heaviest}{together}.",
        "body": [
            {"id": "count", "key": "known members", "value": len(members), "format": "integer"},
            *(member_row(member) for _, member in shown.iterrows()),
            *(
                {
                    "id": f"sector:{sector}",
                    "key": f"{sector}, all members",
                    "value": weight,
                    "format": "percent",
                    "description": f"{int((known['sector'] == sector).sum())} members",
                }
                for sector, weight in sectors.items()
            ),
        ],
        "charts": [
            {
                "type": "bar",
                "title": f"{symbol}: weights by sector",
                "format": "percent",
                "series": [{"name": symbol, "x": list(sectors.index), "y": sectors.tolist()}],
            }
        ]
        if len(sectors)
        else [],
    }


def say(member: pd.Series) -> str:
    return f"{member['name'].rstrip('.')} ({member['symbol']}) with {member['weight']:.2%}"


def member_row(member: pd.Series) -> dict:
    return {
        "id": member["symbol"],
        "key": f"{member['symbol']} weight",
        "value": None if pd.isna(member["weight"]) else member["weight"],
        "format": "percent",
        "description": ", ".join(text for text in (member["name"], member["sector"], member["industry"]) if text),
    }
