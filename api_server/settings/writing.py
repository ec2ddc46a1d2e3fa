"""Settings of writing scripts."""

from pydantic import Field

from service.settings import ServiceSettings


class WritingSettings(ServiceSettings):
    """How much is done for one script."""

    script_repairs_max: int = Field(
        default=2, ge=0, le=5, description="How often a model may repair its script for one question."
    )
