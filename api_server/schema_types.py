"""JSON Schemas as Python annotations, with a TypedDict for each record."""

import builtins
import keyword
from collections.abc import Iterable
from enum import Enum
from typing import Any

from schemas.names import python_name

JsonSchema = dict[str, Any]
SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
NUMBERS = frozenset(["int", "float"])
TEXT_CHARACTERS_MAX = 400
COMMENT_CHARACTERS_MAX = 160
RESERVED = frozenset(
    [*dir(builtins), "Any", "Literal", "TypedDict", "Iterable", "Mapping", "Sequence", "date", "annotations"]
)


class Manner(Enum):
    """For whom types are written."""

    FOR_READERS = "readers"
    """As a model should write them, with what the fields mean."""
    FOR_CHECKERS = "checkers"
    """Arguments as wide as what may be passed: a tuple for a list, a date for its text."""


class TypeNames:
    """The names of types over many tools: the same record has one name, different records have two."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = RESERVED.union(taken)
        self._bodies: dict[str, str] = {}
        self.definitions: dict[str, str] = {}

    def define(self, wanted: Iterable[str], body: str) -> str:
        """The first of `wanted` that is free or already means `body`."""
        for name in self._spellings(list(wanted)):
            if name not in self._taken and self._bodies.setdefault(name, body) == body:
                self.definitions.setdefault(name, _definition(name, body))
                return name
        raise AssertionError("numbers do not end")

    def _spellings(self, wanted: list[str]) -> Iterable[str]:
        yield from wanted
        number = 2
        while True:
            yield f"{wanted[-1]}{number}"
            number += 1


class TypeWriter:
    """The types of one tool. `used` holds their names, each after what it is made of."""

    def __init__(self, names: TypeNames, prefix: str, manner: Manner) -> None:
        self._names = names
        self._prefix = prefix
        self._manner = manner
        self._definitions: JsonSchema = {}
        self._open: list[str] = []
        self._recursive: set[str] = set()
        self._is_argument = False
        self.used: dict[str, None] = {}

    def result(self, schema: JsonSchema) -> str:
        """The annotation of a tool's answer."""
        self._start(schema, is_argument=False)
        return self._annotation(schema, "Result")

    def argument(self, root: JsonSchema, schema: Any, name: str) -> str:
        """The annotation of one argument of the input schema `root`."""
        self._start(root, is_argument=True)
        return self._annotation(schema, name)

    def _start(self, root: JsonSchema, *, is_argument: bool) -> None:
        parts = (root.get("definitions"), root.get("$defs"))
        self._definitions = {
            key: value for part in parts if isinstance(part, dict) for key, value in part.items()
        }
        self._is_argument = is_argument

    @property
    def _is_wide(self) -> bool:
        return self._is_argument and self._manner is Manner.FOR_CHECKERS

    def _annotation(self, schema: Any, name: str) -> str:
        """The Python annotation for `schema`; `name` is for objects that have none of their own."""
        if not isinstance(schema, dict):
            return "Any"
        if "$ref" in schema:
            return self._reference(str(schema["$ref"]).rpartition("/")[2])
        if "enum" in schema or "const" in schema:
            return _literal(schema["enum"] if "enum" in schema else [schema["const"]])
        choices = schema.get("anyOf") or schema.get("oneOf")
        if isinstance(choices, list) and choices:
            return _union(self._annotation(choice, name) for choice in choices)
        kind = schema.get("type")
        if isinstance(kind, list):
            return _union(self._annotation({**schema, "type": part}, name) for part in kind)
        return self._plain(kind, schema, name)

    def _plain(self, kind: Any, schema: JsonSchema, name: str) -> str:
        if kind == "array":
            return self._array(self._annotation(schema.get("items", {}), name))
        if kind == "object":
            return self._object(schema, name)
        if kind == "string" and self._is_wide and schema.get("format") in ("date", "date-time"):
            return "str | date"
        return SCALARS.get(str(kind), "Any")

    def _array(self, item: str) -> str:
        """Lists of Python accept no list of narrower items, so checkers get a wider type.

        Not for texts: a text is itself a sequence of texts, and passing one for a list is a common mistake.
        """
        if not self._is_wide:
            return f"list[{item}]"
        is_text = "str" in item or "Literal" in item
        return (
            f"list[{item}] | tuple[{item}, ...]" if is_text and "Mapping" not in item else f"Sequence[{item}]"
        )

    def _reference(self, target: str) -> str:
        """A definition by its name; inside itself a record is quoted, and anything else is `Any`."""
        schema = self._definitions.get(target)
        if schema is None:
            return "Any"
        if target not in self._open:
            self._open.append(target)
            try:
                return self._annotation(schema, target)
            finally:
                self._open.pop()
        if not _is_record(schema) or self._is_wide:
            return "Any"
        self._recursive.add(target)
        return repr(self._own_name(target))

    def _own_name(self, name: str) -> str:
        plain = python_name(name, "Type")
        return plain if plain.startswith(self._prefix) else f"{self._prefix}{plain}"

    def _object(self, schema: JsonSchema, name: str) -> str:
        if not _is_record(schema):
            inner = schema.get("additionalProperties")
            item = self._annotation(inner, name) if isinstance(inner, dict) else "Any"
            return f"Mapping[str, {item}]" if self._is_wide else f"dict[str, {item}]"
        if self._is_wide:
            return "Mapping[str, Any]"
        fields = {key: self._annotation(part, _capital(key)) for key, part in schema["properties"].items()}
        body = self._body(schema, fields)
        title = _capital(str(schema.get("title") or name))
        is_shared = name in self._definitions or "title" in schema
        wanted = [title, self._own_name(title)] if is_shared else [self._own_name(name)]
        if name in self._recursive:  # it has named itself already
            wanted = [self._own_name(name)]
        chosen = self._names.define(wanted, body)
        self.used[chosen] = None
        return chosen

    def _body(self, schema: JsonSchema, fields: dict[str, str]) -> str:
        if not all(key.isidentifier() and not keyword.iskeyword(key) and key[0] != "_" for key in fields):
            # The functional form takes any key, "from" and "52w-high" too.
            return "{" + ", ".join(f"{key!r}: {_quoted(value)}" for key, value in fields.items()) + "}"
        lines = [self._comment("    ", schema)]
        for key, value in fields.items():
            lines.append(f"    {key}: {value}" + self._comment("  ", schema["properties"][key]))
        return "\n".join(line for line in lines if line)

    def _comment(self, indent: str, schema: Any) -> str:
        text = schema.get("description") if isinstance(schema, dict) else None
        if self._manner is Manner.FOR_CHECKERS or not isinstance(text, str):
            return ""
        return f"{indent}# {plain_line(text)[:COMMENT_CHARACTERS_MAX]}" if text.strip() else ""


