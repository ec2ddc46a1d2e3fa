"""A tool with its compiled schemas: what may be sent to it, and what its answers are read as."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs
import orjson

from executor.broker.failure import ToolFailure
from sandbox_policies.analyser import suggest
from schemas.market.envelope import PROBLEM_META_KEY
from schemas.names import parameter_names
from schemas.tools import Tool

MESSAGE_CHARACTERS_MAX = 300
CONFIGURATION_CHARACTERS_MAX = 200


class BadTool(Exception):
    """A tool that no call can be checked for."""


@dataclass(frozen=True)
class ToolAnswer:
    """The result of one call as it came: `blocks` are content blocks as on the wire."""

    structured: Any
    blocks: list[dict[str, Any]]
    is_error: bool
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The text blocks, one under the other."""
        return "\n".join(str(block.get("text", "")) for block in self.blocks if block.get("type") == "text")


@dataclass(frozen=True)
class BoundTool:
    """`tool` under its published name, until the broker gives it the name that scripts use."""

    tool: Tool
    check_input: Any
    check_output: Any
    is_wrapped: bool
    python_names: dict[str, str]
    """Each argument and its Python name, in the order of positions."""
    header_map: dict[tuple[str, ...], str]
    """Arguments that the 2026 protocol repeats as HTTP headers, and the headers' names."""
    digest: str
    """SHA-256 of all that the server says of the tool."""

    def bind(self, name: str, positional: list[Any], named: dict[str, Any]) -> dict[str, Any]:
        """The arguments by their own names, checked against the schema. Raises `ToolFailure`.

        `name` is what the caller calls the tool; arguments may be named as the schema or as Python does.
        """
        order = list(self.python_names)
        if len(positional) > len(order):
            raise _bad(name, f"{name} takes {len(order)} arguments, not {len(positional)}")
        self.check_names(name, list(named))
        arguments = dict(zip(order, positional, strict=False))
        for key, value in named.items():
            exact = self._exact(key)
            if exact in arguments:
                raise _bad(name, f"{name} got two values for {key!r}", key)
            arguments[exact] = value
        problem = next(iter(self.check_input.iter_errors(arguments)), None)
        if problem is not None:
            where = ".".join(map(str, problem.instance_path))
            place = f"{where}: " if where else ""
            raise _bad(name, f"{name}: {place}{problem.message[:MESSAGE_CHARACTERS_MAX]}", where)
        return arguments

    def check_names(self, name: str, keys: list[str]) -> None:
        """Raises `ToolFailure` for an unknown argument, with the nearest known one."""
        if self.tool.input_schema.get("additionalProperties") is True:
            return
        for key in keys:
            if self._exact(key) not in self.python_names:
                near = suggest(key, list(self.python_names.values()))
                raise _bad(name, f"{name} has no argument {key!r}{did_you_mean(near)}", key)

    def _exact(self, key: str) -> str:
        if key in self.python_names:
            return key
        return next((exact for exact, python in self.python_names.items() if python == key), key)

    def read(self, answer: ToolAnswer) -> Any:
        """The value of an answer. Raises `ToolFailure` for an error, or one unlike its schema."""
        content = answer.structured
        if answer.is_error:
            raise _failure(answer)
        if self.check_output is None:
            return content if content is not None else _read_blocks(answer)
        mismatch = next(iter(self.check_output.iter_errors(content)), None)
        if mismatch is not None:
            where = ".".join(map(str, mismatch.instance_path)) or "the whole"
            raise ToolFailure(
                "bad_response",
                f"{self.tool.published_name} answered unlike its schema at {where}: {mismatch.message[:200]}",
            )
        return content["result"] if self.is_wrapped and content is not None else content


def bind_tool(described: Any, server: str) -> BoundTool:
    """A tool as its server describes it (`mcp_types.Tool`). Raises `BadTool`.

    An output schema that is none leaves the answers unchecked.
    """
    from mcp.shared.inbound import x_mcp_header_map

    tool = read_tool(described, server)
    try:
        check_input = _compile(tool.input_schema)
    except (jsonschema_rs.ValidationError, ValueError) as error:
        raise BadTool(f"its input schema is wrong: {str(error)[:MESSAGE_CHARACTERS_MAX]}") from error
    try:
        check_output = _compile(tool.output_schema) if tool.output_schema else None
    except (jsonschema_rs.ValidationError, ValueError):
        check_output, tool = None, tool.model_copy(update={"output_schema": None})
    return BoundTool(
        tool=tool,
        check_input=check_input,
        check_output=check_output,
        is_wrapped=list((tool.output_schema or {}).get("properties", {})) == ["result"],
        python_names=parameter_names(tool.input_schema),
        header_map=x_mcp_header_map(tool.input_schema),
        digest=hashlib.sha256(orjson.dumps(tool.model_dump(), option=orjson.OPT_SORT_KEYS)).hexdigest(),
    )


def read_tool(described: Any, server: str) -> Tool:
    """The facts of a tool, with what a server says wrongly left out."""
    annotations, meta = described.annotations, described.meta or {}
    return Tool(
        name=described.name,
        published_name=described.name,
        server=server,
        description=described.description or "",
        input_schema=described.input_schema,
        output_schema=described.output_schema,
        volatility_seconds=_seconds(meta.get("volatility")),
        follows_market=meta.get("follows_market") is True,
        stale_if_error_seconds=_seconds(meta.get("stale_if_error")) or 0.0,
        configuration=str(meta.get("configuration") or "")[:CONFIGURATION_CHARACTERS_MAX],
        simulated=meta["simulated"] if isinstance(meta.get("simulated"), bool) else None,
        is_read_only=bool(annotations and annotations.read_only_hint),
    )


def did_you_mean(near: str) -> str:
    """The end of a sentence that names something unknown."""
    return f"; did you mean {near!r}?" if near else ""


def _compile(schema: dict[str, Any]) -> Any:
    return jsonschema_rs.validator_for(schema, retriever=_refuse_to_fetch)


def _refuse_to_fetch(uri: str) -> Any:
    raise ValueError(f"{uri} is somewhere else, and schemas are not fetched")


def _seconds(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) and value >= 0 else None


def _bad(tool: str, message: str, argument: str | None = None) -> ToolFailure:
    details = {"tool": tool} if argument is None else {"tool": tool, "argument": argument}
    return ToolFailure("bad_argument", message, details)


def _failure(answer: ToolAnswer) -> ToolFailure:
    """Servers of ours tell their problem in `_meta`, others may in the structured content, most in words.

    By the protocol such words are for whoever wrote the call, so that it can be put right.
    """
    told = answer.meta.get(PROBLEM_META_KEY, answer.structured)
    problem = told if isinstance(told, dict) else {}
    known = {"code": str, "message": str, "details": dict}
    fields = {name: problem[name] for name, kind in known.items() if isinstance(problem.get(name), kind)}
    return ToolFailure(
        fields.get("code", "tool_refused" if answer.text else "tool_failed"),
        fields.get("message", answer.text or "the tool failed"),
        fields.get("details"),
    )


def _read_blocks(answer: ToolAnswer) -> Any:
    """Tools without a schema answer in text; what is JSON is read as such. Pictures come as their blocks."""
    if any(block.get("type") != "text" for block in answer.blocks):
        return answer.blocks
    try:
        return json.loads(answer.text, parse_constant=_refuse_constant)
    except ValueError:
        return answer.text


def _refuse_constant(text: str) -> Any:
    raise ValueError(text)
