"""The report on a script: what is refused, what it calls, what it takes, how long it may run."""

import difflib

from sandbox_policies.compiler import Unreadable, compile_script, parse
from sandbox_policies.cost import Cost, estimate_cost
from sandbox_policies.policy import Policy
from sandbox_policies.tool_uses import find_tool_uses
from schemas.validation import Finding, ToolUse, ValidationReport

PENALTIES = {
    "IMPORT_REFUSED": 50,
    "ATTRIBUTE_REFUSED": 40,
    "BUILTIN_REFUSED": 40,
    "ARGUMENT_REFUSED": 30,
    "NAME_REFUSED": 30,
}
UNKNOWN_COST = Cost(runtime_ms=0, warnings=[])


def analyse(source: str, policy: Policy) -> ValidationReport:
    """The report on `source`. Not for a server's own process: see `compiler`."""
    compiled = compile_script(source, policy, frozenset())
    uses: list[ToolUse] = []
    cost = UNKNOWN_COST
    try:
        tree = parse(source, policy)
        uses = find_tool_uses(tree)
        cost = estimate_cost(tree, uses)
    except Unreadable:
        pass  # it is among the findings
    score, reasons = _score(compiled.findings, cost.warnings)
    return ValidationReport(
        valid=not compiled.findings,
        errors=compiled.findings,
        warnings=cost.warnings,
        security_score=score,
        security_reasons=reasons,
        estimated_runtime_ms=cost.runtime_ms,
        mcp_calls=list(dict.fromkeys(use.tool for use in uses)),
        tool_uses=uses,
        parameters=compiled.parameters,
    )


def _score(findings: list[Finding], warnings: list[str]) -> tuple[int, list[str]]:
    """100 less the penalties, at least 0, and a reason for each penalty."""
    lost = [
        (PENALTIES.get(finding.code, 0), f"{finding.message} (line {finding.line})") for finding in findings
    ]
    lost += [(5, warning) for warning in warnings]
    score = 100 - sum(points for points, _ in lost)
    return max(score, 0), [f"-{points}: {reason}" for points, reason in lost if points]


def suggest(name: str, known: list[str]) -> str:
    """The known name that `name` was probably meant to be, or nothing."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return close[0] if close else ""