def plain_line(text: str) -> str:
    """Text of a tool as one line that can end neither a docstring nor a comment nor a fenced block."""
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    line = " ".join(text.split()).replace("\\", "/").replace('"""', "'''").replace("```", "'''")
    return line[:TEXT_CHARACTERS_MAX].rstrip('"')


def _definition(name: str, body: str) -> str:
    if body.startswith("{"):
        return f"{name} = TypedDict({name!r}, {body})"
    return f"class {name}(TypedDict):\n{body}"


def _quoted(annotation: str) -> str:
    """An annotation that names a type inside itself is itself a text in the functional form."""
    return (
        repr(annotation.replace("'", "")) if "'" in annotation and "Literal" not in annotation else annotation
    )


def _capital(key: str) -> str:
    parts = python_name(key, "Type").split("_")
    return "".join(part[:1].upper() + part[1:] for part in parts)


def _is_record(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "object" and bool(schema.get("properties"))


def _union(annotations: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(annotations)) or "Any"


def _literal(values: Any) -> str:
    """Literal takes texts, whole numbers, booleans and None; other constants are told by their type."""
    if (
        isinstance(values, list)
        and values
        and all(value is None or isinstance(value, str | int) for value in values)
    ):
        return f"Literal[{', '.join(map(repr, values))}]"
    return "Any"
