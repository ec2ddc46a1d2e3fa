"""Where a script imports, calls and reads tools: what tells a finding about tools from any other."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from schemas.names import MODULE_NAMES

MODULE = "mcp_client"


@dataclass(frozen=True)
class Span:
    """A stretch of the text; lines and columns count from 1, in characters, the end is exclusive."""

    line: int
    column: int
    stop_line: int
    stop_column: int

    def holds(self, line: int, column: int) -> bool:
        """Whether the place is inside."""
        return (self.line, self.column) <= (line, column) < (self.stop_line, self.stop_column)


@dataclass(frozen=True)
class Argument:
    """One argument of a tool call, by name or place. `has_literal`: a part of its value is written out."""

    name: str | int
    span: Span
    has_literal: bool


@dataclass(frozen=True)
class ToolCall:
    """One call of a tool by its function; `span` is what stands in its parentheses, and these."""

    tool: str
    span: Span
    arguments: tuple[Argument, ...]
    spreads: tuple[Span, ...]

    def argument_at(self, line: int, column: int) -> Argument | None:
        """The argument whose value is at this place."""
        return next((each for each in self.arguments if each.span.holds(line, column)), None)


@dataclass(frozen=True)
class Attribute:
    """`value.name`, and whether `value` is the module of the tools."""

    name: str
    span: Span
    is_of_module: bool


@dataclass(frozen=True)
class ScriptPlaces:
    """The places of one script; inner ones come after those around them."""

    calls: tuple[ToolCall, ...]
    attributes: tuple[Attribute, ...]
    imports: tuple[tuple[str, Span], ...]
    names: tuple[tuple[str, Span], ...]
    texts: frozenset[tuple[int, int]]

    def call_at(self, line: int, column: int) -> ToolCall | None:
        """The innermost call around this place, if it is one of a tool."""
        innermost = next((each for each in reversed(self.calls) if each.span.holds(line, column)), None)
        return innermost if innermost and innermost.tool else None

    def is_text_at(self, line: int, column: int) -> bool:
        """Whether a text that is written out begins here."""
        return (line, column) in self.texts

    def is_spread_at(self, line: int, column: int) -> bool:
        """Whether `*values` or `**values` is passed to a tool here."""
        return any(span.holds(line, column) for call in self.calls for span in call.spreads)

    def attribute_at(self, line: int, column: int) -> Attribute | None:
        """The longest attribute access that begins at this place."""
        starting = [each for each in self.attributes if (each.span.line, each.span.column) == (line, column)]
        return starting[0] if starting else None

    def imported_at(self, line: int, column: int) -> str:
        """What is imported from the module of the tools here."""
        return next((name for name, span in self.imports if span.holds(line, column)), "")

    def name_at(self, line: int, column: int) -> str:
        """The plain name that stands here."""
        return next((name for name, span in self.names if span.holds(line, column)), "")


def read_places(script: str) -> ScriptPlaces | None:
    """The places in `script`, or None when it cannot be parsed."""
    try:
        tree = ast.parse(script)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return _Reader(script, tree).read()


class _Reader:
    """Finds the places of one tree."""

    def __init__(self, script: str, tree: ast.Module) -> None:
        self._lines = script.splitlines()
        self._nodes = list(ast.walk(tree))
        self._modules, self._functions = _imported_names(self._nodes)

    def read(self) -> ScriptPlaces:
        calls = [node for node in self._nodes if isinstance(node, ast.Call)]
        return ScriptPlaces(
            calls=tuple(self._call(node) for node in calls),
            attributes=tuple(
                Attribute(node.attr, self._span(node), self._is_module(node.value))
                for node in self._nodes
                if isinstance(node, ast.Attribute)
            ),
            imports=tuple(
                (alias.name, self._span(alias))
                for node in self._nodes
                if isinstance(node, ast.ImportFrom) and node.module == MODULE
                for alias in node.names
            ),
            texts=frozenset(
                (span.line, span.column)
                for node in self._nodes
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
                for span in (self._span(node),)
            ),
            names=tuple((node.id, self._span(node)) for node in self._nodes if isinstance(node, ast.Name)),
        )

    def _call(self, node: ast.Call) -> ToolCall:
        """Calls of anything else have no tool: they too stand between a place and the call around it."""
        tool = self._called(node.func)
        given: list[tuple[str | int, ast.expr]] = [*enumerate(node.args)]
        given += [(keyword.arg, keyword.value) for keyword in node.keywords if keyword.arg]
        spreads: list[ast.expr | ast.keyword] = [part for part in node.args if isinstance(part, ast.Starred)]
        spreads += [keyword for keyword in node.keywords if not keyword.arg]
        function = self._span(node.func)
        return ToolCall(
            tool="" if tool in MODULE_NAMES else tool,
            span=replace(self._span(node), line=function.stop_line, column=function.stop_column),
            arguments=tuple(Argument(name, self._span(value), _has_literal(value)) for name, value in given),
            spreads=tuple(self._span(part) for part in spreads),
        )

    def _called(self, function: ast.expr) -> str:
        if isinstance(function, ast.Name):
            return self._functions.get(function.id, "")
        if isinstance(function, ast.Attribute) and self._is_module(function.value):
            return function.attr
        return ""

    def _is_module(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self._modules

    def _span(self, node: ast.expr | ast.alias | ast.keyword) -> Span:
        stop_line, stop_offset = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return Span(
            node.lineno,
            self._column(node.lineno, node.col_offset),
            stop_line,
            self._column(stop_line, stop_offset),
        )

    def _column(self, line: int, offset: int) -> int:
        """`ast` counts bytes of UTF-8; everybody else counts characters."""
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        return len(text.encode()[:offset].decode(errors="ignore")) + 1


def _imported_names(nodes: Iterable[ast.AST]) -> tuple[set[str], dict[str, str]]:
    """Local names of the module, and local names of its functions with their own names."""
    modules = {MODULE}
    functions: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module == MODULE:
            functions.update({alias.asname or alias.name: alias.name for alias in node.names})
        elif isinstance(node, ast.Import):
            modules.update(alias.asname or MODULE for alias in node.names if alias.name == MODULE)
    return modules, functions


def _has_literal(node: ast.expr) -> bool:
    return any(isinstance(part, ast.Constant) for part in _values(node))


def _values(node: ast.expr) -> Iterator[ast.expr]:
    """What `node` may be: itself, or either side of a choice."""
    if isinstance(node, ast.IfExp):
        yield from (*_values(node.body), *_values(node.orelse))
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _values(value)
    elif isinstance(node, ast.List | ast.Tuple):
        for element in node.elts:
            yield from _values(element)
    else:
        yield node
