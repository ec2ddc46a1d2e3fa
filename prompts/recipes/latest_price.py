"""Show the latest known price of one or several symbols.

The price and its change from the close before come from the vendor's snapshot, which says as of when it is.

Questions:
    What is the price of AAPL?
    KO stock price today
    What is the current price of MSFT?
    What are the latest prices of JPM, BAC and GE?
    What is the stock price of XOM and CVX?
    What are the prices of UNH and MRK?
    How is WMT doing today?
    How much are HD and BBY trading at right now?
    What are the prices of LLY and PFE today?
"""

from mcp_client import alpaca_market_stocks_snapshots, step


def analyze(symbols: list[str] = ["AAPL"]) -> dict:
    """Show the latest known price of one or several symbols.

    symbols: tickers to look up
    """
    if not symbols:
        raise ValueError("give at least one symbol")
    step("fetching snapshots")
    answer = alpaca_market_stocks_snapshots(symbols=symbols)
    snapshots, currency = answer["data"]["snapshots"], answer["metadata"]["currency"]
    missing = [snapshot["symbol"] for snapshot in snapshots if snapshot["price"] is None]
    if missing:
        raise ValueError(f"there is no price of {', '.join(missing)}")
    return {
        "description": " ".join(describe(snapshot) for snapshot in snapshots),
        "body": [row for snapshot in snapshots for row in rows(snapshot, currency)],
        "charts": [],
    }


def describe(snapshot: dict) -> str:
    change = snapshot["change_fraction"]
    moved = "" if change is None else f", {change:+.2%} from the close before"
    return f"{snapshot['symbol']} was at {snapshot['price']:,.2f} {say_moment(snapshot['as_of'])}{moved}."


def rows(snapshot: dict, currency: str | None) -> list[dict]:
    symbol = snapshot["symbol"]
    return [
        {
            "id": symbol,
            "key": f"{symbol} price",
            "value": snapshot["price"],
            "format": "number",
            "unit": "points" if symbol.startswith("^") else currency,
            "description": say_moment(snapshot["as_of"]),
        },
        {
            "id": f"{symbol}:change",
            "key": f"{symbol} change",
            "value": snapshot["change_fraction"],
            "format": "percent",
            "is_change": True,
            "description": "from the close before",
            "reason": "" if snapshot["change_fraction"] is not None else "no close before is known",
        },
    ]


def say_moment(moment: str) -> str:
    """As of a day, or of a moment to the minute."""
    return f"as of {moment[:10]}" + (f" {moment[11:16]} UTC" if "T" in moment else "")
