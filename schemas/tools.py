"""What is known of the tools a script may call."""

from enum import StrEnum
from typing import Any

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
    server: str
    description: str = ""
    input_schema: dict[str, Any]
    output_schema: dict[str, Any] | None = None
    volatility_seconds: float | None = None
    """How long an answer stays true while the market is open; None when the server does not say."""
    is_read_only: bool = False


class Server(Wire):
    """One configured MCP server."""

    name: str
    url: str = ""
    state: ServerState
    tool_count: int = 0
    last_error: str | None = None


class ToolCatalogue(Wire):
    """Every tool that can be called now, sorted by name, with the servers they come from."""

    tools: list[Tool]
    servers: list[Server]
    digest: str
    """SHA-256 over names and schemas: the same tools give the same digest."""
