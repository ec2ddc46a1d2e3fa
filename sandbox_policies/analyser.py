"""From source text to a report: what is refused, what it calls, what it takes, how long it may run.

Parsing hostile text costs up to 93 MB and can end the interpreter, so no server calls this in its own
process: the jail's child does, and the validation server's worker.
"""

import ast
import difflib
import warnings
from dataclasses import dataclass
from types import CodeType

from sandbox_policies.cost import estimate_cost
from sandbox_policies.policy import Policy
from sandbox_policies.tool_uses import find_tool_uses
from sandbox_policies.transformer import ScriptTransformer
from schemas.signature import EMPTY, JsonSchema, SignatureError, find_analyze, read_signature
from schemas.validation import Finding, ValidationReport

SCRIPT_FILE = "<script>"
PENALTIES = {
    "IMPORT_REFUSED": 50,
    "ATTRIBUTE_REFUSED": 40,
    "BUILTIN_REFUSED": 40,
    "ARGUMENT_REFUSED": 30,
    "NAME_REFUSED": 30,
}


@dataclass(frozen=True)
class Analysed:
    """A report, and the code that may run when the report has no errors."""

    report: ValidationReport
    code: CodeType | None


def analyse(source: str, policy: Policy) -> ValidationReport:
    """The report on `source`, without code to run."""
    return compile_script(source, policy, frozenset()).report


def compile_script(source: str, policy: Policy, watched: frozenset[str]) -> Analysed:
    """Check `source` and compile it with guards at the names in `watched`."""
    try:
        tree = _parse(source, policy)
    except _UnreadableError as error:
        return Analysed(_report([error.finding], [], None, EMPTY), None)
    findings: list[Finding] = []
    uses = find_tool_uses(tree)
    schema = EMPTY
    try:
        schema = read_signature(tree)
    except SignatureError as error:
        findings.append(error.finding)
    except RecursionError:
        findings.append(_unreadable("SYNTAX", "nested too deeply", 1, 1).finding)
    if find_analyze(tree) is None and not _assigns_result(tree):
        hint = "Define analyze(...) and return the answer from it."
        findings.append(
            Finding(code="NO_RESULT", message="the script has no result", line=1, column=1, hint=hint)
        )
    cost = estimate_cost(tree, uses)
    transformer = ScriptTransformer(policy, watched, _bound_names(tree))
    try:
        safe = transformer.visit(tree)
        code = (
            None
            if transformer.findings
            else compile(ast.fix_missing_locations(safe), SCRIPT_FILE, "exec", dont_inherit=True)
        )
    except (SyntaxError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None) or 1
        findings.append(
            Finding(
                code="SYNTAX", message=str(error.args[0]), line=line, column=1, hint="Correct the syntax."
            )
        )
        code = None
    findings.extend(transformer.findings)
    return Analysed(_report(findings, uses, cost, schema), None if findings else code)


def suggest(name: str, known: list[str]) -> str:
    """The known name that `name` was probably meant to be, or nothing."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return close[0] if close else ""


class _UnreadableError(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def _parse(source: str, policy: Policy) -> ast.Module:
    if len(source) > policy.limits.source_characters_max:
        raise _unreadable(
            "TOO_LARGE", f"the script is longer than {policy.limits.source_characters_max} characters", 1, 1
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(source, SCRIPT_FILE)
        nodes = sum(1 for _ in ast.walk(tree))
    except SyntaxError as error:
        raise _unreadable("SYNTAX", error.msg, error.lineno or 1, error.offset or 1) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise _unreadable(
            "SYNTAX", f"the text cannot be parsed: {error}" if str(error) else "nested too deeply", 1, 1
        ) from error
    if nodes > policy.limits.syntax_nodes_max:
        raise _unreadable(
            "TOO_LARGE", f"the script has more than {policy.limits.syntax_nodes_max} syntax nodes", 1, 1
        )
    return tree


def _unreadable(code: str, message: str, line: int, column: int) -> _UnreadableError:
    hint = "Make the script shorter." if code == "TOO_LARGE" else "Correct the syntax at this place."
    return _UnreadableError(
        Finding(code=code, message=message, line=max(line, 1), column=max(column, 1), hint=hint)
    )


def _assigns_result(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == "result" and isinstance(node.ctx, ast.Store)
        for node in ast.walk(tree)
    )


def _bound_names(tree: ast.Module) -> frozenset[str]:
    """Names that the script itself gives a value, anywhere."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            names.add(node.name)
    return frozenset(names)


def _report(findings: list[Finding], uses: list, cost, schema: JsonSchema) -> ValidationReport:  # type: ignore[no-untyped-def, type-arg]
    warned = cost.warnings if cost else []
    lost = [(finding.code, PENALTIES.get(finding.code, 0)) for finding in findings]
    reasons = [
        f"-{points}: {finding.message} (line {finding.line})"
        for finding, (_, points) in zip(findings, lost, strict=True)
        if points
    ]
    reasons += [f"-5: {warning}" for warning in warned]
    score = 100 - sum(points for _, points in lost) - 5 * len(warned)
    return ValidationReport(
        valid=not findings,
        errors=sorted(findings, key=lambda finding: (finding.line, finding.column)),
        warnings=warned,
        security_score=max(score, 0),
        security_reasons=reasons,
        estimated_runtime_ms=cost.runtime_ms if cost else 0,
        mcp_calls=list(dict.fromkeys(use.tool for use in uses)),
        tool_uses=uses,
        parameters=schema,
    )
