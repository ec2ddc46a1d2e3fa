"""What one request to the API may cost before it is read."""

from pydantic import Field

from service.settings import ServiceSettings


class RequestSettings(ServiceSettings):
    """How long an answer may take is said by LLM_TIMEOUT_SECONDS and EXECUTION_TIMEOUT_SECONDS."""

    max_request_size_mb: int = Field(default=10, ge=1, description="Size of one request's body.")
    request_timeout_ms: int = Field(
        default=30_000, ge=1, description="How long the body of a request may take to arrive."
    )
