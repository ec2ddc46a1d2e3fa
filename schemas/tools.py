"""What is known of the tools a script may call."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from schemas.wire import Wire


class ServerState(StrEnum):
    """Where the connection to one MCP server stands."""

    PENDING = "pending"
    CONNECTED = "connected"
    FAILED = "failed"
    NEEDS_AUTH = "needs-auth"
    DISABLED = "disabled"


class Tool(Wire):
    """One discovered tool under the name that scripts call it by."""

    name: str
    """A Python name, and unique; `published_name` can be called too."""
    server: str
    published_name: str = ""
    """What its server calls it."""
    description: str = ""
    input_schema: dict[str, Any]
    output_schema: dict[str, Any] | None = None
    volatility_seconds: float | None = None
    """How long an answer stays true while the market is open; None when the server does not say."""
    follows_market: bool = False
    """Whether an answer stays true while US stocks do not trade at all."""
    stale_if_error_seconds: float = 0.0
    """How long after that it may be given, labelled, while the server does not answer."""
    configuration: str = ""
    """What the server says of its configuration; another text means that answers may be others."""
    simulated: bool | None = None
    """Whether its answers may be of a market that does not exist; None when the server does not say."""
    is_read_only: bool = False


class Server(Wire):
    """One configured MCP server."""

    name: str
    url: str = ""
    """Its address without user, password and query, or `stdio:` and the command's name."""
    state: ServerState
    tool_count: int = 0
    latency_ms: float | None = None
    """How long it last took to list its tools; None before it did."""
    last_error: str | None = None
    stderr_tail: list[str] = Field(default_factory=list)
    """The last lines that a stdio server wrote to its standard error."""
    left_out: dict[str, str] = Field(default_factory=dict)
    """Tools that cannot be called, and why."""


class ToolCatalogue(Wire):
    """Every tool that can be called now, sorted by name, with the servers they come from."""

    tools: list[Tool]
    servers: list[Server]
    digest: str
    """SHA-256 over names and schemas: the same tools give the same digest."""
    policy_version: str = ""
    """Of the rules that scripts are held against where these tools are called."""
