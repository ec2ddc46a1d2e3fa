"""A tool as a person looks at it: its arguments as a table, and a call to start from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api_server.schema_types import Manner, TypeNames, TypeWriter
from schemas.names import parameter_names
from schemas.tools import Tool

LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "like {}",
    "format": "{}",
}
DATES = {"date": "2026-01-02", "date-time": "2026-01-02T15:30:00Z"}
DEPTH_MAX = 6
"""Of the example of a schema that holds itself."""


@dataclass(frozen=True)
class Argument:
    """One row of the table. `default` is Python, empty when there is none."""

    name: str
    type: str
    is_required: bool
    default: str
    limits: str
    description: str


def list_arguments(tool: Tool) -> list[Argument]:
    """The arguments of a tool under their names in scripts, as its schema has them."""
    root = tool.input_schema
    required = root.get("required", [])
    types = TypeWriter(TypeNames(), tool.name, Manner.FOR_READERS)
    names = parameter_names(root)
    return [
        Argument(
            name=name,
            type=types.argument(root, _property(root, published), name),
            is_required=published in required,
            default=_default(_property(root, published)),
            limits="; ".join(_limits(root, _property(root, published))),
            description=str(_property(root, published).get("description", "")),
        )
        for published, name in names.items()
    ]


def write_example(tool: Tool) -> str:
    """A call of the tool with what it demands, in Python."""
    root = tool.input_schema
    required = root.get("required", [])
    given = [
        f"{name}={_example(root, _property(root, published), 0)!r}"
        for published, name in parameter_names(root).items()
        if published in required
    ]
    return f"{tool.name}({', '.join(given)})"


def find_tools(tools: Sequence[Tool], words: str) -> list[Tool]:
    """The tools in whose name, server or description all `words` are."""
    wanted = words.casefold().split()
    return [
        tool
        for tool in tools
        if all(word in f"{tool.name} {tool.server} {tool.description}".casefold() for word in wanted)
    ]


def _property(root: dict[str, Any], name: str) -> dict[str, Any]:
    found = root.get("properties", {}).get(name)
    return found if isinstance(found, dict) else {}


def _default(schema: dict[str, Any]) -> str:
    return repr(schema["default"]) if "default" in schema else ""


def _limits(root: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """What bounds a value, of every choice it has."""
    schema = _resolve(root, schema)
    own = [form.format(schema[key]) for key, form in LIMITS.items() if key in schema]
    for choice in _choices(schema):
        own += [limit for limit in _limits_of_choice(root, choice) if limit not in own]
    return own


def _limits_of_choice(root: dict[str, Any], choice: dict[str, Any]) -> list[str]:
    resolved = _resolve(root, choice)
    return [form.format(resolved[key]) for key, form in LIMITS.items() if key in resolved]


def _example(root: dict[str, Any], schema: dict[str, Any], depth: int) -> Any:
    schema = _resolve(root, schema)
    if "default" in schema:
        return schema["default"]
    for several in ("examples", "enum"):
        if schema.get(several):
            return schema[several][0]
    if "const" in schema:
        return schema["const"]
    choices = _choices(schema)
    if choices:
        return _example(root, choices[0], depth + 1)
    return _example_of_type(root, schema, depth)


def _example_of_type(root: dict[str, Any], schema: dict[str, Any], depth: int) -> Any:
    kind = schema.get("type")
    match kind[0] if isinstance(kind, list) and kind else kind:
        case "string":
            text = DATES.get(schema.get("format", ""), "AAPL")
            return text.ljust(schema.get("minLength", 0), "A")[: schema.get("maxLength", len(text))]
        case "integer":
            return int(_number(schema))
        case "number":
            return float(_number(schema))
        case "boolean":
            return True
        case "array":
            items = schema.get("items") if depth < DEPTH_MAX else None
            item = _example(root, items if isinstance(items, dict) else {}, depth + 1)
            return [item] * max(1, schema.get("minItems", 1))
        case "object":
            return _example_object(root, schema, depth)
    return None


def _example_object(root: dict[str, Any], schema: dict[str, Any], depth: int) -> dict[str, Any]:
    if depth >= DEPTH_MAX:
        return {}
    made = {name: _example(root, _property(schema, name), depth + 1) for name in schema.get("required", [])}
    others = schema.get("additionalProperties")
    of_values = others if isinstance(others, dict) else {}
    for number in range(schema.get("minProperties", 1) if of_values and not made else 0):
        made[("AAPL", "MSFT", "KO")[number % 3] * (1 + number // 3)] = _example(root, of_values, depth + 1)
    return made


def _number(schema: dict[str, Any]) -> float:
    """One, or the nearest number within the limits."""
    above = schema.get("exclusiveMinimum")
    least = schema.get("minimum", above + 1 if above is not None else None)
    most = schema.get("maximum", schema.get("exclusiveMaximum"))
    value = 1.0 if least is None else max(1.0, least)
    return float(value if most is None else min(value, most))


def _choices(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """What a value may be, nothing left out."""
    choices = schema.get("anyOf") or schema.get("oneOf") or []
    return [each for each in choices if isinstance(each, dict) and each.get("type") != "null"]


def _resolve(root: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    for _ in range(DEPTH_MAX):
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            break
        name = reference.rpartition("/")[2]
        found = {**root.get("definitions", {}), **root.get("$defs", {})}.get(name, {})
        schema = {**found, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema
