"""List the largest holdings of a fund or members of an index, with their weights and sectors.

Holdings and weights are those that the vendor knows now, so they say nothing of earlier days. A sector's
weight is the sum of its members' weights.

Questions:
    What are the top holdings of SPY?
    Show the top 10 holdings of QQQ.
    What are the largest holdings of XLK?
    List the constituents of DIA.
    List the members of the Dow Jones.
    What are the sector weights of SPY?
    Show the sector breakdown of VTI.
    Which companies are in the Dow Jones?
"""

from typing import Annotated

from mcp_client import Param, calculate_concentration, eodhd_constituents, step


def analyze(symbol: str = "SPY", top: Annotated[int, Param(ge=1, le=500)] = 10) -> dict:
    """List the largest holdings of a fund or members of an index, with their weights and sectors.

    symbol: a fund such as SPY, or an index such as ^DJI
    top: how many holdings to list
    """
    step("reading the members")
    answer = eodhd_constituents(symbol=symbol)
    members = answer["data"]["constituents"]
    if not members:
        raise ValueError(f"no members of {symbol} are known; ask about another fund or index")
    weights = {member["symbol"]: member["weight"] for member in members if member["weight"]}
    if not weights:
        raise ValueError(
            f"the weights of the members of {symbol} are not known; ask about a fund that tracks it"
        )
    ranked = sorted((m for m in members if m["weight"]), key=lambda member: -member["weight"])[:top]
    sectors: dict[str, float] = {}
    for member in members:
        sector = member["sector"] or "not known"
        sectors[sector] = sectors.get(sector, 0) + (member["weight"] or 0)
    spread = calculate_concentration(weights=weights)
    return {
        "description": describe(answer["data"]["name"] or symbol, ranked, weights, sectors),
        "body": rows(ranked, sectors, spread, answer["metadata"]["as_of"]),
        "charts": [
            draw("bar", f"{symbol}: largest holdings", {m["symbol"]: m["weight"] for m in ranked}),
            draw("pie", f"{symbol}: sectors", sectors),
        ],
    }


def describe(name: str, ranked: list[dict], weights: dict, sectors: dict) -> str:
    first, heaviest = ranked[0], max(sectors, key=lambda sector: sectors[sector])
    share = sum(member["weight"] for member in ranked)
    return (
        f"{name} has {len(weights)} known members; the largest is {first['name'] or first['symbol']} with "
        f"{first['weight']:.1%}, the {len(ranked)} largest are {share:.1%}, and the largest sector is "
        f"{heaviest} with {sectors[heaviest]:.1%}."
    )


def rows(ranked: list[dict], sectors: dict, spread: dict, as_of: str | None) -> list[dict]:
    members = [
        {
            "id": member["symbol"],
            "key": f"{member['symbol']} weight",
            "value": member["weight"],
            "format": "percent",
            "description": f"{member['name'] or member['symbol']}, {member['sector'] or 'sector not known'}",
        }
        for member in ranked
    ]
    by_sector = [
        {
            "id": f"sector:{sector}",
            "key": f"sector {sector}",
            "value": weight,
            "format": "percent",
            "description": "sum of its members' weights",
        }
        for sector, weight in sorted(sectors.items(), key=lambda pair: -pair[1])
    ]
    effective = {
        "id": "effective",
        "key": "effective number of members",
        "value": spread["effective_number"],
        "format": "number",
        "description": f"1 over the sum of the squared weights, as of {as_of or 'an unknown day'}",
    }
    return [*members, *by_sector, effective]


def draw(kind: str, title: str, parts: dict) -> dict:
    series = [{"name": "weight", "x": list(parts), "y": list(parts.values())}]
    return {"type": kind, "title": title, "format": "percent", "series": series}
