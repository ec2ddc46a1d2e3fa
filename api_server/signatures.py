"""Discovered tools as typed Python stubs: what a model, or a person, writes a script against."""

import re
import textwrap
from collections.abc import Iterable
from typing import Any

from schemas.names import parameter_names, python_name
from schemas.tools import Tool, ToolCatalogue

JsonSchema = dict[str, Any]
NAMES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
DESCRIPTION_CHARACTERS_MAX = 400


def render_stubs(catalogue: ToolCatalogue) -> str:
    """Every tool as a function signature with its result type; valid Python, in a stable order."""
    return "\n\n".join(render_stub(tool) for tool in catalogue.tools)


def render_stub(tool: Tool) -> str:
    """One tool: the types of its result, then the function with its docstring."""
    types: dict[str, str] = {}
    result = "Any"
    if tool.output_schema:
        result = _Types(tool.output_schema, types, _camel(tool.name)).annotation(tool.output_schema, "Result")
    arguments = _Types(tool.input_schema, types, _camel(tool.name))
    required = set(tool.input_schema.get("required", ()))
    parts = [
        _parameter(python, schema, arguments.annotation(schema, _camel(name)), name in required)
        for name, python, schema in _arguments(tool)
    ]
    head = f"def {tool.name}({', '.join(parts)}) -> {result}:"
    return "\n".join([*types.values(), head, textwrap.indent(_docstring(tool), "    "), "    ..."])


def _arguments(tool: Tool) -> list[tuple[str, str, JsonSchema]]:
    """Own name, Python name and schema of each argument, in the order of positions."""
    schemas = tool.input_schema.get("properties", {})
    return [
        (name, python, schemas[name] if isinstance(schemas[name], dict) else {})
        for name, python in parameter_names(tool.input_schema).items()
    ]


def _parameter(name: str, schema: JsonSchema, annotation: str, is_required: bool) -> str:
    if is_required:
        return f"{name}: {annotation}"
    return f"{name}: {annotation} = {schema.get('default')!r}"


def _docstring(tool: Tool) -> str:
    lines = [_plain(tool.description) or tool.name]
    for _, name, schema in _arguments(tool):
        facts = [_plain(str(schema.get("description", ""))).rstrip("."), *_bounds(schema)]
        if any(facts):
            lines.append(f"{name}: " + "; ".join(fact for fact in facts if fact))
    return '"""' + "\n".join(lines) + '\n"""' if len(lines) > 1 else f'"""{lines[0]}"""'


def _bounds(schema: JsonSchema) -> list[str]:
    shown = {"minimum": ">=", "maximum": "<=", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}
    bounds = [f"{sign} {schema[key]}" for key, sign in shown.items() if key in schema]
    for key, word in (("minItems", "at least"), ("maxItems", "at most")):
        if key in schema:
            bounds.append(f"{word} {schema[key]} items")
    return bounds


def _plain(text: str) -> str:
    """Text of a tool as one line that cannot end a docstring."""
    line = " ".join(text.split()).replace("\\", "/").replace('"""', "'''")
    return line[:DESCRIPTION_CHARACTERS_MAX].rstrip('"')


def _camel(name: str) -> str:
    parts = python_name(name, "tool").split("_")
    return "".join(part[:1].upper() + part[1:].lower() for part in parts)


class _Types:
    """Turns schemas of one tool into annotations, writing a TypedDict for each object."""

    def __init__(self, root: JsonSchema, types: dict[str, str], prefix: str) -> None:
        self._definitions = {**root.get("definitions", {}), **root.get("$defs", {})}
        self._types = types
        self._prefix = prefix
        self._open: list[str] = []

    def annotation(self, schema: Any, name: str) -> str:
        """The Python annotation for `schema`; `name` is for objects that have none of their own."""
        if not isinstance(schema, dict):
            return "Any"
        if "$ref" in schema:
            return self._reference(str(schema["$ref"]).rpartition("/")[2])
        if "enum" in schema or "const" in schema:
            return _literal(schema["enum"] if "enum" in schema else [schema["const"]])
        choices = schema.get("anyOf") or schema.get("oneOf")
        if choices:
            return _union(self.annotation(choice, name) for choice in choices)
        kind = schema.get("type")
        if isinstance(kind, list):
            return _union(self.annotation({**schema, "type": part}, name) for part in kind)
        if kind == "array":
            return f"list[{self.annotation(schema.get('items', {}), name)}]"
        if kind == "object":
            return self._object(schema, name)
        return NAMES.get(str(kind), "Any")

    def _reference(self, target: str) -> str:
        """A definition by its name; one that is made of itself is `Any` inside itself."""
        schema = self._definitions.get(target)
        if schema is None or target in self._open:
            return "Any" if schema is None or not _is_record(schema) else repr(self._title(target))
        self._open.append(target)
        try:
            return self.annotation(schema, target)
        finally:
            self._open.pop()

    def _title(self, name: str) -> str:
        plain = python_name(name, "Type")
        return plain if plain.startswith(self._prefix) else f"{self._prefix}{plain}"

    def _object(self, schema: JsonSchema, name: str) -> str:
        if not _is_record(schema):
            inner = schema.get("additionalProperties")
            return f"dict[str, {self.annotation(inner, name) if isinstance(inner, dict) else 'Any'}]"
        title = self._title(name)
        if title not in self._types:
            self._types[title] = ""  # a placeholder ends recursion
            fields = {key: self.annotation(part, _camel(key)) for key, part in schema["properties"].items()}
            # The functional form takes any key, "from" and "52w-high" too.
            shown = ", ".join(
                f"{key!r}: {value!r}" if re.search(rf"\b{title}\b", value) else f"{key!r}: {value}"
                for key, value in fields.items()
            )
            self._types[title] = f"{title} = TypedDict('{title}', {{{shown}}})"
            self._types[title] = self._types.pop(title)  # after the types it is made of
        return title


def _is_record(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "object" and bool(schema.get("properties"))


def _union(annotations: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(annotations)) or "Any"


def _literal(values: list[Any]) -> str:
    """Literal takes texts, whole numbers, booleans and None; other constants are told by their type."""
    if all(value is None or isinstance(value, str | int) for value in values) and values:
        return f"Literal[{', '.join(map(repr, values))}]"
    return "Any"
