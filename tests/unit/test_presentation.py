"""What is shown of a script's result."""

from typing import Any

from api_server.presentation import present
from schemas.execution import ExecutionMetadata, ExecutionReport, Outcome

LINE = {"type": "line", "title": "Closes", "series": [{"name": "KO", "x": ["2024-01-02"], "y": [1.0]}]}


def shown_of(**result: Any) -> ExecutionReport:
    return present(
        ExecutionReport(
            success=True,
            execution_id="exec_1",
            outcome=Outcome.COMPLETED,
            execution_time_ms=1.0,
            result={"description": "It rose.", "body": [{"key": "KO", "value": 1}], **result},
            metadata=ExecutionMetadata(),
        )
    )


def test_a_chart_in_another_form_is_left_out_by_name_and_the_rest_stays() -> None:
    broken = {**LINE, "title": "Strengths", "series": "none"}
    shown = shown_of(charts=[broken, LINE, "none"])
    assert shown.result["description"] == "It rose."
    assert [row["key"] for row in shown.result["body"]] == ["KO"]
    assert [chart["title"] for chart in shown.result["charts"]] == ["Closes"]
    named, numbered = shown.metadata.warnings
    assert "“Strengths” cannot be shown (series:" in named
    assert "chart 3 cannot be shown" in numbered


def test_a_chart_of_a_kind_that_nobody_draws_keeps_its_data() -> None:
    shown = shown_of(charts=[{**LINE, "type": "radar"}])
    assert shown.metadata.warnings == []
    assert shown.result["charts"][0]["type"] == "radar"
    assert shown.result["charts"][0]["series"] == LINE["series"]


def test_good_charts_give_no_warning() -> None:
    shown = shown_of(charts=[LINE])
    assert shown.metadata.warnings == []
    assert len(shown.result["charts"]) == 1


def test_a_histogram_needs_no_x() -> None:
    shown = shown_of(charts=[{"type": "histogram", "series": [{"name": "KO", "y": [0.01, -0.02, None]}]}])
    assert shown.metadata.warnings == []
    assert shown.result["charts"][0]["series"] == [{"name": "KO", "x": [], "y": [0.01, -0.02, None]}]
