"""From a run's end to its report: outcome, error code, message, and what to do next."""

from dataclasses import dataclass
from typing import Any

from pydantic import Field

from executor import frames
from executor.jail.process import ChildEnd
from executor.relay import Divergence
from schemas.errors import ErrorDetail
from schemas.execution import Outcome
from schemas.validation import Finding
from schemas.wire import Wire

CODES = {
    Outcome.RAISED: "SCRIPT_ERROR",
    Outcome.REFUSED: "SCRIPT_REFUSED",
    Outcome.TIMED_OUT: "EXECUTION_TIMEOUT",
    Outcome.OUT_OF_MEMORY: "EXECUTION_OUT_OF_MEMORY",
    Outcome.TOO_MUCH_OUTPUT: "EXECUTION_OUTPUT_TOO_LARGE",
    Outcome.TOO_MANY_CALLS: "EXECUTION_TOO_MANY_CALLS",
    Outcome.CANCELLED: "EXECUTION_CANCELLED",
    Outcome.CRASHED: "SCRIPT_CRASHED",
}
SIGXCPU = 24


@dataclass(frozen=True)
class RunLimits:
    """Time and memory of one execution."""

    timeout_seconds: float
    max_memory_mb: int


class Verdict(Wire):
    """What became of the script."""

    outcome: Outcome
    error: ErrorDetail | None = None
    findings: list[Finding] = Field(default_factory=list)
    suggestions: list[str] = Field(default_factory=list)
    result: Any = None
    warnings: list[str] = Field(default_factory=list)


def _failed(outcome: Outcome, message: str, suggestions: list[str], **details: Any) -> Verdict:
    error = ErrorDetail(code=CODES[outcome], message=message, details=details)
    return Verdict(outcome=outcome, error=error, suggestions=suggestions)


def read_last_frame(frame: Any, limits: RunLimits) -> Verdict:
    """The verdict that a child's last frame means."""
    match frame:
        case frames.Finished():
            return completed(frame)
        case frames.Raised():
            return raised(frame)
        case frames.Refused():
            return refused(frame)
        case frames.BadParameters():
            return bad_parameters(frame)
        case frames.OutOfMemory():
            return out_of_memory(limits)
        case frames.Flood():
            return flooded(frame.what)
    return crashed("the script broke its channel")


def completed(frame: frames.Finished) -> Verdict:
    """The script returned."""
    return Verdict(outcome=Outcome.COMPLETED, result=frame.result, warnings=frame.warnings)


def refused(frame: frames.Refused) -> Verdict:
    """The script did not pass its check."""
    first = frame.findings[0]
    message = f"line {first.line}: {first.message}"
    verdict = _failed(
        Outcome.REFUSED, message, [first.hint] if first.hint else [], errors=len(frame.findings)
    )
    return verdict.model_copy(update={"findings": frame.findings})


def bad_parameters(frame: frames.BadParameters) -> Verdict:
    """The parameters do not fit the script's schema."""
    fields = [problem.model_dump() for problem in frame.problems]
    verdict = _failed(
        Outcome.REFUSED,
        f"{fields[0]['field']}: {fields[0]['message']}",
        ["Correct the named parameters."],
        fields=fields,
    )
    assert verdict.error is not None
    return verdict.model_copy(
        update={"error": verdict.error.model_copy(update={"code": "INVALID_PARAMETERS"})}
    )


def raised(frame: frames.Raised) -> Verdict:
    """The script ended with an exception of its own, or of a tool."""
    details: dict[str, Any] = {"exception": frame.exception, "line": frame.line, "source": frame.source}
    suggestions = ["Correct the script at the named line.", "Try other parameters."]
    if frame.tool_error is not None:
        details["tool_error"] = frame.tool_error.model_dump()
        nearest = frame.tool_error.details.get("nearest")
        suggestions = ["Try other parameters."]
        if isinstance(nearest, list) and nearest:
            suggestions.insert(0, "Did you mean " + " or ".join(str(name) for name in nearest[:3]) + "?")
    return _failed(Outcome.RAISED, f"{frame.exception}: {frame.message}", suggestions, **details)


def flooded(what: str) -> Verdict:
    """The script printed or returned too much."""
    shown = "printed" if what == "printed" else "returned"
    return _failed(
        Outcome.TOO_MUCH_OUTPUT,
        f"the script {shown} more than it may",
        ["Return a summary instead of every row."],
    )


def out_of_memory(limits: RunLimits) -> Verdict:
    """The script needed more memory than it may have."""
    suggestions = ["Ask for fewer symbols or a shorter period."]
    if limits.max_memory_mb < 2048:
        suggestions.append(f"Raise max_memory_mb above {limits.max_memory_mb}, up to 2048.")
    return _failed(
        Outcome.OUT_OF_MEMORY,
        f"the script needed more than {limits.max_memory_mb} MB",
        suggestions,
        max_memory_mb=limits.max_memory_mb,
    )


def timed_out(limits: RunLimits, steps: list[str]) -> Verdict:
    """The script was not done in time."""
    suggestions = ["Try with fewer symbols or a shorter period.", "Simplify the analysis."]
    if limits.timeout_seconds < 120:
        suggestions.insert(1, f"Increase timeout_seconds above {limits.timeout_seconds:g}, up to 120.")
    return _failed(
        Outcome.TIMED_OUT,
        f"Script execution exceeded {limits.timeout_seconds:g} second limit",
        suggestions,
        timeout_seconds=limits.timeout_seconds,
        steps_completed=max(len(steps) - 1, 0),
        last_step=steps[-1] if steps else None,
    )


def too_many_calls(message: str) -> Verdict:
    """The script asked the tools for more than one execution may."""
    return _failed(
        Outcome.TOO_MANY_CALLS, message, ["Ask for several symbols in one call.", "Ask for a shorter period."]
    )


def diverged(divergence: Divergence) -> Verdict:
    """A replay left its recording."""
    verdict = _failed(Outcome.REFUSED, str(divergence), ["Run it again on live data."], **divergence.details)
    assert verdict.error is not None
    return verdict.model_copy(update={"error": verdict.error.model_copy(update={"code": "REPLAY_DIVERGED"})})


def cancelled() -> Verdict:
    """Somebody stopped it."""
    return _failed(Outcome.CANCELLED, "the execution was stopped", ["Run it again."])


def crashed(reason: str) -> Verdict:
    """The child ended without a last word, or said something that no child says."""
    return _failed(Outcome.CRASHED, reason, ["Simplify the script.", "Avoid very deep recursion."])


def ended_silently(end: ChildEnd, limits: RunLimits, steps: list[str]) -> Verdict:
    """The fate of a child that hung up without a last frame."""
    if end.signal == SIGXCPU or (end.signal == 9 and end.cpu_seconds >= limits.timeout_seconds):
        return timed_out(limits, steps)
    if end.signal is not None:
        return crashed(f"the script ended the interpreter (signal {end.signal})")
    return crashed("the script ended without a result")
