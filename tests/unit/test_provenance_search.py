"""The search for sources when runs do not end, or do not give what was recorded."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from api_server.errors import NotReplayable
from api_server.trust.provenance import Budget, find_sources
from schemas.execution import (
    VARIANTS_MAX,
    ExecutionMetadata,
    ExecutionReport,
    Outcome,
    RecordedCall,
    Tape,
    ToolCall,
)
from schemas.replay import TapedRun

PRICE = {"data": {"price": 10.0}}


def report_of(value: Any, calls: Sequence[RecordedCall] = ()) -> ExecutionReport:
    result = {"description": "A price.", "body": [{"id": "price", "key": "price", "value": value}]}
    made = [ToolCall.model_validate(call.model_dump(exclude={"response", "size"})) for call in calls]
    return ExecutionReport(
        success=True,
        execution_id="exec_1",
        outcome=Outcome.COMPLETED,
        execution_time_ms=1,
        result=result,
        metadata=ExecutionMetadata(tool_calls=made),
    )


def a_taped_run() -> TapedRun:
    calls = [
        RecordedCall(tool="quote", arguments={"symbol": name}, started_ms=1, duration_ms=1, response=PRICE)
        for name in ("KO", "PEP")
    ]
    tape = Tape(
        execution_id="exec_1",
        script="result = 1",
        script_sha256=hashlib.sha256(b"result = 1").hexdigest(),
        parameters={},
        policy_version="p",
        catalogue_digest="c",
        packages={},
        clock=datetime(2026, 1, 5, tzinfo=UTC),
        seed=1,
        calls=calls,
    )
    return TapedRun(tape=tape, report=report_of(10.0))


async def never(_request: bytes) -> list[ExecutionReport]:
    await asyncio.Event().wait()
    raise AssertionError


async def test_what_was_not_tried_in_time_is_said_and_nothing_goes_on_running() -> None:
    found = await find_sources(a_taped_run(), never, Budget(seconds=0.05))
    assert not found.is_complete
    assert [call.tested for call in found.calls] == ["out_of_budget"] * 2
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_the_runs_of_one_request_may_not_take_longer_than_the_whole_search() -> None:
    limits = []

    async def run(request: bytes) -> list[ExecutionReport]:
        limits.append(orjson.loads(request)["request"]["timeout_seconds"])
        return await never(request)

    await find_sources(a_taped_run(), run, Budget(seconds=0.05, runs_at_once=3))
    assert limits == [0.05] * 3


async def test_reports_that_came_too_late_end_the_search() -> None:
    async def run(request: bytes) -> list[ExecutionReport]:
        return [report_of(10.0)] * (len(orjson.loads(request)["answers"]) - 1)

    found = await find_sources(a_taped_run(), run, Budget())
    assert [call.tested for call in found.calls] == ["out_of_budget"] * 2


async def test_a_replay_that_is_not_exact_ends_the_other_runs_too() -> None:
    async def run(request: bytes) -> list[ExecutionReport]:
        answers = orjson.loads(request)["answers"]
        return [report_of(11.0)] * len(answers) if {} in answers else await never(request)

    with pytest.raises(NotReplayable, match="not exact"):
        await find_sources(a_taped_run(), run, Budget())
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_many_calls_are_tried_in_requests_of_a_bounded_size() -> None:
    sizes = []

    async def run(request: bytes) -> list[ExecutionReport]:
        sizes.append(len(orjson.loads(request)["answers"]))
        return [report_of(10.0, calls)] * sizes[-1]

    taped = a_taped_run()
    pair = taped.tape.calls
    calls = [call.model_copy(update={"occurrence": number}) for number in range(60) for call in pair]
    tape = taped.tape.model_copy(update={"calls": calls})
    found = await find_sources(taped.model_copy(update={"tape": tape}), run, Budget())
    assert max(sizes) <= VARIANTS_MAX
    assert found.runs == sum(sizes)
    assert not any(value.is_from_data for value in found.values)
