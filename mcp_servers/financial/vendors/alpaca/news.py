"""News from Alpaca."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from mcp_servers.financial.hours import NEW_YORK
from mcp_servers.financial.vendors.alpaca.access import AlpacaFetcher
from mcp_servers.financial.vendors.connection import Parameters, Reply
from mcp_servers.financial.vendors.reading import need_time_text, read_text, read_time
from mcp_servers.financial.vendors.requests import NewsRequest
from schemas.market.envelope import Envelope
from schemas.market.news import HEADLINE_LENGTH_MAX, SUMMARY_LENGTH_MAX, Article, News

ENDPOINT = "/v1beta1/news"
ARTICLES_PER_PAGE_MAX = 50
NAME_LENGTH_MAX = 100
URL_LENGTH_MAX = 500


@dataclass(frozen=True)
class NewsQuery:
    """`limit` articles in the vendor's words."""

    limit: int
    parameters: Parameters


class AlpacaNews(AlpacaFetcher[NewsRequest, NewsQuery, News]):
    """Ordered by when they were last changed, as the vendor does."""

    def make_query(self, request: NewsRequest) -> NewsQuery:
        parameters: dict[str, str | int] = {
            "sort": "desc",
            "limit": min(request.limit, ARTICLES_PER_PAGE_MAX),
            "include_content": "false",
        }
        if request.symbols:
            # News name a pair without its stroke: BTCUSD.
            symbols = (symbol.strip().upper().replace("/", "") for symbol in request.symbols)
            parameters["symbols"] = ",".join(symbols)
        if request.start:
            parameters["start"] = datetime.combine(request.start, time.min, NEW_YORK).isoformat()
        if request.end:
            parameters["end"] = datetime.combine(request.end, time(23, 59, 59), NEW_YORK).isoformat()
        return NewsQuery(request.limit, parameters)

    async def ask(self, query: NewsQuery) -> Sequence[Reply]:
        def is_enough(pages: Sequence[Reply]) -> bool:
            return sum(len(page.content["news"]) for page in pages) >= query.limit

        return await self._access.get_pages(ENDPOINT, query.parameters, is_enough)

    def read(self, query: NewsQuery, replies: Sequence[Reply]) -> Envelope[News]:
        items = [item for reply in replies for item in reply.content["news"]]
        articles = [_make_article(item) for item in items[: query.limit]]
        newest = max((read_time(each.published_at) or _NEVER for each in articles), default=None)
        metadata = self._access.label(ENDPOINT, replies, as_of=newest, currency=None)
        return Envelope[News](data=News(articles=articles), metadata=metadata)


_NEVER = datetime.min.replace(tzinfo=UTC)


def _make_article(item: dict[str, Any]) -> Article:
    return Article(
        id=str(item["id"]),
        headline=read_text(item["headline"], HEADLINE_LENGTH_MAX) or "",
        summary=read_text(item.get("summary"), SUMMARY_LENGTH_MAX) or "",
        author=read_text(item.get("author"), NAME_LENGTH_MAX),
        publisher=read_text(item.get("source"), NAME_LENGTH_MAX),
        url=read_text(item.get("url"), URL_LENGTH_MAX),
        symbols=[str(symbol) for symbol in item.get("symbols") or []],
        published_at=need_time_text(item["created_at"]),
    )
