"""Until when a result is true, from the calls it was made of; and what makes another result."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api_server.result_cache import fresh_until, result_key
from schemas.errors import ErrorDetail
from schemas.execution import ExecutionMetadata, ExecutionReport, Outcome, ToolCall
from schemas.tools import Tool, ToolCatalogue

NOW = datetime(2026, 1, 14, 15, tzinfo=UTC)  # Wednesday 10:00 in New York
SUNDAY = datetime(2026, 1, 18, 17, tzinfo=UTC)


def a_tool(name: str, seconds: float | None, **facts: Any) -> Tool:
    return Tool(name=name, server="s", input_schema={}, volatility_seconds=seconds, **facts)


CATALOGUE = ToolCatalogue(
    tools=[
        a_tool("bars", 60, is_read_only=True, follows_market=True),
        a_tool("fundamentals", 86_400, is_read_only=True),
        a_tool("sma", 10_000_000, is_read_only=True),
        a_tool("unsaid", None, is_read_only=True),
        a_tool("order", 60),
    ],
    servers=[],
    digest="d",
)


def a_call(tool: str, **facts: Any) -> ToolCall:
    return ToolCall(tool=tool, arguments={}, started_ms=0, duration_ms=1, **facts)


def a_report(*calls: ToolCall, now: datetime = NOW, **facts: Any) -> ExecutionReport:
    return ExecutionReport.model_validate(
        {
            "success": True,
            "execution_id": "exec_1",
            "outcome": Outcome.COMPLETED,
            "timestamp": now,
            "execution_time_ms": 5,
            "result": {"description": "d", "body": [{"key": "k", "value": 1}]},
            "metadata": ExecutionMetadata(tool_calls=list(calls)),
            **facts,
        }
    )


def seconds_fresh(*calls: ToolCall, now: datetime = NOW, **facts: Any) -> float | None:
    until = fresh_until(a_report(*calls, now=now, **facts), CATALOGUE, now)
    return None if until is None else (until - now).total_seconds()


def test_a_result_is_as_fresh_as_its_most_volatile_call() -> None:
    assert seconds_fresh(a_call("fundamentals"), a_call("bars"), a_call("sma")) == 60


def test_an_answer_from_memory_counts_from_when_it_was_given() -> None:
    answered = (NOW - timedelta(seconds=40)).isoformat()
    assert seconds_fresh(a_call("bars", cache_hit=True, metadata={"timestamp": answered})) == 20


def test_while_stocks_rest_a_result_lives_until_they_trade_again_or_the_day_is_over() -> None:
    closed = a_call("bars", metadata={"market_state": "closed"})
    assert seconds_fresh(closed, now=SUNDAY) == 7 * 3600  # midnight in UTC; stocks trade 9 hours later
    assert seconds_fresh(closed, now=SUNDAY + timedelta(hours=8)) == 8 * 3600


def test_a_result_does_not_outlive_the_day_that_its_script_took_for_today() -> None:
    assert seconds_fresh(a_call("sma")) == 9 * 3600


@pytest.mark.parametrize(
    ("calls", "facts"),
    [
        ([], {}),
        ([a_call("unsaid")], {}),
        ([a_call("order")], {}),
        ([a_call("gone")], {}),
        ([a_call("bars"), a_call("sma", success=False, error=ErrorDetail(code="x", message="x"))], {}),
        ([a_call("bars", metadata={"cache": "stale", "age_seconds": 90})], {}),
        ([a_call("bars")], {"outcome": Outcome.RAISED, "success": False}),
        ([a_call("bars")], {"result": None}),
        ([a_call("bars")], {"result": {}}),
        ([a_call("bars", metadata={"timestamp": "2026-01-14T14:58:00Z"})], {}),
    ],
    ids=[
        "no call",
        "unsaid",
        "not read-only",
        "unknown",
        "partial",
        "stale",
        "raised",
        "none",
        "empty",
        "over",
    ],
)
def test_what_failed_is_partial_stale_empty_or_over_is_not_kept(
    calls: list[ToolCall], facts: dict[str, Any]
) -> None:
    assert seconds_fresh(*calls, **facts) is None


def test_whatever_a_result_depends_on_makes_another_key() -> None:
    configured = CATALOGUE.model_copy(update={"tools": [a_tool("bars", 60, configuration="sip, raw")]})
    keys = [
        result_key("ann", "x = 1", {"feed": "iex"}, CATALOGUE),
        result_key("ben", "x = 1", {"feed": "iex"}, CATALOGUE),
        result_key("ann", "x = 2", {"feed": "iex"}, CATALOGUE),
        result_key("ann", "x = 1", {"feed": "sip"}, CATALOGUE),
        result_key("ann", "x = 1", {"feed": "iex"}, CATALOGUE.model_copy(update={"digest": "e"})),
        result_key("ann", "x = 1", {"feed": "iex"}, configured),
    ]
    assert len(set(keys)) == 6


def test_the_order_of_parameters_makes_no_other_key() -> None:
    one, two = ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert result_key("ann", "s", one, CATALOGUE) == result_key("ann", "s", two, CATALOGUE)
