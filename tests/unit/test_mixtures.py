"""Real and simulated figures in one run are pointed out."""

import pytest

from executor.runner import find_mixtures
from schemas.execution import ToolCall


def call_of(source: str, simulated: bool | None) -> ToolCall:
    """A call whose label says where its data is from."""
    label = {"source": source} if simulated is None else {"source": source, "simulated": simulated}
    return ToolCall(tool="bars", arguments={}, started_ms=0, duration_ms=1, metadata=label)


def test_real_beside_simulated_data_is_a_warning_that_names_both() -> None:
    calls = [call_of("sample", False), call_of("simulated", True), call_of("alpaca", False)]
    assert find_mixtures(calls) == [
        "real data (sample, alpaca) and simulated data (simulated) are mixed: do not compare their figures"
    ]


@pytest.mark.parametrize(
    "calls",
    [
        [],
        [call_of("sample", False), call_of("alpaca", False)],
        [call_of("simulated", True), call_of("analytics", None)],
    ],
)
def test_one_kind_of_data_needs_no_warning(calls: list[ToolCall]) -> None:
    assert find_mixtures(calls) == []
