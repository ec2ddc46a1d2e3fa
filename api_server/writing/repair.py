"""Which runs are worth another script. By outcome and code, never by what a message says."""

from api_server.llm.provider import Draft
from schemas.execution import ExecutionReport, Outcome, ToolCall

ALWAYS = frozenset({Outcome.REFUSED, Outcome.OUT_OF_MEMORY, Outcome.TOO_MUCH_OUTPUT, Outcome.TOO_MANY_CALLS})
"""A script can ask for less at a time, return less, or keep the rules."""

TOOL_CODES = frozenset(
    {
        "bad_argument",
        "no_data",
        "not_offered",
        "response_too_large",
        "too_short",
        "tool_refused",
        "unknown_symbol",
        "unknown_tool",
    }
)
"""Tool errors that another call would not meet. `tool_refused` is a third party's tool that says no in words
alone. All others (a vendor is down, a key is refused, a server is lost) would come back."""

NOT_OF_THE_SCRIPT = frozenset({"REPLAY_DIVERGED"})


def is_repairable(report: ExecutionReport, draft: Draft) -> bool:
    """Whether the author of `draft` should be told of this run and asked for another script.

    `crashed` may be the platform's fault and `cancelled` is somebody's wish: they are not.
    """
    if report.error is None or report.error.code in NOT_OF_THE_SCRIPT or not draft.can_be_repaired:
        return False
    if report.error.code == "INVALID_PARAMETERS":
        return not draft.parameters
    if report.outcome is Outcome.RAISED:
        tool_error = report.error.details.get("tool_error")
        return tool_error is None or tool_error["code"] in TOOL_CODES
    if report.outcome is Outcome.TIMED_OUT:
        return _waited_ms(report.metadata.tool_calls) < report.execution_time_ms / 2
    return report.outcome in ALWAYS


def _waited_ms(calls: list[ToolCall]) -> float:
    """How long at least one tool call was under way: slow tools are not mended by another script."""
    waited = until = 0.0
    for call in sorted(calls, key=lambda call: call.started_ms):
        end = call.started_ms + call.duration_ms
        waited += max(end - max(call.started_ms, until), 0.0)
        until = max(until, end)
    return waited
