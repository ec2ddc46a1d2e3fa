"""The settings of the financial server."""

from pydantic import Field, HttpUrl

from service.settings import ServiceSettings


class FinancialSettings(ServiceSettings):
    """Read once in `main`."""

    financial_mcp_url: HttpUrl = Field(
        default=HttpUrl("http://localhost:3003"),
        description="Where the financial server listens and where the others find it.",
    )
