"""News from EODHD."""

import asyncio
from collections.abc import Sequence
from typing import Any

from mcp_servers.financial.vendors.connection import Parameters, Reply
from mcp_servers.financial.vendors.eodhd.access import NAME, EodhdFetcher
from mcp_servers.financial.vendors.eodhd.tickers import split_ticker, to_ticker
from mcp_servers.financial.vendors.failures import NotOffered
from mcp_servers.financial.vendors.reading import need_time_text, read_text, read_time
from mcp_servers.financial.vendors.requests import NewsRequest
from schemas.market.envelope import Envelope
from schemas.market.news import HEADLINE_LENGTH_MAX, SUMMARY_LENGTH_MAX, Article, News

ENDPOINT = "/news"
URL_LENGTH_MAX = 500


class EodhdNews(EodhdFetcher[NewsRequest, NewsRequest, News]):
    """The vendor takes one symbol at a time; an article about two of them is shown once."""

    def make_query(self, request: NewsRequest) -> NewsRequest:
        if not request.symbols:
            raise NotOffered(f"{NAME} has news by symbol only; name at least one")
        return request

    async def ask(self, query: NewsRequest) -> Sequence[Reply]:
        unspeakable = [symbol for symbol in query.symbols if to_ticker(symbol) is None]
        if unspeakable:
            raise await self._access.unknown(unspeakable)
        tickers = dict.fromkeys(str(to_ticker(symbol)) for symbol in query.symbols)
        parameters: dict[str, str | int] = {"limit": query.limit, "offset": 0}
        if query.start:
            parameters["from"] = query.start.isoformat()
        if query.end:
            parameters["to"] = query.end.isoformat()
        return await asyncio.gather(*(self._ask_one(ticker, parameters) for ticker in tickers))

    def read(self, query: NewsRequest, replies: Sequence[Reply]) -> Envelope[News]:
        items = {item["link"]: item for reply in replies for item in reply.content}
        articles = sorted(
            (_make_article(item) for item in items.values()),
            key=lambda article: article.published_at,
            reverse=True,
        )[: query.limit]
        newest = read_time(articles[0].published_at) if articles else None
        metadata = self._access.label(ENDPOINT, replies, as_of=newest, currency=None)
        return Envelope[News](data=News(articles=articles), metadata=metadata)

    async def _ask_one(self, ticker: str, parameters: Parameters) -> Reply:
        return await self._access.get(ENDPOINT, {**parameters, "s": ticker})


def _make_article(item: dict[str, Any]) -> Article:
    return Article(
        id=item["link"][:URL_LENGTH_MAX],
        headline=read_text(item["title"], HEADLINE_LENGTH_MAX) or "",
        summary=read_text(item.get("content"), SUMMARY_LENGTH_MAX) or "",
        url=read_text(item["link"], URL_LENGTH_MAX),
        symbols=[split_ticker(ticker) for ticker in item.get("symbols") or []],
        published_at=need_time_text(item["date"]),
    )
