"""The report of a check on a script's source."""

from typing import Any

from pydantic import Field

from schemas.wire import Wire


class Finding(Wire):
    """One problem at one place. `hint` says what to write instead. Lines and columns count from 1."""

    code: str
    message: str
    line: int
    column: int
    hint: str = ""


class ToolUse(Wire):
    """One place in the source that calls a tool. `arguments` holds only the literal ones."""

    tool: str
    line: int
    column: int
    arguments: dict[str, Any] = Field(default_factory=dict)
    unread: list[str] = Field(default_factory=list)
    """Names of the other arguments, whose values only the run will know."""
    positional: list[Any] = Field(default_factory=list)
    is_complete: bool = False
    """Whether every argument is a literal, so that `arguments` can be checked as a whole."""


class ValidationReport(Wire):
    """The answer of `POST /validate`."""

    valid: bool
    errors: list[Finding] = Field(default_factory=list)
    warnings: list[str] = Field(default_factory=list)
    security_score: int = Field(ge=0, le=100)
    security_reasons: list[str] = Field(default_factory=list)
    estimated_runtime_ms: int = Field(ge=0)
    mcp_calls: list[str] = Field(default_factory=list)
    tool_uses: list[ToolUse] = Field(default_factory=list)
    parameters: dict[str, Any] = Field(default_factory=dict)
    """JSON Schema of the parameters of `analyze`; an object without properties when there are none."""


class McpCalls(Wire):
    """The tools that a script calls, in order of first use."""

    mcp_calls: list[str]
    valid: bool
    """Whether the script would be accepted; the list is empty when it cannot even be parsed."""


class RuntimeEstimate(Wire):
    """How long a script is expected to run, tool calls included."""

    estimated_runtime_ms: int = Field(ge=0)
    valid: bool
    """Whether the script would be accepted; the estimate is 0 when it cannot even be parsed."""
