"""What all our tools have in common, so that each is a plain function from bounded arguments to a model."""

import inspect
import logging
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from typing_extensions import override

from mcp_servers.problems import BadArgument, Problem, ToolBroken
from schemas.market.envelope import PROBLEM_META_KEY

log = logging.getLogger(__name__)

TEXT_LENGTH_MAX = 400
COMPLAINTS_MAX = 5
READ_ONLY = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


class TypedTool(Tool):
    """Answers with structured content and one line of text, where the SDK would send the data twice."""

    @override
    async def run(
        self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False
    ) -> CallToolResult:
        result = await self.answer(arguments)
        return CallToolResult(
            content=[TextContent(type="text", text=result["content"][0]["text"])],
            structured_content=result.get("structuredContent"),
            is_error=result["isError"],
            _meta=result.get("_meta"),
        )

    async def answer(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The result of one call as on the wire; what is our fault is logged, and its text is kept here."""
        try:
            values = self._read_arguments(arguments)
            answer = await self.fn_metadata.call_fn(self.fn, self.is_async, values)
        except Problem as problem:
            return make_result(None, str(problem), is_error=True, problem=problem)
        except Exception:
            log.exception("tool %s failed", self.name)
            broken = ToolBroken(f"{self.name} failed by a fault of its server; its log says how")
            return make_result(None, str(broken), is_error=True, problem=broken)
        content = answer.model_dump(mode="json", by_alias=True)
        return make_result(content, " ".join(_facts(content))[:TEXT_LENGTH_MAX])

    def _read_arguments(self, arguments: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.fn_metadata.validate_arguments(arguments)
        except ValidationError as error:
            raise self._complain(error) from error

    def _complain(self, error: ValidationError) -> BadArgument:
        fields = [
            {"field": ".".join(map(str, item["loc"])), "message": _complaint(item)}
            for item in islice(_deepest(error), COMPLAINTS_MAX)
        ]
        complaints = "; ".join(f"{field['field']}: {field['message']}" for field in fields)
        accepted = ", ".join(self.parameters["properties"])
        return BadArgument(
            f"{self.name} does not accept {complaints}. Its arguments are: {accepted}.", fields=fields
        )


def make_tool(
    function: Callable[..., Any],
    volatility_seconds: int,
    *,
    follows_market: bool = False,
    stale_seconds: int = 0,
) -> Tool:
    """`function` under its own name; its docstring and annotations are what callers see.

    `volatility_seconds` is how long an answer stays true while the market is open; one that `follows_market`
    stays true while US stocks rest. For `stale_seconds` more it may be given while nobody answers, labelled.
    """
    meta: dict[str, Any] = {"volatility": volatility_seconds}
    if follows_market:
        meta["follows_market"] = True
    if stale_seconds:
        meta["stale_if_error"] = stale_seconds
    tool = TypedTool.from_function(
        function,
        description=inspect.getdoc(function),
        annotations=READ_ONLY,
        meta=meta,
        structured_output=True,
    )
    model = tool.fn_metadata.arg_model
    # The SDK lets unknown argument names pass in silence; this model is ours alone, made one line above.
    model.model_config["extra"] = "forbid"
    model.model_rebuild(force=True)
    tool.parameters = model.model_json_schema(by_alias=True)
    return tool


def state_configuration(tools: list[Tool], configuration: str) -> list[Tool]:
    """`tools` that say how their server is configured: then several execution servers share the answers."""
    if configuration:
        for tool in tools:
            tool.meta = {**(tool.meta or {}), "configuration": configuration}
    return tools


def make_result(
    content: dict[str, Any] | None, text: str, *, is_error: bool = False, problem: Problem | None = None
) -> dict[str, Any]:
    """A tool result as on the wire.

    A problem goes into `_meta`, as clients may hold all structured content against the output schema.
    """
    result: dict[str, Any] = {"content": [{"type": "text", "text": text}], "isError": is_error}
    if content is not None:
        result["structuredContent"] = content
    if problem is not None:
        result["_meta"] = {PROBLEM_META_KEY: problem.wire.model_dump(mode="json")}
    return result


def _deepest(error: ValidationError) -> Iterator[ErrorDetails]:
    """The complaints about the innermost place of each argument: of a union, those of the branch meant."""
    items = error.errors(include_url=False, include_context=False, include_input=False)
    depths: dict[int | str, int] = {}
    for item in items:
        depths[item["loc"][0]] = max(len(item["loc"]), depths.get(item["loc"][0], 0))
    return (item for item in items if len(item["loc"]) == depths[item["loc"][0]])


def _complaint(item: ErrorDetails) -> str:
    return "there is no such argument" if item["type"] == "extra_forbidden" else item["msg"]


def _facts(content: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """`name=value` for each figure, and the length of each column."""
    for name, value in content.items():
        if isinstance(value, dict):
            yield from _facts(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            yield f"{prefix}{name}=[{len(value)} values]"
        elif value is not None:
            yield f"{prefix}{name}={value}"
