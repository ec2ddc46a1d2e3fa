"""The label on an answer's data: what the calls say together, and where they disagree."""

from typing import Any

import pytest

from executor.label import make_label
from schemas.execution import ToolCall
from schemas.label import DataLabel

SAMPLE: dict[str, Any] = {
    "source": "sample",
    "feed": "daily",
    "delay": 900,
    "adjustment": "all",
    "currency": "USD",
    "as_of": "2022-12-28",
    "market_state": "closed",
    "simulated": False,
}


def call_of(tool: str = "bars", *, success: bool = True, **metadata: Any) -> ToolCall:
    """A call with this label."""
    return ToolCall(tool=tool, arguments={}, started_ms=0, duration_ms=1, success=success, metadata=metadata)


def label_of(*calls: ToolCall) -> DataLabel:
    """The label, which is there."""
    label = make_label(calls)
    assert label is not None
    return label


def test_calls_that_agree_give_one_value_each_and_no_warning() -> None:
    label = label_of(call_of(**SAMPLE), call_of("snapshots", **SAMPLE))
    assert label == DataLabel(
        providers=["sample"],
        feeds=["daily"],
        delays_seconds=[900],
        adjustments=["all"],
        currencies=["USD"],
        as_of_first="2022-12-28",
        as_of_last="2022-12-28",
        market_states=["closed"],
        simulated="no",
    )


@pytest.mark.parametrize(
    ("field", "other", "said"),
    [
        ("source", "alpaca", "several providers (sample, alpaca)"),
        ("feed", "sip", "several feeds (daily, sip)"),
        ("delay", 0, "more delayed than other, in seconds (900, 0)"),
        ("adjustment", "raw", "adjusted in different ways: do not compare them (all, raw)"),
        ("currency", "EUR", "several currencies: do not compare them (USD, EUR)"),
        ("as_of", "2022-12-30T15:00:00Z", "several days, 2022-12-28 to 2022-12-30"),
        ("market_state", "open", "opened or closed between two calls"),
        ("simulated", True, "real data (sample) and simulated data (sample) are mixed"),
    ],
)
def test_two_calls_that_disagree_in_anything_are_pointed_out(field: str, other: Any, said: str) -> None:
    label = label_of(call_of("bars", **SAMPLE), call_of("news", **{**SAMPLE, field: other}))
    (warning,), (disagreement,) = label.warnings, label.disagreements
    assert said in warning
    assert disagreement.field == field
    assert list(disagreement.tools.values()) == [["bars"], ["news"]]


@pytest.mark.parametrize("silent", [None, "", "unknown"])
def test_a_call_that_does_not_say_disagrees_with_nobody(silent: Any) -> None:
    label = label_of(call_of(**SAMPLE), call_of(**{**SAMPLE, "market_state": silent, "feed": silent}))
    assert label.warnings == []


def test_two_moments_of_one_day_do_not_disagree() -> None:
    moments = ["2026-11-25", "2026-11-25T16:37:20Z"]
    label = label_of(*(call_of(**{**SAMPLE, "as_of": moment}) for moment in moments))
    assert label.warnings == []
    assert (label.as_of_first, label.as_of_last) == tuple(moments)


def test_failed_calls_and_calculations_have_no_label() -> None:
    assert make_label([call_of("sum"), call_of(success=False, **SAMPLE)]) is None
    assert make_label([]) is None


def test_real_beside_simulated_data_names_both() -> None:
    calls = [("sample", False), ("simulated", True), ("alpaca", False)]
    label = label_of(*(call_of(source=source, simulated=simulated) for source, simulated in calls))
    assert label.simulated == "mixed"
    assert (
        "real data (sample, alpaca) and simulated data (simulated) are mixed: do not compare their figures"
        in label.warnings
    )
