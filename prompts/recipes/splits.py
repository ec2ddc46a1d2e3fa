"""List the stock splits of a symbol.

A ratio of 4 means four new shares for each old one; below 1 it is a reverse split.

Questions:
    When did NVDA last split?
    Show the stock splits of AAPL.
    What was the ratio of the last split of TSLA?
    List the splits of WMT.
    When was the last stock split of GOOGL?
    When did MSFT last split and what was the ratio?
"""

from mcp_client import eodhd_splits, step


def analyze(symbol: str = "NVDA") -> dict:
    """List the stock splits of a symbol.

    symbol: ticker
    """
    step("reading splits")
    table = eodhd_splits(symbol=symbol)["data"]
    splits = sorted(zip(table["date"], table["ratio"], strict=True), reverse=True)
    shares = 1.0
    for _, ratio in splits:
        shares *= ratio
    last = f"the last on {splits[0][0]}, {describe(splits[0][1])}" if splits else "none at all"
    return {
        "description": f"{symbol} has {len(splits)} known split{'' if len(splits) == 1 else 's'}, {last}.",
        "body": [
            {"id": "count", "key": "number of splits", "value": len(splits), "format": "integer"},
            {
                "id": "shares",
                "key": "what one share from before them became",
                "value": shares,
                "format": "number",
                "unit": "shares",
            },
            *(
                {
                    "id": day,
                    "key": f"split on {day}",
                    "value": ratio,
                    "format": "number",
                    "description": describe(ratio),
                }
                for day, ratio in splits
            ),
        ],
    }


def describe(ratio: float) -> str:
    return f"{ratio:g} new shares for 1" if ratio >= 1 else f"1 new share for {1 / ratio:g}"
