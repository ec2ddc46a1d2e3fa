"""Show the latest known prices of crypto currencies and their change.

The change is against the close of the day before; days of crypto currencies begin at midnight UTC.

Questions:
    What is the price of Bitcoin?
    Price of Ethereum
    What is Bitcoin trading at now?
    How is Solana doing today?
    What are the prices of Bitcoin and Ethereum?
    What is the latest price of Dogecoin?
    Show the current prices of Bitcoin, Ethereum and Solana.
    What is Litecoin at?
    What are the current prices of Bitcoin and Solana?
    What is the current price of Ethereum and Solana?
"""

from mcp_client import alpaca_market_crypto_snapshots, step


def analyze(symbols: list[str] = ["BTC/USD"]) -> dict:
    """Show the latest known prices of crypto currencies and their change.

    symbols: pairs such as BTC/USD
    """
    if not symbols:
        raise ValueError("give at least one pair, such as BTC/USD")
    step("fetching prices")
    found = alpaca_market_crypto_snapshots(symbols=list(dict.fromkeys(symbols)))["data"]["snapshots"]
    unknown = [snapshot["symbol"] for snapshot in found if snapshot["price"] is None]
    if unknown:
        raise ValueError(f"no price is known for {', '.join(unknown)}; ask about another pair")
    return {
        "description": " ".join(describe(snapshot) for snapshot in found),
        "body": [row for snapshot in found for row in rows(snapshot)],
    }


def describe(snapshot: dict) -> str:
    change = snapshot["change_fraction"]
    moved = "" if change is None else f", {change:+.2%} since the close of the day before"
    return f"{snapshot['symbol']} was at {snapshot['price']:,.8g} {say_moment(snapshot['as_of'])}{moved}."


def rows(snapshot: dict) -> list[dict]:
    symbol = snapshot["symbol"]
    return [
        {
            "id": symbol,
            "key": f"{symbol} price",
            "value": snapshot["price"],
            "format": "number",
            "unit": symbol.split("/")[-1],
            "description": say_moment(snapshot["as_of"]),
        },
        {
            "id": f"{symbol}:change",
            "key": f"{symbol} change",
            "value": snapshot["change_fraction"],
            "format": "percent",
            "is_change": True,
            "description": "since the close of the day before",
            "reason": "" if snapshot["change_fraction"] is not None else "no close before is known",
        },
    ]


def say_moment(moment: str) -> str:
    """As of a day, or of a moment to the minute."""
    return f"as of {moment[:10]}" + (f" {moment[11:16]} UTC" if "T" in moment else "")
