"""Where a script calls tools, and with which literal arguments."""

import ast
from typing import Any

from schemas.validation import ToolUse
from schemas.wire import is_json

NOT_TOOLS = frozenset(["call", "call_many", "step", "Param", "ToolError"])


def find_tool_uses(tree: ast.Module) -> list[ToolUse]:
    """Every call of a tool that can be seen in the source, in the order of the text."""
    names = _tool_names(tree)
    uses: list[ToolUse] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = _called(node.func, names)
            if called == "call" and node.args:
                uses.extend(
                    _use_of_pair(node, node.args[0], node.args[1] if len(node.args) > 1 else ast.Dict([], []))
                )
            elif called == "call_many" and node.args:
                uses.extend(_uses_of_many(node.args[0]))
            elif called and called not in NOT_TOOLS:
                uses.append(_use_of_function(node, called))
    return sorted(uses, key=lambda use: (use.line, use.column))


def _tool_names(tree: ast.Module) -> dict[str, str]:
    """Local name to the name in `mcp_client`; the module itself maps to an empty name."""
    names = {"mcp_client": ""}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "mcp_client":
            names.update({alias.asname or alias.name: alias.name for alias in node.names})
        elif isinstance(node, ast.Import):
            names.update(
                {alias.asname: "" for alias in node.names if alias.name == "mcp_client" and alias.asname}
            )
    return names


def _called(function: ast.expr, names: dict[str, str]) -> str:
    if isinstance(function, ast.Name):
        return names.get(function.id, "")
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return function.attr if names.get(function.value.id) == "" else ""
    return ""


def _use_of_function(node: ast.Call, tool: str) -> ToolUse:
    positional = [_literal(argument) for argument in node.args]
    named = {keyword.arg: _literal(keyword.value) for keyword in node.keywords if keyword.arg}
    complete = all(part is not _UNKNOWN for part in [*positional, *named.values()]) and all(
        k.arg for k in node.keywords
    )
    return ToolUse(
        tool=tool,
        line=node.lineno,
        column=node.col_offset + 1,
        arguments={name: value for name, value in named.items() if value is not _UNKNOWN},
        unread=[name for name, value in named.items() if value is _UNKNOWN],
        positional=[None if value is _UNKNOWN else value for value in positional] if complete else [],
        is_complete=complete,
    )


def _uses_of_many(node: ast.expr) -> list[ToolUse]:
    pairs: list[ast.expr] = []
    if isinstance(node, ast.List | ast.Tuple):
        pairs = list(node.elts)
    elif isinstance(node, ast.ListComp | ast.GeneratorExp):
        pairs = [node.elt]
    return [
        use
        for pair in pairs
        if isinstance(pair, ast.Tuple | ast.List) and len(pair.elts) == 2
        for use in _use_of_pair(pair, pair.elts[0], pair.elts[1])
    ]


def _use_of_pair(node: ast.expr, tool: ast.expr, arguments: ast.expr) -> list[ToolUse]:
    if not (isinstance(tool, ast.Constant) and isinstance(tool.value, str)):
        return []
    named: dict[str, Any] = {}
    complete = isinstance(arguments, ast.Dict)
    if isinstance(arguments, ast.Dict):
        for key, value in zip(arguments.keys, arguments.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                named[key.value] = _literal(value)
            else:
                complete = False
    values = {name: value for name, value in named.items() if value is not _UNKNOWN}
    return [
        ToolUse(
            tool=tool.value,
            line=node.lineno,
            column=node.col_offset + 1,
            arguments=values,
            unread=[name for name in named if name not in values],
            is_complete=complete and len(values) == len(named),
        )
    ]


_UNKNOWN = object()


def _literal(node: ast.expr) -> Any:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return _UNKNOWN
    return value if is_json(value) else _UNKNOWN
