"""The settings of the analytics server."""

from pydantic import Field, HttpUrl

from service.settings import ServiceSettings


class AnalyticsSettings(ServiceSettings):
    """Read once in `main`."""

    analytics_mcp_url: HttpUrl = Field(
        default=HttpUrl("http://localhost:3004"),
        description="Where the analytics server listens and where the others find it.",
    )
