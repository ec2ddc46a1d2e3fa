"""From a run's end to its report: each outcome has its code, a message, and what to do next."""

from typing import Any

import pytest

from executor import frames, report
from executor.jail.process import ChildEnd
from executor.relay import Divergence
from executor.report import CODES, RunLimits, Verdict
from schemas.errors import ErrorDetail
from schemas.execution import Outcome, Resources
from schemas.validation import Finding
from schemas.wire import Wire

LIMITS = RunLimits(timeout_seconds=2.5, max_memory_mb=256)
LARGEST = RunLimits(timeout_seconds=120, max_memory_mb=2048)
USED = Resources(cpu_seconds=0.5, peak_memory_bytes=1024)
FINDING = Finding(code="IMPORT_REFUSED", message="'os' is refused", line=3, column=1, hint="Use a tool.")


def error_of(verdict: Verdict) -> ErrorDetail:
    """The error, which every failure has."""
    assert verdict.error is not None
    return verdict.error


def raise_frame(**facts: Any) -> frames.Raised:
    """The frame of a script that raised at line 7."""
    said = {"exception": "ValueError", "message": "no", "line": 7, "source": "f()", **facts}
    return frames.Raised.model_validate({"type": "raised", "used": USED, **said})


def end_with(signal: int | None = None, cpu_seconds: float = 0.1) -> ChildEnd:
    """The end of a child that said nothing more."""
    return ChildEnd(0 if signal is None else None, signal, cpu_seconds, 0)


