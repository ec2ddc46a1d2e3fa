"""Runs a script on the execution server and tells what it does."""

from typing import Any

from api_server.course import Course
from api_server.execution_client import ExecutionClient
from schemas.execution import ExecuteRequest, ExecutionEvent, ExecutionReport
from schemas.progress import ProgressType

TOLD = {
    "tool_call_started": ProgressType.TOOL_CALL_STARTED,
    "tool_call_finished": ProgressType.TOOL_CALL_FINISHED,
    "printed": ProgressType.PRINTED,
    "step": ProgressType.STEP,
}


async def run_script(
    executor: ExecutionClient, request: ExecuteRequest, course: Course, attempt: int = 0
) -> ExecutionReport:
    """The script's fate. Being cancelled stops it there. Raises `ExecutorUnavailable`."""

    async def hear(event: ExecutionEvent) -> None:
        if event.type in TOLD:
            await course.tell(TOLD[event.type], **describe(event))

    await course.tell(ProgressType.RUNNING, attempt=attempt)
    with course.stage("run"):
        return await executor.stream_execute(request, hear)


def describe(event: ExecutionEvent) -> dict[str, Any]:
    """The facts of one event of a run, without those of every event."""
    return event.model_dump(mode="json", exclude_none=True, exclude={"type", "execution_id", "report"})
