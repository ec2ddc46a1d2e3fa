"""Settings of the API server."""

from pydantic import Field

from api_server.settings.access import AccessSettings
from api_server.settings.context import ContextSettings
from api_server.settings.llm import LLMSettings
from api_server.settings.prompting import PromptSettings
from api_server.settings.rate_limits import RateLimitSettings
from api_server.settings.requests import RequestSettings
from api_server.settings.storage import StorageSettings
from api_server.settings.trust import TrustSettings
from api_server.settings.vectors import VectorSettings
from api_server.settings.writing import WritingSettings
from service.redis_settings import RedisSettings


class ApiSettings(
    AccessSettings,
    ContextSettings,
    LLMSettings,
    RateLimitSettings,
    PromptSettings,
    RequestSettings,
    StorageSettings,
    TrustSettings,
    VectorSettings,
    WritingSettings,
    RedisSettings,
):
    """Read once in `main`; every field is the environment variable of the same name."""

    api_server_host: str = Field(
        default="127.0.0.1",
        description="Address the API server listens on; another than loopback needs access control.",
    )
    api_server_port: int = Field(
        default=8010, ge=1, le=65535, description="Port of the API server and the page."
    )
    execution_server_port: int = Field(
        default=3002, ge=1, le=65535, description="Port of the execution server."
    )
    execution_server_url: str = Field(
        default="",
        description="Where the execution server is, when it is not on this machine's EXECUTION_SERVER_PORT.",
    )
    execution_timeout_seconds: float = Field(
        default=30, gt=0, le=120, description="Wall clock of one execution."
    )
    max_execution_memory_mb: int = Field(default=512, ge=64, le=2048, description="Memory of one execution.")
    qna_environment: str = Field(
        default="development", description="`production` hides the addresses under /debug."
    )

    @property
    def executor_url(self) -> str:
        """The execution server's address, without a slash at its end."""
        return (self.execution_server_url or f"http://127.0.0.1:{self.execution_server_port}").rstrip("/")
