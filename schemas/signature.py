"""The signature of `analyze`, read from source into JSON Schema. Nothing is executed.

Accepted: `bool int float str date Literal[...] list[T] dict[str, T] T | None Annotated[T, Param(...)]`
and the spellings of `typing` (`Optional`, `List`, `Dict`, `Union[T, None]`).
"""

import ast
import copy
import re
from datetime import date
from types import UnionType
from typing import Any

import jsonschema_rs

from schemas.validation import Finding
from schemas.wire import is_json

JsonSchema = dict[str, Any]

EMPTY: JsonSchema = {"type": "object", "properties": {}, "additionalProperties": False}
SCALARS: dict[str, JsonSchema] = {
    "bool": {"type": "boolean"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "str": {"type": "string"},
    "date": {"type": "string", "format": "date"},
}
PARAM_KEYWORDS: dict[str, tuple[str, type | UnionType]] = {
    "ge": ("minimum", int | float),
    "le": ("maximum", int | float),
    "choices": ("enum", list),
    "pattern": ("pattern", str),
    "unit": ("unit", str),
    "description": ("description", str),
}
"""What `Param` takes: the keyword of JSON Schema it becomes, and the type of its value."""
LIMITS_IN_WORDS = re.compile(r"(-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)\.?$")
MISSING = object()


class SignatureError(Exception):
    """A parameter that cannot become a form field; `finding` says where and what to write."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def find_analyze(tree: ast.Module) -> ast.FunctionDef | None:
    """The last top-level `def analyze`, which is the one that counts."""
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "analyze"]
    return found[-1] if found else None


def read_signature(tree: ast.Module) -> JsonSchema:
    """The JSON Schema of the parameters of `analyze`, in their order.

    Returns an object schema without properties when there is no `analyze`.
    Raises `SignatureError` for an annotation or a default outside the contract.
    """
    function = find_analyze(tree)
    if function is None:
        return EMPTY
    if function.args.vararg or function.args.kwarg or function.args.posonlyargs:
        raise _error(
            function, "analyze takes named parameters only", "Remove *args, **kwargs and the / marker."
        )
    constants = _constants(tree)
    texts = _parameter_texts(ast.get_docstring(function) or "")
    arguments = [*function.args.args, *function.args.kwonlyargs]
    padding: list[ast.expr | None] = [None] * (len(function.args.args) - len(function.args.defaults))
    defaults = [*padding, *function.args.defaults, *function.args.kw_defaults]
    properties = {
        argument.arg: _property(argument, default, constants, texts.get(argument.arg, ""))
        for argument, default in zip(arguments, defaults, strict=True)
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


def default_values(schema: JsonSchema) -> dict[str, Any]:
    """The value of each parameter when nobody changes it."""
    return {name: part["default"] for name, part in schema.get("properties", {}).items()}


def to_python(schema: JsonSchema, value: Any) -> Any:
    """`value` as the script expects it: ISO strings become `datetime.date` where the schema says so."""
    if value is None:
        return None
    if schema.get("format") == "date":
        return date.fromisoformat(value)
    if schema.get("type") == "number" and not isinstance(value, bool):
        return float(value)
    for choice in schema.get("anyOf", ()):
        if choice.get("type") != "null":
            return to_python(choice, value)
    if isinstance(value, list):
        return [to_python(schema.get("items", {}), item) for item in value]
    if isinstance(value, dict):
        return {key: to_python(schema.get("additionalProperties") or {}, item) for key, item in value.items()}
    return value


def _property(
    argument: ast.arg, default: ast.expr | None, constants: dict[str, ast.expr], text: str
) -> JsonSchema:
    if argument.annotation is None:
        raise _error(
            argument,
            f"parameter {argument.arg!r} has no type",
            f"Write {argument.arg}: int = 30, for instance.",
        )
    if default is None:
        raise _error(
            argument,
            f"parameter {argument.arg!r} has no default",
            "Give every parameter of analyze a default.",
        )
    schema = _annotation(_with_aliases(argument.annotation, constants))
    if text:
        schema.setdefault("description", text)
    _limit_in_words(schema, schema.get("description", ""))
    schema["title"] = argument.arg.replace("_", " ")
    schema["default"] = _literal(default, constants)
    problem = next(
        jsonschema_rs.validator_for(schema, validate_formats=True).iter_errors(schema["default"]), None
    )
    if problem is not None:
        raise _error(
            argument,
            f"the default of {argument.arg!r} does not fit: {problem.message}",
            "Give a default that the type and the limits of the parameter allow.",
        )
    return schema


def _limit_in_words(schema: JsonSchema, text: str) -> None:
    """A description that ends in "5 to 1000" limits a number, an optional one too."""
    limits = LIMITS_IN_WORDS.search(text)
    if limits is None:
        return
    for part in (schema, *schema.get("anyOf", ())):
        if part.get("type") in ("integer", "number"):
            number = int if part["type"] == "integer" and "." not in limits.group(0) else float
            part.setdefault("minimum", number(limits.group(1)))
            part.setdefault("maximum", number(limits.group(2)))


def _annotation(node: ast.expr) -> JsonSchema:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _annotation(_quoted(node, node.value))
    if isinstance(node, ast.Constant) and node.value is None:
        return {"type": "null"}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _optional(node, _alternatives(node))
    name = _last_name(node.value if isinstance(node, ast.Subscript) else node)
    if isinstance(node, ast.Subscript):
        return _generic(node, name)
    if name in SCALARS:
        return dict(SCALARS[name])
    if name in ("list", "List"):
        return {"type": "array", "items": {}}
    if name in ("dict", "Dict"):
        return {"type": "object"}
    raise _error(
        node,
        f"{ast.unparse(node)!r} cannot be a parameter type",
        "Use bool, int, float, str, date, Literal, list or dict of these.",
    )


def _quoted(node: ast.Constant, text: str) -> ast.expr:
    """The annotation that `node` holds as text, at the place of `node`."""
    try:
        inner = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise _error(node, f"{text[:40]!r} cannot be a parameter type", "Write the type itself.") from error
    for part in ast.walk(inner):
        ast.copy_location(part, node)
    return inner


class _AliasReader(ast.NodeTransformer):
    def __init__(self, constants: dict[str, ast.expr]) -> None:
        self.constants = constants

    def visit_Name(self, node: ast.Name) -> ast.expr:
        alias = self.constants.get(node.id)
        return alias if isinstance(alias, ast.Subscript | ast.BinOp | ast.Name) else node


def _with_aliases(node: ast.expr, constants: dict[str, ast.expr]) -> ast.expr:
    """The annotation with the module's own type aliases (`Number = int | float`) written out."""
    read: ast.expr = _AliasReader(constants).visit(copy.deepcopy(node))
    return read


def _generic(node: ast.Subscript, name: str) -> JsonSchema:
    parts = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    if name in ("list", "List") and len(parts) == 1:
        return {"type": "array", "items": _annotation(parts[0])}
    if name in ("dict", "Dict") and len(parts) == 2 and _last_name(parts[0]) == "str":
        return {"type": "object", "additionalProperties": _annotation(parts[1])}
    if name == "Literal":
        return _enumeration(node, [_literal(part, {}) for part in parts])
    if name == "Optional" and len(parts) == 1:
        return _optional(node, [parts[0], ast.Constant(None)])
    if name == "Union":
        return _optional(node, parts)
    if name == "Annotated" and parts:
        schema = _annotation(parts[0])
        for extra in parts[1:]:
            facts = _param(extra)
            if "anyOf" in schema and "enum" in facts:  # a choice of null is not one of them
                schema["anyOf"][0]["enum"] = facts.pop("enum")
            schema.update(facts)
        return schema
    raise _error(
        node,
        f"{ast.unparse(node)!r} cannot be a parameter type",
        "Use list[T], dict[str, T], Literal[...] or T | None.",
    )


def _alternatives(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*_alternatives(node.left), *_alternatives(node.right)]
    return [node]


def _optional(node: ast.expr, parts: list[ast.expr]) -> JsonSchema:
    kept = [part for part in parts if not (isinstance(part, ast.Constant) and part.value is None)]
    if sorted(map(_last_name, kept)) == ["float", "int"]:
        kept = [ast.Name("float")]
        if len(parts) == 2:
            return _annotation(kept[0])
    if len(kept) != 1 or len(kept) == len(parts):
        raise _error(
            node, f"{ast.unparse(node)!r} mixes types", "A parameter has one type, or that type and None."
        )
    return {"anyOf": [_annotation(kept[0]), {"type": "null"}]}


def _enumeration(node: ast.expr, values: list[Any]) -> JsonSchema:
    kinds = {type(value) for value in values}
    names = {str: "string", int: "integer", float: "number", bool: "boolean"}
    if len(kinds) != 1 or not kinds <= set(names):
        raise _error(
            node, "the choices are not of one type", "Use choices that are all strings or all numbers."
        )
    return {"type": names[kinds.pop()], "enum": values}


def _param(node: ast.expr) -> JsonSchema:
    if not (isinstance(node, ast.Call) and _last_name(node.func) == "Param" and not node.args):
        raise _error(
            node, "only Param(...) may annotate a parameter", "Use Annotated[int, Param(ge=1, le=100)]."
        )
    schema: JsonSchema = {}
    for keyword in node.keywords:
        if keyword.arg not in PARAM_KEYWORDS:
            raise _error(node, f"Param has no {keyword.arg!r}", f"Param takes {', '.join(PARAM_KEYWORDS)}.")
        name, kind = PARAM_KEYWORDS[keyword.arg]
        schema[name] = _literal(keyword.value, {})
        if not isinstance(schema[name], kind) or isinstance(schema[name], bool):
            raise _error(
                node,
                f"Param does not take {schema[name]!r} as {keyword.arg!r}",
                "Write Param(ge=1, le=100, choices=[1, 2], unit='days', description='how far to look back').",
            )
    if "pattern" in schema:
        schema["pattern"] = _whole(node, schema["pattern"])
    return schema


def _whole(node: ast.expr, pattern: str) -> str:
    """The pattern for a whole text, as forms take it; JSON Schema would be content with a part."""
    whole = f"^(?:{pattern})$"
    try:
        jsonschema_rs.validator_for({"pattern": whole})
    except jsonschema_rs.ValidationError as error:
        raise _error(
            node, f"{pattern!r} is not a regular expression", "Write Param(pattern='[A-Z]{1,5}')."
        ) from error
    return whole


def _literal(node: ast.expr, constants: dict[str, ast.expr]) -> Any:
    if isinstance(node, ast.Name) and node.id in constants:
        return _literal(constants[node.id], {})
    value: Any
    try:
        if isinstance(node, ast.Call) and _last_name(node.func) == "date" and not node.keywords:
            value = date(*(_literal(argument, {}) for argument in node.args)).isoformat()
        else:
            value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        value = MISSING
    if isinstance(value, tuple):
        value = list(value)
    if not is_json(value):
        raise _error(
            node,
            "a default must be written out as a literal",
            "Use a number, text, list, dict, None or date(y, m, d).",
        )
    return value


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Names that the module assigns exactly once at its top level."""
    seen: dict[str, list[ast.expr]] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            seen.setdefault(node.targets[0].id, []).append(node.value)
    return {name: values[0] for name, values in seen.items() if len(values) == 1}


def _parameter_texts(docstring: str) -> dict[str, str]:
    """`name: text` lines of a docstring, with their continuation lines."""
    texts: dict[str, str] = {}
    current = ""
    for line in docstring.splitlines():
        match = re.match(r"\s*([A-Za-z_]\w*)(?:\s*\([^)]*\))?\s*:\s+(.+)", line)
        if match:
            current = match.group(1)
            texts[current] = match.group(2).strip()
        elif current and line.strip():
            texts[current] += " " + line.strip()
        else:
            current = ""
    return texts


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _error(node: ast.arg | ast.expr | ast.FunctionDef, message: str, hint: str) -> SignatureError:
    finding = Finding(
        code="SIGNATURE", message=message, line=node.lineno, column=node.col_offset + 1, hint=hint
    )
    return SignatureError(finding)
