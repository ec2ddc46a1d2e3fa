"""Settings of the search for sources."""

from pydantic import Field

from service.settings import ServiceSettings


class TrustSettings(ServiceSettings):
    """How much finding the source of every number may cost."""

    provenance_timeout_seconds: float = Field(
        default=20, gt=0, le=300, description="How long finding the sources of an answer's values may take."
    )
    provenance_runs_at_once: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="How many runs for one provenance are under way together; unset: as cores, up to 4.",
    )
