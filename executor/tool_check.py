"""Tool calls that can be seen in the source, held against the catalogue before anything runs."""

from executor.broker.broker import Broker
from executor.broker.failure import ToolFailure
from schemas.validation import Finding, ToolUse, ValidationReport


def check_tool_uses(report: ValidationReport, broker: Broker) -> ValidationReport:
    """`report` with an error for each call of an unknown tool or with arguments it cannot take."""
    found = [finding for use in report.tool_uses if (finding := _check(use, broker)) is not None]
    if not found:
        return report
    errors = sorted([*report.errors, *found], key=lambda finding: (finding.line, finding.column))
    return report.model_copy(update={"errors": errors, "valid": False})


def _check(use: ToolUse, broker: Broker) -> Finding | None:
    try:
        if use.is_complete:
            broker.bind_arguments(use.tool, use.positional, use.arguments)
        else:
            broker.check_names(use.tool, [*use.arguments, *use.unread])
    except ToolFailure as failure:
        detail = failure.detail
        code = "UNKNOWN_TOOL" if detail.code == "unknown_tool" else "TOOL_ARGUMENT"
        nearest = detail.details.get("nearest") or []
        hint = f"Write {nearest[0]}." if nearest else "See the tool's signature."
        return Finding(code=code, message=detail.message, line=use.line, column=use.column, hint=hint)
    return None
