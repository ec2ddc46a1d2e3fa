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

NOT_GIVEN = "the broker does not give it"
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
    when = say_moment(answer["metadata"]["as_of"] or answer["metadata"]["timestamp"])
    change = equity / before - 1 if before else None
    share = cash / equity if cash is not None and equity else None
    shares = {
        "change": ("change since the last close", change, "there is no equity of the last close"),
        "cash_share": ("cash of equity", share, "there is no equity" if equity == 0 else NOT_GIVEN),
    }
    money = {"format": "currency", "unit": currency or "USD", "description": when}
    moved = "" if change is None else f" ({change:+.2%} since the last close)"
    power = "" if account["buying_power"] is None else f", and a buying power of {account['buying_power']:,.2f}"
    return {
        "description": (
            f"The account has an equity of {equity:,.2f}{moved}"
            f"{'' if share is None else f', of which {cash:,.2f} ({share:.1%}) is cash'}{power}, {when}."
        ),
        "body": [
            *(
                {
                    "id": key,
                    "key": name,
                    "value": account[key],
                    "reason": "" if account[key] is not None else NOT_GIVEN,
                    **money,
                }
                for key, name in NAMES.items()
            ),
            *(
                {
                    "id": key,
                    "key": name,
                    "value": value,
                    "format": "percent",
                    "is_change": key == "change",
                    "description": when,
                    "reason": "" if value is not None else missing,
                }
                for key, (name, value, missing) in shares.items()
            ),
        ],
    }


def say_moment(moment: str) -> str:
    """As of a day, or of a moment to the minute."""
    return f"as of {moment[:10]}" + (f" {moment[11:16]} UTC" if "T" in moment else "")
