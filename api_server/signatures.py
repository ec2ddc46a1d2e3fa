"""Discovered tools as typed Python stubs: what a model, or a person, writes a script against."""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from api_server.schema_types import Manner, TypeNames, TypeWriter, plain_line
from schemas.names import MODULE_NAMES, parameter_names, python_name
from schemas.tools import Tool

JsonSchema = dict[str, Any]
DEFAULT_CHARACTERS_MAX = 60
INDEX_WORDS_CHARACTERS_MAX = 70

MODULE = '''"""`mcp_client` as a type checker sees it."""
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal, TypedDict

class ToolError(Exception):
    code: str
    message: str
    details: dict[str, Any]
    tool: str

class Param:
    def __init__(
        self, *, ge: float = ..., le: float = ..., choices: list[Any] = ..., unit: str = ...,
        description: str = ...,
    ) -> None: ...

def call(tool: str, arguments: Mapping[str, Any] = ...) -> Any: ...
def call_many(calls: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Any]: ...
def step(text: str) -> None: ...
'''


@dataclass(frozen=True)
class Stub:
    """One tool: the names of the types it needs, each after what it is made of, and its function."""

    types: tuple[str, ...]
    function: str


class Stubs:
    """Tools as functions with their result types. A type that several tools share has one name."""

    def __init__(self, tools: Sequence[Tool], manner: Manner = Manner.FOR_READERS) -> None:
        self._manner = manner
        self._names = TypeNames(MODULE_NAMES.union(tool.name for tool in tools))
        self._stubs = {tool.name: self._render(tool) for tool in tools}

    def write(self, names: Iterable[str], after: Iterable[str] = ()) -> str:
        """The tools of these names in this order; types of those in `after` are written already."""
        written = {kind for name in after for kind in self._stubs[name].types}
        parts = []
        for name in names:
            new = [kind for kind in self._stubs[name].types if kind not in written]
            written.update(new)
            definitions = [self._names.definitions[kind] for kind in new]
            parts.append("\n".join([*definitions, self._stubs[name].function]))
        return "\n\n".join(parts)

    def _render(self, tool: Tool) -> Stub:
        types = TypeWriter(self._names, camel(tool.name), self._manner)
        result = types.result(tool.output_schema) if tool.output_schema else "Any"
        required = set(tool.input_schema.get("required", ()))
        arguments = _arguments(tool)
        parts = [
            f"{python}: {types.argument(tool.input_schema, schema, camel(name))}"
            + ("" if name in required else f" = {_default(schema)}")
            for name, python, schema in arguments
        ]
        head = f"def {tool.name}({', '.join(parts)}) -> {result}:"
        if self._manner is Manner.FOR_CHECKERS:
            return Stub(tuple(types.used), f"{head} ...")
        documented = textwrap.indent(_docstring(tool, arguments), "    ")
        return Stub(tuple(types.used), "\n".join([head, documented, "    ..."]))


def render_stubs(tools: Sequence[Tool]) -> str:
    """Every tool as a function signature with its result type; valid Python, in the order given."""
    return Stubs(tools).write(tool.name for tool in tools)


def render_stub(tool: Tool) -> str:
    """One tool by itself."""
    return render_stubs([tool])


def render_module(tools: Sequence[Tool]) -> str:
    """The module `mcp_client` as a `.pyi`, its arguments as wide as what the jail converts."""
    stubs = Stubs(tools, Manner.FOR_CHECKERS).write(tool.name for tool in tools)
    return f"{MODULE}\n{stubs}\n"


def index_line(tool: Tool, detail: int) -> str:
    """One tool in a line: its name, from detail 1 its arguments, from detail 2 how its description begins."""
    if detail == 0:
        return tool.name
    required = set(tool.input_schema.get("required", ()))
    names = parameter_names(tool.input_schema).items()
    shown = (
        f"{tool.name}({', '.join(python if name in required else f'{python}?' for name, python in names)})"
    )
    sentence = plain_line(tool.description).split(". ")[0].rstrip(".")
    words = textwrap.shorten(sentence, INDEX_WORDS_CHARACTERS_MAX, placeholder=" …")
    return f"{shown}: {words}" if words and detail > 1 else shown


def camel(name: str) -> str:
    """The name of a type for something called `name`."""
    parts = python_name(name, "tool").split("_")
    return "".join(part[:1].upper() + part[1:].lower() for part in parts)


def _arguments(tool: Tool) -> list[tuple[str, str, JsonSchema]]:
    """Own name, Python name and schema of each argument, in the order of positions."""
    schemas = tool.input_schema.get("properties", {})
    return [
        (name, python, schemas[name] if isinstance(schemas[name], dict) else {})
        for name, python in parameter_names(tool.input_schema).items()
    ]


def _default(schema: JsonSchema) -> str:
    """The default where it is short and fits its own schema; `...` says no more than that there is one."""
    if "default" not in schema:
        return "..."
    shown = repr(schema["default"])
    fits = len(shown) <= DEFAULT_CHARACTERS_MAX and _is_valid(schema, schema["default"])
    return shown if fits else "..."


def _is_valid(schema: JsonSchema, value: Any) -> bool:
    try:
        return jsonschema_rs.is_valid(
            {**schema, "$schema": "https://json-schema.org/draft/2020-12/schema"}, value
        )
    except (jsonschema_rs.ValidationError, ValueError):
        return False


def _docstring(tool: Tool, arguments: Sequence[tuple[str, str, JsonSchema]]) -> str:
    lines = [plain_line(tool.description) or tool.name]
    for _, name, schema in arguments:
        facts = [plain_line(str(schema.get("description", ""))).rstrip("."), *_bounds(schema)]
        if any(facts):
            lines.append(f"{name}: " + "; ".join(fact for fact in facts if fact))
    return '"""' + "\n".join(lines) + '\n"""' if len(lines) > 1 else f'"""{lines[0]}"""'


def _bounds(schema: JsonSchema) -> list[str]:
    """The limits of an argument in words; of its alternatives those of the first that has any."""
    shown = {"minimum": ">=", "maximum": "<=", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}
    bounds = [f"{sign} {schema[key]}" for key, sign in shown.items() if key in schema]
    counts = {
        "minItems": "at least {} items",
        "maxItems": "at most {} items",
        "maxLength": "at most {} characters",
        "pattern": "like {}",
    }
    bounds += [plain_line(words.format(schema[key])) for key, words in counts.items() if key in schema]
    choices = schema.get("anyOf") or schema.get("oneOf") or ()
    inner = (_bounds(choice) for choice in choices if isinstance(choice, dict))
    return bounds or next((found for found in inner if found), [])