FAILURES = {
    "raised": report.raised(raise_frame()),
    "flooded": report.flooded("printed"),
    "out_of_memory": report.out_of_memory(LIMITS),
    "timed_out": report.timed_out(LIMITS, ["a", "b"]),
    "too_many_calls": report.too_many_calls("more than 200 tool calls"),
    "cancelled": report.cancelled(),
    "crashed": report.crashed("signal 11"),
    "refused": report.refused(
        frames.Refused(
            type="refused",
            used=USED,
            findings=[FINDING],
        )
    ),
    "diverged": report.diverged(Divergence("bars", {"a": 1}, 2)),
    "bad_parameters": report.bad_parameters(
        frames.BadParameters(
            type="bad_parameters", used=USED, problems=[frames.FieldProblem(field="days", message="too many")]
        )
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_every_failure_has_a_code_a_message_and_a_next_step(name: str) -> None:
    verdict = FAILURES[name]
    assert verdict.outcome is not Outcome.COMPLETED
    assert error_of(verdict).code.isupper()
    assert error_of(verdict).message
    assert verdict.suggestions


def test_every_outcome_but_success_has_a_code() -> None:
    assert CODES.keys() == set(Outcome) - {Outcome.COMPLETED}
    assert len(set(CODES.values())) == len(CODES)


def test_a_result_is_passed_on_with_its_warnings() -> None:
    verdict = report.completed(
        frames.Finished(type="finished", used=USED, warnings=["x is nan"], result={"a": 1})
    )
    assert (verdict.outcome, verdict.result, verdict.error) == (Outcome.COMPLETED, {"a": 1}, None)
    assert verdict.warnings == ["x is nan"]


def test_a_refusal_names_the_first_finding_and_carries_them_all() -> None:
    verdict = FAILURES["refused"]
    assert error_of(verdict).message == "line 3: 'os' is refused"
    assert verdict.suggestions == ["Use a tool."]
    assert verdict.findings == [FINDING]


def test_bad_parameters_are_named_by_field() -> None:
    error = error_of(FAILURES["bad_parameters"])
    assert (error.code, error.message) == ("INVALID_PARAMETERS", "days: too many")
    assert error.details["fields"] == [{"field": "days", "message": "too many"}]


def test_an_exception_is_shown_with_its_line() -> None:
    error = error_of(FAILURES["raised"])
    assert error.message == "ValueError: no"
    assert error.details == {"exception": "ValueError", "line": 7, "source": "f()"}


def test_a_tool_error_keeps_its_code_and_suggests_the_nearest_names() -> None:
    tool_error = {
        "tool": "bars",
        "code": "unknown_symbol",
        "details": {"nearest": ["AAPL", "APA", "APH", "A"]},
    }
    verdict = report.raised(raise_frame(exception="ToolError", tool_error=tool_error))
    assert error_of(verdict).details["tool_error"] == tool_error
    assert verdict.suggestions[0] == "Did you mean AAPL or APA or APH?"


@pytest.mark.parametrize("nearest", [None, [], "AAPL", {"a": 1}])
def test_a_tool_error_without_near_names_suggests_none(nearest: Any) -> None:
    tool_error = {"tool": "bars", "code": "no_data", "details": {"nearest": nearest}}
    assert report.raised(raise_frame(tool_error=tool_error)).suggestions == ["Try other parameters."]


def test_a_time_out_says_how_far_the_script_came() -> None:
    error = error_of(report.timed_out(LIMITS, ["reading", "computing"]))
    assert error.message == "Script execution exceeded 2.5 second limit"
    assert error.details == {"timeout_seconds": 2.5, "steps_completed": 1, "last_step": "computing"}
    nothing = error_of(report.timed_out(LIMITS, [])).details
    assert (nothing["steps_completed"], nothing["last_step"]) == (0, None)


def test_a_limit_is_suggested_only_while_it_can_be_raised() -> None:
    assert any("timeout_seconds above 2.5" in text for text in report.timed_out(LIMITS, []).suggestions)
    assert not any("timeout_seconds" in text for text in report.timed_out(LARGEST, []).suggestions)
    assert any("max_memory_mb above 256" in text for text in report.out_of_memory(LIMITS).suggestions)
    assert not any("max_memory_mb" in text for text in report.out_of_memory(LARGEST).suggestions)


def test_a_divergence_names_the_call_that_is_not_on_the_tape() -> None:
    verdict = FAILURES["diverged"]
    assert verdict.outcome is Outcome.REFUSED
    assert error_of(verdict).code == "REPLAY_DIVERGED"
    assert error_of(verdict).details == {"tool": "bars", "arguments": {"a": 1}, "occurrence": 2}


@pytest.mark.parametrize(
    ("end", "outcome", "said"),
    [
        (end_with(signal=11), Outcome.CRASHED, "signal 11"),
        (end_with(signal=9), Outcome.CRASHED, "signal 9"),
        (end_with(signal=None), Outcome.CRASHED, "without a result"),
        (end_with(signal=24), Outcome.TIMED_OUT, "2.5 second"),
        (end_with(signal=9, cpu_seconds=3.5), Outcome.TIMED_OUT, "2.5 second"),
    ],
)
def test_a_silent_end_is_read_from_what_the_kernel_says(end: ChildEnd, outcome: Outcome, said: str) -> None:
    verdict = report.ended_silently(end, LIMITS, [])
    assert verdict.outcome is outcome
    assert said in error_of(verdict).message


@pytest.mark.parametrize(
    ("frame", "outcome"),
    [
        (frames.Finished(type="finished", used=USED, warnings=[], result=1), Outcome.COMPLETED),
        (raise_frame(), Outcome.RAISED),
        (frames.Flood(type="flood", used=USED, what="result"), Outcome.TOO_MUCH_OUTPUT),
        (frames.OutOfMemory(type="out_of_memory", used=USED), Outcome.OUT_OF_MEMORY),
        (frames.Ready(type="ready"), Outcome.CRASHED),
        (frames.Step(type="step", text="a"), Outcome.CRASHED),
    ],
    ids=lambda part: type(part).__name__,
)
def test_a_last_frame_is_a_verdict_and_any_other_is_a_crash(frame: Wire, outcome: Outcome) -> None:
    assert report.read_last_frame(frame, LIMITS).outcome is outcome
