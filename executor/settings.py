"""Settings of the execution server."""

from pathlib import Path

from pydantic import Field, field_validator

from service.redis_settings import RedisSettings


class ExecutorSettings(RedisSettings):
    """Read once in `main`; every field is the environment variable of the same name."""

    execution_server_host: str = Field(
        default="127.0.0.1", description="Address the execution server listens on; loopback only."
    )
    execution_server_port: int = Field(
        default=3002, ge=1, le=65535, description="Port of the execution server."
    )
    execution_timeout_seconds: float = Field(
        default=30, gt=0, le=120, description="Wall clock of one execution unless the request says otherwise."
    )
    max_execution_memory_mb: int = Field(
        default=512, ge=64, le=2048, description="Memory of one execution unless the request says otherwise."
    )
    financial_mcp_url: str = Field(
        default="http://localhost:3003", description="Where the financial MCP server is."
    )
    analytics_mcp_url: str = Field(
        default="http://localhost:3004", description="Where the analytics MCP server is."
    )
    validation_mcp_url: str = Field(
        default="http://localhost:3005", description="Where the validation MCP server is."
    )
    mcp_servers_file: Path | None = Field(
        default=None,
        description="Further MCP servers, as JSON; unset: mcp_servers.json of the working folder, if any.",
    )
    script_isolation: bool = Field(
        default=True, description="Only `true` is accepted: a script runs in the jail or not at all."
    )
    tool_timeout_seconds: float = Field(default=20, gt=0, description="How long one tool call may take.")
    sandbox_policy_files: list[Path] = Field(
        default_factory=list, description="JSON list of policy files laid over our own rules, in their order."
    )
    executions_at_once: int = Field(
        default=4, ge=1, le=64, description="How many scripts run at the same time."
    )
    executions_waiting: int = Field(
        default=64, ge=0, description="How many more may wait before new ones are turned away."
    )
    warm_children: int | None = Field(
        default=None,
        ge=0,
        le=256,
        description="Children that each jail keeps ready while idle; unset: as cores and memory allow.",
    )

    @field_validator("script_isolation")
    @classmethod
    def demand_isolation(cls, is_isolated: bool) -> bool:
        """Who switches it off must not believe that scripts now run without the jail."""
        if not is_isolated:
            raise ValueError("the jail cannot be switched off; remove the variable")
        return is_isolated
