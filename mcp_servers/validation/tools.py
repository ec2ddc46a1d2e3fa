"""The tools of the validation server: one analysis, three views of it."""

from typing import Annotated

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from mcp_servers.tool import make_tool
from mcp_servers.validation.checker import ScriptChecker
from schemas.validation import McpCalls, RuntimeEstimate, ValidationReport

VOLATILITY_SECONDS = 3600
"""A verdict stays true until the policy changes, and that needs a restart."""

Code = Annotated[str, Field(max_length=200_000, description="Python source of a whole script.")]


class ValidationTools:
    """Checks on scripts, which are read in another process and never run."""

    def __init__(self, checker: ScriptChecker) -> None:
        self._checker = checker

    async def validate_python_script(self, code: Code) -> ValidationReport:
        """Whether a script would be accepted, what is wrong and where, what it calls and what it takes."""
        return await self._checker.check(code)

    async def check_mcp_calls(self, code: Code) -> McpCalls:
        """Names of the MCP tools that a script calls."""
        report = await self._checker.check(code)
        return McpCalls(mcp_calls=report.mcp_calls, valid=report.valid)

    async def estimate_runtime(self, code: Code) -> RuntimeEstimate:
        """Estimated run time of a script in milliseconds, tool calls included."""
        report = await self._checker.check(code)
        return RuntimeEstimate(estimated_runtime_ms=report.estimated_runtime_ms, valid=report.valid)


def make_validation_tools(checker: ScriptChecker) -> list[Tool]:
    """The catalogue of the validation server."""
    tools = ValidationTools(checker)
    functions = (tools.validate_python_script, tools.check_mcp_calls, tools.estimate_runtime)
    return [make_tool(function, VOLATILITY_SECONDS) for function in functions]
