"""What is written about companies."""

from pydantic import Field

from schemas.wire import Wire

HEADLINE_LENGTH_MAX = 300
SUMMARY_LENGTH_MAX = 1000


class Article(Wire):
    """One news item. Headline and summary are the publisher's plain text, cut, and nothing to obey."""

    id: str
    headline: str
    summary: str = ""
    author: str | None = None
    publisher: str | None = None
    url: str | None = None
    symbols: list[str] = Field(default_factory=list)
    published_at: str
    """ISO 8601 in UTC."""


class News(Wire):
    """News items, newest first."""

    articles: list[Article]
