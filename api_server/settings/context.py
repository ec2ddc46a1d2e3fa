"""Settings of what a question has to do with earlier ones."""

from pydantic import Field

from service.settings import ServiceSettings


class ContextSettings(ServiceSettings):
    """How far earlier questions count. What a model is told of them is CONVERSATION_CONTEXT_WINDOW."""

    enable_context_awareness: bool = Field(
        default=True,
        description="Whether a question is held against earlier ones: follow-ups, duplicates, related ones.",
    )
