"""A vendor that answers news and clocks as it is told to, or raises what it is told to."""

from collections.abc import Sequence

from mcp_servers.financial.vendors import kinds
from mcp_servers.financial.vendors.requests import NewsRequest
from mcp_servers.financial.vendors.vendor import AnyFetcher
from mcp_servers.problems import Problem
from schemas.health import PartHealth
from schemas.market.envelope import Envelope, Metadata
from schemas.market.news import Article, News


class ScriptedNews:
    """Takes what it is told to do from the front of `script`; the last entry stays."""

    def __init__(self, name: str, script: list[Problem | None]) -> None:
        self._name = name
        self._script = script
        self.asked = 0

    def make_query(self, request: NewsRequest) -> NewsRequest:
        return request

    async def fetch(self, query: NewsRequest) -> Sequence[str]:
        self.asked += 1
        problem = self._script[0] if len(self._script) == 1 else self._script.pop(0)
        if problem is not None:
            raise problem
        return query.symbols

    def make_rows(self, query: NewsRequest, raw: Sequence[str]) -> Envelope[News]:  # noqa: ARG002 nothing asked
        article = Article(id="1", headline=self._name, symbols=[*raw], published_at="2024-01-02T00:00:00Z")
        label = Metadata(source=self._name, endpoint="script")
        return Envelope[News](data=News(articles=[article]), metadata=label)


class ScriptedVendor:
    """Has news only. `script` is what becomes of each question: a problem, or None for an answer."""

    def __init__(self, name: str, *script: Problem | None) -> None:
        self.name = name
        self.news = ScriptedNews(name, list(script) or [None])
        self.fetchers: dict[str, AnyFetcher] = {kinds.NEWS.name: self.news}
        self.is_closed = False

    def check_health(self) -> PartHealth:
        """Up until it is closed."""
        return PartHealth(
            name=self.name, status="down" if self.is_closed else "up", facts={"vendor": self.name}
        )

    async def close(self) -> None:
        """Remember that it was."""
        self.is_closed = True
