"""The settings of the validation server."""

from pydantic import Field, HttpUrl

from service.settings import ServiceSettings


class ValidationSettings(ServiceSettings):
    """Read once in `main`."""

    validation_mcp_url: HttpUrl = Field(
        default=HttpUrl("http://localhost:3005"),
        description="Where the validation server listens and where the others find it.",
    )
