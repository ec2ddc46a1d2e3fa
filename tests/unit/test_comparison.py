"""Two executions side by side: what differs, and the sentences that say why."""

from datetime import UTC, datetime
from typing import Any

import pytest

from api_server.trust.canonical import canonical, differences
from api_server.trust.comparison import compare, diff_lines
from schemas.errors import ErrorDetail
from schemas.execution import ExecutionReport, Outcome, RecordedCall, Tape
from schemas.replay import TapedRun

SCRIPT = "def analyze(days: int = 3):\n    a = 1\n    b = 2\n    c = 3\n    d = 4\n    return {}\n"


def a_call(close: list[float], as_of: str = "2026-01-05", **facts: Any) -> RecordedCall:
    metadata = {"source": "alpaca", "as_of": as_of, "timestamp": as_of + "T10:00:00Z"}
    response = {"data": {"close": close}, "metadata": metadata}
    known = {"tool": "bars", "arguments": {"symbol": "KO"}, "started_ms": 1, "duration_ms": 1}
    digest = canonical(response).hex()
    return RecordedCall.model_validate(
        {**known, "response": response, "metadata": metadata, "digest": digest, **facts}
    )


def a_run(rows: dict[str, Any], *calls: RecordedCall, **facts: Any) -> TapedRun:
    tape = {
        "execution_id": "exec",
        "script": SCRIPT,
        "script_sha256": "",
        "parameters": {"days": 3},
        "policy_version": "p1",
        "catalogue_digest": "",
        "packages": {"numpy": "2.3"},
        "clock": datetime(2026, 1, 5, tzinfo=UTC),
        "seed": 1,
        "calls": list(calls),
    }
    body = [{"id": name, "key": name.title(), "value": value} for name, value in rows.items()]
    report = ExecutionReport(
        success=True,
        execution_id="exec",
        outcome=Outcome.COMPLETED,
        execution_time_ms=1,
        result={"description": "d", "body": body},
    )
    return TapedRun(tape=Tape.model_validate({**tape, **facts}), report=report)


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (1, 1.0, ""),
        (True, 1, ""),
        (0.0, -0.0, ""),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, "a[1].b"),
        ({"a": 1}, {}, "a"),
        ([1], [1, 2], "[1]"),
        (None, 0, ""),
    ],
)
def test_the_first_place_that_differs_is_named_as_strictly_as_bytes_are(
    old: Any, new: Any, path: str
) -> None:
    assert canonical(old) != canonical(new)
    assert next(differences(old, new)).path == path


def test_equal_values_have_no_differences_whatever_the_order_of_keys() -> None:
    assert list(differences({"a": 1, "b": [None]}, {"b": [None], "a": 1})) == []


def test_figures_are_matched_by_id_with_their_difference() -> None:
    found = compare(
        a_run({"x": 2.0, "gone": 1, "same": 5, "text": "a"}),
        a_run({"new": 9, "x": 3.0, "same": 5, "text": "b"}),
    )
    rows = {row.id: (row.fate, row.difference, row.ratio) for row in found.rows}
    assert rows == {
        "new": ("added", None, None),
        "x": ("changed", 1.0, 0.5),
        "text": ("changed", None, None),
        "gone": ("removed", None, None),
    }
    assert found.rows_same == 1
    assert "2 of 3 figures changed: X from 2 to 3 (+50.00%); Text from a to b." in found.words
    assert "Gone: no longer reported." in found.words


def test_a_call_with_another_answer_names_the_fields_that_moved_and_its_label() -> None:
    found = compare(
        a_run({"x": 1.0}, a_call([1.0, 2.0, 3.0])),
        a_run({"x": 2.0}, a_call([1.0, 2.5, 3.0], as_of="2026-01-06")),
    )
    (call,) = found.calls
    assert [(change.path, change.old, change.new) for change in call.fields] == [("data.close[1]", 2.0, 2.5)]
    assert [change.path for change in call.label] == ["as_of"]
    assert (
        "bars(symbol=KO) was answered with other data: 1 value moved, first data.close[1] from 2 to 2.5; "
        "its label: as_of from 2026-01-05 to 2026-01-06."
    ) in found.words


def test_an_answer_that_differs_in_its_time_stamp_only_is_the_same() -> None:
    later = a_call([1.0])
    later = later.model_copy(
        update={"digest": "x", "metadata": {**later.metadata, "timestamp": "2027-01-01T00:00:00Z"}}
    )
    found = compare(a_run({"x": 1}, a_call([1.0])), a_run({"x": 1}, later))
    assert (found.calls, found.calls_same, found.is_same_result) == ([], 1, True)


def test_many_fields_are_counted_and_the_first_shown() -> None:
    old, new = [float(n) for n in range(500)], [n + 0.5 for n in range(500)]
    (call,) = compare(a_run({"x": 1}, a_call(old)), a_run({"x": 1}, a_call(new))).calls
    assert (len(call.fields), call.fields_changed) == (20, 500)


def test_parameters_script_and_versions_are_compared() -> None:
    script = SCRIPT.replace("b = 2", "b = 20")
    facts = {"parameters": {"days": 5, "top": 1}, "script": script, "packages": {"numpy": "2.4"}}
    found = compare(a_run({"x": 1}), a_run({"x": 2}, **facts))
    assert [(change.path, change.fate) for change in found.parameters] == [
        ("days", "changed"),
        ("top", "added"),
    ]
    assert [(change.path, change.old, change.new) for change in found.versions] == [("numpy", "2.3", "2.4")]
    assert "Parameters differ: days from 3 to 5; top is new: 1." in found.words
    assert "The script differs: 1 lines added, 1 removed." in found.words


def test_script_lines_have_their_numbers_on_both_sides() -> None:
    lines = list(diff_lines(SCRIPT, SCRIPT.replace("    c = 3\n", "    c = 30\n    e = 5\n")))
    shown = [(line.kind, line.text.strip(), line.old_number, line.new_number) for line in lines]
    assert shown == [
        ("gap", "", None, None),
        ("same", "a = 1", 2, 2),
        ("same", "b = 2", 3, 3),
        ("removed", "c = 3", 4, None),
        ("added", "c = 30", None, 4),
        ("added", "e = 5", None, 5),
        ("same", "d = 4", 5, 6),
        ("same", "return {}", 6, 7),
    ]
    assert list(diff_lines(SCRIPT, SCRIPT)) == []


def test_another_result_without_any_cause_is_said_to_be_the_scripts_own() -> None:
    words = compare(a_run({"x": 1}, a_call([1.0])), a_run({"x": 2}, a_call([1.0]))).words
    assert "Every tool call got the same data as before." in words
    assert words[-1].endswith("the script itself depends on something else.")


def test_a_run_that_failed_is_compared_by_its_end() -> None:
    good = a_run({"x": 1})
    error = ErrorDetail(code="SCRIPT_ERROR", message="ValueError: no")
    failed = good.report.model_copy(
        update={"success": False, "outcome": Outcome.RAISED, "error": error, "result": None}
    )
    found = compare(good, good.model_copy(update={"report": failed}))
    assert found.words[0] == "It ended as raised: ValueError: no, before as completed."
    assert [row.fate for row in found.rows] == ["removed"]
