"""List the news of symbols, the newest first.

Headlines and summaries are the publishers' words; nothing of them is judged here, and they need not be the
reason of a move.

Questions:
    Show the news of AAPL.
    What is the latest news on TSLA?
    What are the headlines on AMD and NVDA?
    Show the top 5 headlines on MSFT.
    Any news on KO?
    What news was there on JPM over the last 5 trading days?
    What was the news on META on 2026-11-17?
    Show the news on AAPL and MSFT over the past month.
    What is the news on GOOGL today?
    Any news on AMZN today?
"""

from datetime import date
from typing import Annotated, Literal

import pandas as pd
from mcp_client import Param, alpaca_market_clock, alpaca_market_news, step


def analyze(
    symbols: list[str] = ["AAPL"],
    days: Annotated[int | None, Param(ge=1, le=365)] = None,
    months: Annotated[int | None, Param(ge=1, le=120)] = None,
    to_date: Literal["week", "month", "quarter", "year"] | None = None,
    start: date | None = None,
    end: date | None = None,
    only_today: bool = False,
    top: Annotated[int, Param(ge=1, le=50)] = 10,
) -> dict:
    """List the news of symbols, the newest first.

    symbols: tickers; an article is listed when it is about any of them
    days: weekdays to look back
    months: calendar months to look back; wins over days
    to_date: from the beginning of this week, month, quarter or year; wins over months
    start: first day; wins over every look-back
    end: last day
    only_today: only articles of this day; wins over all of them
    top: how many articles at most
    """
    step("reading news")
    now = pd.Timestamp(alpaca_market_clock()["data"]["now"]).tz_localize(None).normalize()
    begin = None if only_today or not start else pd.Timestamp(start)
    if begin is None:
        begin = look_back_from(now, days, months, "day" if only_today else to_date)
    limits = {"start": f"{begin:%Y-%m-%d}"} if begin is not None else {}
    if end:
        limits["end"] = end.isoformat()
    articles = alpaca_market_news(symbols=symbols, limit=top, **limits)["data"]["articles"]
    since = f" since {limits['start']}" if limits.get("start") else ""
    named = ", ".join(symbols)
    if not articles:
        return {
            "description": f"There is no news on {named}{since}.",
            "body": [{"id": "count", "key": "number of articles", "value": 0, "format": "integer"}],
        }
    return {
        "description": (
            f"The newest of {len(articles)} articles on {named}{since} (at most {top}): "
            f"“{articles[0]['headline']}”, {articles[0]['published_at'][:10]}."
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
    return [
        {
            "id": article["id"],
            "key": f"{article['published_at'][:16].replace('T', ' ')} {', '.join(article['symbols'])}",
            "value": article["headline"],
            "format": "text",
            "description": f"{article['summary']} ({article['publisher'] or 'publisher unknown'})".strip(),
        }
        for article in articles
    ]
