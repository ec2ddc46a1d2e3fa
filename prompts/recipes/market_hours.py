"""Say whether the US stock market is open, and when it opens and closes next.

Times are of the exchange calendar, in UTC and in New York time; days on which it closes early are shown as
such.

Questions:
    Is the market open?
    When does the market open?
    When does the stock market close today?
    What time does the market open and close today?
    When does the market open next?
    Is the stock market open now?
    Are the markets open today?
    What are the trading hours?
"""

import pandas as pd
from mcp_client import alpaca_market_calendar, alpaca_market_clock, step

DAYS_SHOWN, FULL_DAY_HOURS = 10, 6.5


def analyze() -> dict:
    """Say whether the US stock market is open, and when it opens and closes next."""
    step("reading the calendar")
    clock = alpaca_market_clock()["data"]
    today = pd.Timestamp(clock["now"]).tz_convert("America/New_York").normalize()
    last = today + pd.Timedelta(days=DAYS_SHOWN)
    calendar = alpaca_market_calendar(start=f"{today:%Y-%m-%d}", end=f"{last:%Y-%m-%d}")["data"]
    state = "open" if clock["is_open"] else "closed"
    return {
        "description": (
            f"The US stock market is {state} {say_moment(clock['now'])}; it opens next on {local(clock['next_open'])} and closes "
            f"next on {local(clock['next_close'])}, New York time."
        ),
        "body": [
            {
                "id": "state",
                "key": "market",
                "value": state,
                "format": "text",
                "description": say_moment(clock["now"]),
            },
            {
                "id": "next_open",
                "key": "opens next",
                "value": clock["next_open"],
                "format": "text",
                "description": f"{local(clock['next_open'])} in New York",
            },
            {
                "id": "next_close",
                "key": "closes next",
                "value": clock["next_close"],
                "format": "text",
                "description": f"{local(clock['next_close'])} in New York",
            },
            *(
                day_row(day, opens, closes)
                for day, opens, closes in zip(
                    calendar["day"], calendar["opens_at"], calendar["closes_at"], strict=True
                )
            ),
        ],
    }


def local(when: str) -> str:
    return f"{pd.Timestamp(when).tz_convert('America/New_York'):%A %Y-%m-%d %H:%M}"


def day_row(day: str, opens: str, closes: str) -> dict:
    hours = (pd.Timestamp(closes) - pd.Timestamp(opens)).total_seconds() / 3600
    return {
        "id": day,
        "key": f"{pd.Timestamp(day):%A} {day}",
        "value": f"{local(opens)[-5:]} to {local(closes)[-5:]}",
        "format": "text",
        "description": "New York time" if hours >= FULL_DAY_HOURS else "New York time, closes early",
    }


def say_moment(moment: str) -> str:
    """As of a day, or of a moment to the minute."""
    return f"as of {moment[:10]}" + (f" {moment[11:16]} UTC" if "T" in moment else "")
