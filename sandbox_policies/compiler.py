"""From source text to code that may run: parse, check, rewrite, compile. On the way of every execution.

Parsing hostile text costs up to 93 MB and can end the interpreter, so no server calls this in its own
process: the jail's child does, and the validation server's worker.
"""

import ast
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from types import CodeType
from typing import Any

from sandbox_policies.policy import Policy
from sandbox_policies.transformer import ScriptTransformer
from schemas.signature import EMPTY, JsonSchema, SignatureError, find_analyze, read_signature
from schemas.validation import Finding

SCRIPT_FILE = "<script>"
NO_RESULT = Finding(
    code="NO_RESULT",
    message="the script has no result",
    line=1,
    column=1,
    hint="Define analyze(...) and return the answer from it.",
)


@dataclass(frozen=True)
class Compiled:
    """Code that may run, or the findings why none may, in the order of the text."""

    code: CodeType | None
    findings: list[Finding]
    parameters: JsonSchema


class Unreadable(Exception):
    """The text is not Python, or too much of it."""

    def __init__(self, code: str, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        hint = "Make the script shorter." if code == "TOO_LARGE" else "Correct the syntax at this place."
        self.finding = Finding(
            code=code, message=message, line=max(line, 1), column=max(column, 1), hint=hint
        )


def compile_script(source: str, policy: Policy, watched: frozenset[str]) -> Compiled:
    """Check `source` and compile it with guards at the names in `watched`."""
    try:
        tree = parse(source, policy)
        bound = _bound_names(tree, policy)
    except Unreadable as error:
        return Compiled(None, [error.finding], EMPTY)
    findings, parameters = _signature(tree)
    if "result" not in bound and find_analyze(tree) is None:
        findings.append(NO_RESULT)
    transformer = ScriptTransformer(policy, watched, bound)
    code = None
    try:
        safe = transformer.visit(tree)
        findings += transformer.findings
        if not findings:
            code = compile(safe, SCRIPT_FILE, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None) or 1
        findings.append(Unreadable("SYNTAX", str(error.args[0]), line).finding)
    findings.sort(key=lambda finding: (finding.line, finding.column))
    return Compiled(code, findings, parameters)


def parse(source: str, policy: Policy) -> ast.Module:
    """The syntax tree. Raises `Unreadable`."""
    if len(source) > policy.limits.source_characters_max:
        limit = policy.limits.source_characters_max
        raise Unreadable("TOO_LARGE", f"the script is longer than {limit} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return ast.parse(source, SCRIPT_FILE)
    except SyntaxError as error:
        raise Unreadable("SYNTAX", error.msg, error.lineno or 1, error.offset or 1) from error
    except (ValueError, RecursionError, MemoryError) as error:
        message = f"the text cannot be parsed: {error}" if str(error) else "nested too deeply"
        raise Unreadable("SYNTAX", message) from error


def _bound_names(tree: ast.Module, policy: Policy) -> frozenset[str]:
    """Names that the script itself gives a value, anywhere. Raises `Unreadable` for too large a tree.

    Without recursion: the tree may be very deep.
    """
    bound: set[str] = set()
    pending: list[ast.AST] = [tree]
    count = 0
    while pending:
        node = pending.pop()
        count += 1
        name_of = NAMES_GIVEN.get(type(node))
        if name_of is not None and (name := name_of(node)):
            bound.add(name)
        for field in node._fields:
            part = getattr(node, field, None)
            if isinstance(part, ast.AST):
                pending.append(part)
            elif isinstance(part, list):
                pending += [each for each in part if isinstance(each, ast.AST)]
    if count > policy.limits.syntax_nodes_max:
        raise Unreadable(
            "TOO_LARGE", f"the script has more than {policy.limits.syntax_nodes_max} syntax nodes"
        )
    return frozenset(bound)


_name = attrgetter("name")
NAMES_GIVEN: dict[type[ast.AST], Callable[[Any], str | None]] = {
    ast.Name: lambda node: None if isinstance(node.ctx, ast.Load) else node.id,
    ast.arg: attrgetter("arg"),
    ast.alias: lambda node: node.asname or node.name,
    **dict.fromkeys((ast.FunctionDef, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar), _name),
}
"""The name to which a node gives a value, for the nodes that give one."""


def _signature(tree: ast.Module) -> tuple[list[Finding], JsonSchema]:
    try:
        return [], read_signature(tree)
    except SignatureError as error:
        return [error.finding], EMPTY
    except RecursionError:
        return [Unreadable("SYNTAX", "nested too deeply").finding], EMPTY
