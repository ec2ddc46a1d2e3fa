"""Discovered tools as typed Python stubs: what a model, or a person, writes a script against."""

import keyword
import textwrap
from typing import Any

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
        _parameter(name, schema, arguments.annotation(schema, _camel(name)), name in required)
        for name, schema in tool.input_schema.get("properties", {}).items()
        if name.isidentifier() and not keyword.iskeyword(name)
    ]
    ordered = sorted(parts, key=lambda part: "=" in part)
    head = f"def {tool.name}({', '.join(ordered)}) -> {result}:"
    return "\n".join([*types.values(), head, textwrap.indent(_docstring(tool), "    "), "    ..."])


def _parameter(name: str, schema: JsonSchema, annotation: str, is_required: bool) -> str:
    if is_required:
        return f"{name}: {annotation}"
    return f"{name}: {annotation} = {schema.get('default')!r}"


def _docstring(tool: Tool) -> str:
    lines = [_plain(tool.description) or tool.name]
    for name, schema in tool.input_schema.get("properties", {}).items():
        facts = [_plain(schema.get("description", "")).rstrip("."), *_bounds(schema)]
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
    return "".join(part.capitalize() for part in name.replace("-", "_").split("_"))


class _Types:
    """Turns schemas of one tool into annotations, writing a TypedDict for each object."""

    def __init__(self, root: JsonSchema, types: dict[str, str], prefix: str) -> None:
        self._definitions = root.get("$defs", {})
        self._types = types
        self._prefix = prefix

    def annotation(self, schema: JsonSchema, name: str) -> str:
        """The Python annotation for `schema`; `name` is for objects that have none of their own."""
        if "$ref" in schema:
            target = str(schema["$ref"]).rpartition("/")[2]
            return self._object(self._definitions.get(target, {}), _identifier(target))
        if "enum" in schema:
            return f"Literal[{', '.join(map(repr, schema['enum']))}]"
        if "const" in schema:
            return f"Literal[{schema['const']!r}]"
        choices = schema.get("anyOf") or schema.get("oneOf")
        if choices:
            return " | ".join(dict.fromkeys(self.annotation(choice, name) for choice in choices))
        kind = schema.get("type")
        if isinstance(kind, list):
            return " | ".join(NAMES.get(part, "Any") for part in kind)
        if kind == "array":
            return f"list[{self.annotation(schema.get('items', {}), name)}]"
        if kind == "object":
            return self._object(schema, name)
        return NAMES.get(str(kind), "Any")

    def _object(self, schema: JsonSchema, name: str) -> str:
        if "enum" in schema or schema.get("type") not in ("object", None):
            return self.annotation(schema, name)
        properties = schema.get("properties")
        if not properties:
            inner = schema.get("additionalProperties")
            return f"dict[str, {self.annotation(inner, name) if isinstance(inner, dict) else 'Any'}]"
        title = name if name.startswith(self._prefix) else f"{self._prefix}{name}"
        if title not in self._types:
            self._types[title] = ""  # a placeholder ends recursion
            fields = {key: self.annotation(part, _camel(key)) for key, part in properties.items()}
            # The functional form takes any key, "from" and "52w-high" too.
            shown = ", ".join(
                f"{key!r}: {value!r}" if title in value else f"{key!r}: {value}"
                for key, value in fields.items()
            )
            self._types[title] = f"{title} = TypedDict('{title}', {{{shown}}})"
            self._types[title] = self._types.pop(title)  # after the types it is made of
        return title


def _identifier(name: str) -> str:
    return "".join(part if part.isalnum() else "_" for part in name)
