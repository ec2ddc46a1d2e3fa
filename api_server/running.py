"""Runs a script on the execution server and tells what it does."""

from dataclasses import dataclass
from typing import Any

from api_server.course import Course
from api_server.execution_client import ExecutionClient
from api_server.llm.provider import Draft
from api_server.way import Way
from schemas.execution import ExecuteRequest, ExecutionEvent, ExecutionReport
from schemas.progress import ProgressType

TOLD = {
    "tool_call_started": ProgressType.TOOL_CALL_STARTED,
    "tool_call_finished": ProgressType.TOOL_CALL_FINISHED,
    "printed": ProgressType.PRINTED,
    "step": ProgressType.STEP,
}


@dataclass(frozen=True)
class Runner:
    """Runs scripts that are new, with the limits of this installation."""

    executor: ExecutionClient
    timeout_seconds: float
    max_memory_mb: int

    async def run(self, draft: Draft, way: Way, attempt: int) -> ExecutionReport:
        """The script's fate, with its tape. Raises `ExecutorUnavailable`."""
        request = ExecuteRequest(
            script=draft.python_code,
            execution_id=way.execution_id,
            parameters=dict(draft.parameters),
            timeout_seconds=self.timeout_seconds,
            max_memory_mb=self.max_memory_mb,
        )
        return await run_script(self.executor, request, way.course, attempt)


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
