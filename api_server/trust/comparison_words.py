"""A comparison in plain sentences: what differs in the answer, then why, the likeliest cause first."""

from collections.abc import Iterator
from typing import Any

from schemas.comparison import CallChange, Change, Comparison, RowChange

NAMED_MAX = 3
SHOWN_CHARACTERS_MAX = 60


def put_into_words(found: Comparison) -> list[str]:
    """Sentences, at most about ten."""
    return [*_of_answer(found), *_of_causes(found)]


def _of_answer(found: Comparison) -> Iterator[str]:
    if found.outcome is not None:
        yield f"It ended as {found.outcome.new}, before as {found.outcome.old}."
    elif found.is_same_result:
        yield "Both runs gave the same result."
    by_fate = {
        fate: [row for row in found.rows if row.fate == fate] for fate in ("changed", "added", "removed")
    }
    changed = by_fate["changed"]
    if changed:
        total = len(changed) + found.rows_same
        largest = sorted(changed, key=lambda row: -abs(row.ratio or 0))[:NAMED_MAX]
        yield f"{len(changed)} of {total} figures changed: {'; '.join(map(_describe_row, largest))}."
    for fate, verb in (("added", "new"), ("removed", "no longer reported")):
        rows = [row.key for row in found.rows if row.fate == fate]
        if rows:
            yield f"{_names(rows)}: {verb}."
    if found.charts_changed:
        yield f"Other data in the chart: {_names(found.charts_changed)}."


def _of_causes(found: Comparison) -> Iterator[str]:
    if found.parameters:
        yield f"Parameters differ: {'; '.join(map(_describe_change, found.parameters[:NAMED_MAX]))}."
    if found.script:
        counts = {kind: sum(line.kind == kind for line in found.script) for kind in ("added", "removed")}
        yield f"The script differs: {counts['added']} lines added, {counts['removed']} removed."
    yield from _of_calls(found)
    if found.label:
        yield f"The data is labelled otherwise: {'; '.join(map(_describe_change, found.label[:NAMED_MAX]))}."
    if found.versions:
        yield f"Versions differ: {'; '.join(map(_describe_change, found.versions[:NAMED_MAX]))}."
    has_cause = found.parameters or found.script or found.calls or found.versions
    if not found.is_same_result and not has_cause:
        yield (
            "Parameters, script, data and versions are the same: the script itself depends on something else."
        )


def _of_calls(found: Comparison) -> Iterator[str]:
    moved = [call for call in found.calls if call.fate == "changed"]
    for call in moved[:NAMED_MAX]:
        yield _describe_moved(call)
    if len(moved) > NAMED_MAX:
        yield f"{len(moved) - NAMED_MAX} further calls got other data."
    for fate, verb in (("added", "only made in the new run"), ("removed", "only made in the old run")):
        calls = [_describe_call(call) for call in found.calls if call.fate == fate]
        if calls:
            yield f"{_names(calls)}: {verb}."
    if not found.calls and found.calls_same and not found.is_same_result:
        yield "Every tool call got the same data as before."


def _describe_moved(call: CallChange) -> str:
    values = f"{call.fields_changed} values" if call.fields_changed != 1 else "1 value"
    moved = f"{values} moved, first {_describe_change(call.fields[0])}" if call.fields else "no value moved"
    label = f"; its label: {'; '.join(map(_describe_change, call.label[:NAMED_MAX]))}" if call.label else ""
    return f"{_describe_call(call)} was answered with other data: {moved}{label}."


def _describe_call(call: CallChange) -> str:
    arguments = ", ".join(f"{name}={_write(value)}" for name, value in call.arguments.items())
    return f"{call.tool}({arguments})"


def _describe_row(row: RowChange) -> str:
    percent = f" ({row.ratio:+.2%})" if row.ratio is not None else ""
    return f"{row.key} from {_write(row.old)} to {_write(row.new)}{percent}"


def _describe_change(change: Change) -> str:
    match change.fate:
        case "added":
            return f"{change.path} is new: {_write(change.new)}"
        case "removed":
            return f"{change.path} is gone, was {_write(change.old)}"
    return f"{change.path} from {_write(change.old)} to {_write(change.new)}"


def _names(names: list[str]) -> str:
    more = f" and {len(names) - NAMED_MAX} more" if len(names) > NAMED_MAX else ""
    return ", ".join(names[:NAMED_MAX]) + more


def _write(value: Any) -> str:
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= SHOWN_CHARACTERS_MAX else f"{text[:SHOWN_CHARACTERS_MAX]}…"
