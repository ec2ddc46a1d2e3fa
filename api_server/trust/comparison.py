"""Two executions side by side: parameters, script, tool calls, figures, charts, label and versions."""

import difflib
from collections.abc import Iterator
from itertools import islice
from typing import Any

from api_server.presentation import present
from api_server.trust.canonical import canonical, differences
from api_server.trust.comparison_words import put_into_words
from api_server.trust.replay import call_key
from api_server.trust.values import is_number
from schemas.comparison import CallChange, Change, Comparison, DiffLine, RowChange
from schemas.execution import RecordedCall
from schemas.replay import TapedRun

FIELDS_MAX = 20
CONTEXT_LINES = 2
OWN_TIMES = frozenset(["timestamp", "rate_limit"])
"""Parts of a label that differ with every call and mean nothing."""


def compare(old: TapedRun, new: TapedRun) -> Comparison:
    """Everything in which `new` differs from `old`, in figures and in words."""
    before, after = (present(run.report).result for run in (old, new))
    rows, rows_same = _compare_rows(_rows_of(before), _rows_of(after))
    calls, calls_same = _compare_calls(old.tape.calls, new.tape.calls)
    facts = Comparison(
        old_id=old.report.execution_id,
        new_id=new.report.execution_id,
        is_same_result=canonical(old.report.result) == canonical(new.report.result)
        and old.report.outcome is new.report.outcome,
        parameters=list(differences(old.tape.parameters, new.tape.parameters)),
        script=list(diff_lines(old.tape.script, new.tape.script)),
        calls=calls,
        calls_same=calls_same,
        rows=rows,
        rows_same=rows_same,
        charts_changed=_compare_charts(before, after),
        outcome=_compare_outcomes(old, new),
        label=list(differences(_label_of(old), _label_of(new))),
        versions=list(differences(_versions_of(old), _versions_of(new))),
    )
    return facts.model_copy(update={"words": put_into_words(facts)})


def diff_lines(old: str, new: str) -> Iterator[DiffLine]:
    """The lines that differ, with a few around them; a gap stands for what is left out."""
    if old == new:
        return
    before, after = old.splitlines(), new.splitlines()
    groups = difflib.SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(CONTEXT_LINES)
    for number, group in enumerate(groups):
        if number or group[0][1] or group[0][3]:
            yield DiffLine(kind="gap")
        for tag, old_start, old_end, new_start, new_end in group:
            if tag == "equal":
                for shift in range(old_end - old_start):
                    numbers = {"old_number": old_start + shift + 1, "new_number": new_start + shift + 1}
                    yield DiffLine(kind="same", text=before[old_start + shift], **numbers)
                continue
            for place in range(old_start, old_end):
                yield DiffLine(kind="removed", text=before[place], old_number=place + 1)
            for place in range(new_start, new_end):
                yield DiffLine(kind="added", text=after[place], new_number=place + 1)


def _compare_calls(old: list[RecordedCall], new: list[RecordedCall]) -> tuple[list[CallChange], int]:
    """Calls that only one made, or that got another answer; and how many are the same."""
    before, after = ({call_key(call): call for call in calls} for calls in (old, new))
    changed, same = [], 0
    for key, call in before.items():
        other = after.get(key)
        if other is None:
            changed.append(_describe_call(call, "removed"))
        elif other.digest == call.digest and other.success == call.success:
            same += 1
        elif change := _compare_answers(call, other):
            changed.append(change)
        else:
            same += 1
    changed += [_describe_call(call, "added") for key, call in after.items() if key not in before]
    return changed, same


def _compare_answers(old: RecordedCall, new: RecordedCall) -> CallChange | None:
    """None when nothing differs but the label's own times."""
    moved = differences(_data_of(old), _data_of(new))
    fields = list(islice(moved, FIELDS_MAX))
    count = len(fields) + sum(1 for _ in moved)
    label = list(differences(_shown_label(old), _shown_label(new)))
    if not fields and not label:
        return None
    more = {"fields": fields, "fields_changed": count, "label": label}
    return _describe_call(new, "changed").model_copy(update=more)


def _describe_call(call: RecordedCall, fate: Any) -> CallChange:
    return CallChange(tool=call.tool, arguments=call.arguments, occurrence=call.occurrence, fate=fate)


def _data_of(call: RecordedCall) -> Any:
    if not call.success:
        return {"error": call.error.model_dump() if call.error else None}
    response = call.response
    if isinstance(response, dict):
        return {name: part for name, part in response.items() if name != "metadata"}
    return response


def _shown_label(call: RecordedCall) -> dict[str, Any]:
    return {name: value for name, value in call.metadata.items() if name not in OWN_TIMES}


def _rows_of(result: Any) -> dict[str, dict[str, Any]]:
    body = result["body"] if isinstance(result, dict) and "body" in result else []
    return {row["id"]: row for row in body}


def _compare_rows(
    old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]]
) -> tuple[list[RowChange], int]:
    """Figures that differ, new order first, then those that are gone; and how many are equal."""
    changed = []
    for name, row in new.items():
        if name not in old:
            changed.append(_describe_row(row, "added", new=row["value"]))
        elif canonical(old[name]["value"]) != canonical(row["value"]):
            changed.append(_describe_row(row, "changed", old=old[name]["value"], new=row["value"]))
    same = len(new) - len(changed)
    gone = [row for name, row in old.items() if name not in new]
    return [*changed, *(_describe_row(row, "removed", old=row["value"]) for row in gone)], same


def _describe_row(row: dict[str, Any], fate: Any, old: Any = None, new: Any = None) -> RowChange:
    difference = new - old if is_number(old) and is_number(new) else None
    return RowChange(
        id=row["id"],
        key=row["key"],
        fate=fate,
        old=old,
        new=new,
        difference=difference,
        ratio=difference / abs(old) if difference is not None and old else None,
        format=row.get("format"),
        unit=row.get("unit"),
    )


def _compare_charts(old: Any, new: Any) -> list[str]:
    before, after = (
        result["charts"] if isinstance(result, dict) and "charts" in result else [] for result in (old, new)
    )
    names = [chart["title"] or f"charts[{place}]" for place, chart in enumerate(after)]
    changed = [
        name
        for place, (name, chart) in enumerate(zip(names, after, strict=True))
        if place >= len(before) or canonical(before[place]) != canonical(chart)
    ]
    return [*changed, *(chart["title"] or "a chart" for chart in before[len(after) :])]


def _compare_outcomes(old: TapedRun, new: TapedRun) -> Change | None:
    ends = [_end_of(run) for run in (old, new)]
    if ends[0] == ends[1]:
        return None
    return Change(path="outcome", fate="changed", old=ends[0], new=ends[1])


def _end_of(run: TapedRun) -> str:
    error = run.report.error
    return f"{run.report.outcome}: {error.message}" if error else str(run.report.outcome)


def _label_of(run: TapedRun) -> dict[str, Any]:
    label = run.report.metadata.label
    return label.model_dump(exclude={"disagreements", "warnings"}) if label else {}


def _versions_of(run: TapedRun) -> dict[str, str]:
    return {**run.tape.packages, "policy": run.tape.policy_version}
