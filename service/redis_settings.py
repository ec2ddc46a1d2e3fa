"""Where the shared memory is. The API server and the execution server read the same words."""

from pydantic import Field

from service.settings import ServiceSettings


class RedisSettings(ServiceSettings):
    """The part of a process's settings that caches, limits and events are built from."""

    redis_url: str = Field(
        default="",
        description="Redis for caches, limits and events of several servers; unset: the process's memory.",
        repr=False,
    )
    redis_key_prefix: str = Field(
        default="qna_ai:", description="What every key and channel of ours in Redis begins with."
    )
    redis_ttl_seconds: int = Field(
        default=86400, gt=0, description="The longest that a result or a tool's answer is kept."
    )
    enable_result_caching: bool = Field(
        default=True, description="Whether results and tools' answers are given again while they are true."
    )
