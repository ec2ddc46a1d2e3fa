"""List the news of what the connected account holds, the newest first.

Headlines and summaries are the publishers' words; nothing of them is judged here, and they need not be the
reason of a move.

Questions:
    Any news on my holdings?
    Show the news on my positions today.
    What are the latest headlines on the stocks I own?
    Show the news on my holdings over the past month.
    Is there news on my portfolio this week?
"""

from typing import Annotated, Literal

import pandas as pd
from mcp_client import Param, alpaca_market_clock, alpaca_market_news, alpaca_trading_positions, step


def analyze(
    days: Annotated[int | None, Param(ge=1, le=365)] = None,
    months: Annotated[int | None, Param(ge=1, le=120)] = None,
    to_date: Literal["week", "month", "quarter", "year"] | None = None,
    only_today: bool = False,
    top: Annotated[int, Param(ge=1, le=100)] = 30,
) -> dict:
    """List the news of what the connected account holds, the newest first.

    days: weekdays to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this week, month, quarter or year; wins over months
    only_today: only articles of this day; wins over all of them
    top: how many articles at most
    """
    step("reading positions")
    held = [position["symbol"] for position in alpaca_trading_positions()["data"]["positions"]]
    if not held:
        raise ValueError("the account has no open positions; connect another account")
    step("reading news")
    now = pd.Timestamp(alpaca_market_clock()["data"]["now"]).tz_localize(None).normalize()
    begin = look_back_from(now, days, months, "day" if only_today else to_date)
    limits = {"start": f"{begin:%Y-%m-%d}"} if begin is not None else {}
    articles = alpaca_market_news(symbols=held, limit=top, **limits)["data"]["articles"]
    since = f" since {limits['start']}" if limits else ""
    named = {symbol: sum(symbol in article["symbols"] for article in articles) for symbol in held}
    newest = f", the newest “{articles[0]['headline']}”, {articles[0]['published_at'][:10]}" if articles else ""
    quiet = ", ".join(symbol for symbol, count in named.items() if not count)
    without = f" None is on {quiet}." if quiet and articles else ""
    return {
        "description": (
            f"There are {len(articles)} articles{since} (at most {top}) on the {len(held)} positions{newest}.{without}"
        ),
        "body": rows(articles),
    }


def look_back_from(
    now: pd.Timestamp, days: int | None, months: int | None, to_date: str | None
) -> pd.Timestamp | None:
    """The first day of a look-back from now; None without one."""
    if to_date:
        length = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}[to_date]
        return now.to_period(length).start_time
    if months:
        return now - pd.DateOffset(months=months)
    return now - pd.offsets.BDay(days) if days else None


def rows(articles: list[dict]) -> list[dict]:
    count = {"id": "count", "key": "number of articles", "value": len(articles), "format": "integer"}
    return [
        count,
        *(
            {
                "id": article["id"],
                "key": f"{article['published_at'][:16].replace('T', ' ')} {', '.join(article['symbols'])}",
                "value": article["headline"],
                "format": "text",
                "description": f"{article['summary']} ({article['publisher'] or 'publisher unknown'})".strip(),
            }
            for article in articles
        ),
    ]
