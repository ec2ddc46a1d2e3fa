"""Whether a replay gave what was recorded, to the byte, and if not, where it left its recording."""

import hashlib
from collections.abc import Iterator
from typing import Any

from api_server.presentation import present
from api_server.trust.canonical import canonical, differences, sha256_of
from schemas.execution import ExecuteRequest, ExecutionReport, ToolCall
from schemas.replay import Divergence, DivergenceKind, Replay, TapedRun, VersionChange

SHOWN_CHARACTERS_MAX = 200
REPLAY_SECONDS = 120.0
REPLAY_MEMORY_MB = 2048


def replay_request(taped: TapedRun, execution_id: str) -> ExecuteRequest:
    """What the execution server is asked: the script on its tape, with the largest limits there are."""
    return ExecuteRequest(
        script=taped.tape.script,
        execution_id=execution_id,
        parameters=taped.tape.parameters,
        timeout_seconds=REPLAY_SECONDS,
        max_memory_mb=REPLAY_MEMORY_MB,
        tape=taped.tape,
        keeps_responses=False,
    )


def judge_replay(taped: TapedRun, replayed: ExecutionReport) -> Replay:
    """The verdict on `replayed`, which came of `replay_request`."""
    found = list(_diverge(taped, replayed))
    return Replay(
        execution_id=taped.report.execution_id,
        is_identical=not found,
        divergences=found,
        changed_versions=changed_versions(taped, replayed),
        result_sha256=sha256_of(taped.report.result),
        original_time_ms=taped.report.execution_time_ms,
        replay_time_ms=replayed.execution_time_ms,
        report=present(replayed),
    )


def changed_versions(taped: TapedRun, replayed: ExecutionReport) -> list[VersionChange]:
    """Packages, interpreter and policy that are not what they were, of those that both sides had loaded."""
    if replayed.tape is None:
        return []
    then, now = ({**tape.packages, "policy": tape.policy_version} for tape in (taped.tape, replayed.tape))
    return [
        VersionChange(name=name, recorded=then[name], now=now[name])
        for name in sorted(then.keys() & now.keys())
        if then[name] != now[name]
    ]


def _diverge(taped: TapedRun, replayed: ExecutionReport) -> Iterator[Divergence]:
    tape, recorded = taped.tape, taped.report
    if hashlib.sha256(tape.script.encode()).hexdigest() != tape.script_sha256:
        yield Divergence(
            kind=DivergenceKind.SCRIPT, message="the stored script is not the one that was recorded"
        )
    if replayed.error is not None and replayed.error.code == "REPLAY_DIVERGED":
        yield _off_tape(replayed.error.details)
        return
    yield from _of_outcome(recorded, replayed)
    yield from _of_values(DivergenceKind.RESULT, recorded.result, replayed.result)
    yield from _of_values(DivergenceKind.PRINTED, recorded.metadata.printed, replayed.metadata.printed)
    yield from _of_values(DivergenceKind.STEPS, recorded.metadata.steps, replayed.metadata.steps)
    made = {(*call_key(call), call.digest) for call in replayed.metadata.tool_calls}
    for call in tape.calls:
        if (*call_key(call), call.digest) not in made:
            yield Divergence(
                kind=DivergenceKind.CALL_NOT_MADE,
                message=f"the recorded call of {call.tool} was not made",
                tool=call.tool,
                arguments=call.arguments,
                occurrence=call.occurrence,
            )


def _off_tape(details: dict[str, Any]) -> Divergence:
    tool, occurrence = details.get("tool"), details.get("occurrence", 0)
    again = f" for the {occurrence + 1}. time" if occurrence else ""
    return Divergence(
        kind=DivergenceKind.CALL_NOT_ON_TAPE,
        message=f"the script called {tool}{again} with arguments that are not on the tape",
        tool=tool,
        arguments=details.get("arguments"),
        occurrence=occurrence,
    )


def _of_outcome(recorded: ExecutionReport, replayed: ExecutionReport) -> Iterator[Divergence]:
    then, now = _end(recorded), _end(replayed)
    if then != now:
        message = f"it ended as {replayed.outcome} and was recorded as {recorded.outcome}"
        if recorded.outcome is replayed.outcome:
            message = f"it ended as {recorded.outcome} again, with another error"
        yield Divergence(kind=DivergenceKind.OUTCOME, message=message, recorded=then, replayed=now)


def _end(report: ExecutionReport) -> dict[str, Any]:
    error = report.error
    shown = {"code": error.code, "message": error.message} if error else {}
    return {"outcome": str(report.outcome), **shown}


def _of_values(kind: DivergenceKind, recorded: Any, replayed: Any) -> Iterator[Divergence]:
    """At most one: the first place that differs, and how many do."""
    if canonical(recorded) == canonical(replayed):
        return
    first, *others = differences(recorded, replayed)
    place = f" at {first.path}" if first.path else ""
    more = f", and in {len(others)} further places" if others else ""
    yield Divergence(
        kind=kind,
        message=f"the {kind} differs{place}{more}",
        path=first.path,
        recorded=_cut(first.old),
        replayed=_cut(first.new),
    )


def _cut(value: Any) -> Any:
    """A value that is long is shown as its beginning."""
    text = value if isinstance(value, str) else canonical(value).decode()
    return value if len(text) <= SHOWN_CHARACTERS_MAX else f"{text[:SHOWN_CHARACTERS_MAX]}…"


def call_key(call: ToolCall) -> tuple[str, bytes, int]:
    """What makes a call the same as one of another run."""
    return call.tool, canonical(call.arguments), call.occurrence
