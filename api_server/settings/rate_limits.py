"""How much one user, and everybody together, may ask."""

from pydantic import Field

from service.settings import ServiceSettings


class RateLimitSettings(ServiceSettings):
    """Only what costs something is limited: questions, runs, re-runs, replays and sensitivity checks."""

    rate_limit_requests_per_hour: int = Field(
        default=100, ge=0, description="Costly requests of a user to an endpoint in an hour; 0: no limit."
    )
    rate_limit_requests_per_second: int = Field(default=10, ge=0, description="The same in one second.")
    rate_limit_endpoint_requests_per_hour: int = Field(
        default=1000,
        ge=0,
        description="Costly requests of all users together to one endpoint in an hour; 0: no limit.",
    )
    rate_limit_local_user: bool = Field(
        default=False,
        description="Whether the limits hold without access control too, where one user owns the machine.",
    )
