"""Settings of what a model is told."""

from pydantic import Field

from service.settings import ServiceSettings


class PromptSettings(ServiceSettings):
    """How much goes into a prompt."""

    conversation_context_window: int = Field(
        default=8000, ge=0, description="Tokens of earlier messages that a prompt may hold."
    )
