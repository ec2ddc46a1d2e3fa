"""What happens to an execution of the scripted API: its events in the pipeline's order, and its end."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from schemas.progress import ProgressType
from tests.doubles.page_house import Course, Execution, PageHouse


async def write_and_run(house: PageHouse, execution: Execution) -> None:
    """Tell what the pipeline tells, in its order, then end as the course says."""
    course = execution.course
    steps: list[tuple[str, dict[str, Any]]] = [
        (ProgressType.ACCEPTED, {"question": execution.question}),
        (ProgressType.UNDERSTOOD, {"question": execution.question, "expanded_question": course.expanded}),
    ]
    if course.confirmation is None:
        steps += [
            (ProgressType.WRITING, {"attempt": 1}),
            (ProgressType.SCRIPT_GROWN, {"attempt": 1, "lines": 8}),
            ("a_kind_that_nobody_knows", {"something": "else"}),
            (ProgressType.WRITTEN, {"attempt": 1, "lines": 12, "model": "offline"}),
            (ProgressType.VALIDATING, {"attempt": 1}),
            *((ProgressType.REPAIRING, {"attempt": 1, "problem": text}) for text in course.repairs),
            (ProgressType.VALIDATED, {"attempt": 1, "valid": True, "findings": [], "mcp_calls": []}),
        ]
    await _play(execution, steps)
    if course.confirmation is not None:
        execution.tell(ProgressType.CONFIRMATION_NEEDED, **course.confirmation)
        execution.status = "pending"
        execution.release.set()
        return
    await run(house, execution, course)


async def run(house: PageHouse, execution: Execution, course: Course) -> None:
    """Tell the calls of the script that `course` has, then end."""
    house.runs_started += 1
    report = course.report
    steps: list[tuple[str, dict[str, Any]]] = [(ProgressType.RUNNING, {"attempt": 1})]
    for call in report.metadata.tool_calls if report else []:
        shown = call.model_dump(mode="json")
        steps.append((ProgressType.TOOL_CALL_STARTED, {"tool": call.tool, "arguments": call.arguments}))
        steps.append((ProgressType.TOOL_CALL_FINISHED, {"call": shown}))
    await _play(execution, [*steps, *course.extra_events, (ProgressType.STEP, {"text": "ranking"})])
    if execution.error is None:
        _end(execution, course)


def _end(execution: Execution, course: Course) -> None:
    if course.problem is not None:
        execution.error, execution.status = course.problem, "failed"
        execution.tell(ProgressType.FAILED, code=course.problem.code, message=course.problem.message)
    else:
        report = course.report
        assert report is not None
        execution.report, execution.status = report, "success" if report.success else "failed"
        execution.tell(ProgressType.FINISHED, outcome=report.outcome.value)
    execution.release.set()


async def _play(execution: Execution, steps: list[tuple[str, dict[str, Any]]]) -> None:
    for kind, data in steps:
        if execution.error is not None:
            return
        execution.tell(kind, **data)
        await asyncio.sleep(0)
        if kind == execution.course.waits_after and not execution.has_waited:
            execution.has_waited = True
            await execution.release.wait()


async def stream(house: PageHouse, execution_id: str, after: int) -> AsyncIterator[str]:
    """Server-sent events after number `after`, until the last one."""
    for _ in range(500):
        if execution_id in house.executions:
            break
        await asyncio.sleep(0.01)
    else:
        return
    execution, sent = house.executions[execution_id], after
    while True:
        changed = execution.changed
        for event in execution.events[sent:]:
            sent = event["sequence"]
            yield f"id: {sent}\ndata: {json.dumps(event)}\n\n"
            is_last = event["type"] in ("finished", "failed", "confirmation_needed")
            if is_last and event is execution.events[-1]:
                return
        await changed.wait()
