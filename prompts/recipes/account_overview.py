"""Show the balances of the connected account: equity, cash, buying power and margins.

All of it as the broker gives it now; the change of the day is the equity over that of the last close, minus
1.

Questions:
    Show my account.
    How much cash do I have?
    What is my buying power?
    How much cash is in my account?
    What is the equity of my account?
    Am I up today?
    What is my available margin?
    What is the value of my portfolio?
    How much of my equity is in cash?
    Show the cash in my account as a percentage of equity.
"""

from mcp_client import alpaca_trading_account, step

NAMES = {
    "equity": "equity",
    "cash": "cash",
    "buying_power": "buying power",
    "long_market_value": "value of long positions",
    "short_market_value": "value of short positions",
    "initial_margin": "initial margin",
    "maintenance_margin": "maintenance margin",
}


def analyze() -> dict:
    """Show the balances of the connected account: equity, cash, buying power and margins."""
    step("reading the account")
    answer = alpaca_trading_account()
    account, currency = answer["data"], answer["metadata"]["currency"]
    equity, before, cash = account["equity"], account["previous_equity"], account["cash"]
    if equity is None:
        raise ValueError("the account gives no equity now; try again later")
    when = f"as of {answer['metadata']['as_of'] or answer['metadata']['timestamp']}"
    change = equity / before - 1 if before else None
    shares = {
        "change": ("change since the last close", change),
        "cash_share": ("cash of equity", cash / equity if cash is not None and equity else None),
    }
    money = {"format": "currency", "unit": currency or "USD", "description": when}
    moved = "" if change is None else f" ({change:+.2%} since the last close)"
    return {
        "description": (
            f"The account has an equity of {equity:,.2f}{moved}"
            f"{'' if cash is None or not equity else f', of which {cash:,.2f} ({cash / equity:.1%}) is cash'}, {when}."
        ),
        "body": [
            *({"id": key, "key": name, "value": account[key], **money} for key, name in NAMES.items()),
            *(
                {
                    "id": key,
                    "key": name,
                    "value": value,
                    "format": "percent",
                    "is_change": key == "change",
                    "description": when,
                }
                for key, (name, value) in shares.items()
            ),
        ],
    }
