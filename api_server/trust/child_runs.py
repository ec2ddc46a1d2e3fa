"""Runs of a script that is known already: recorded step by step, with their tape, under their parent."""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Any

from api_server.course import Course, describe_failure
from api_server.execution_client import ExecutionClient
from api_server.once import Once
from api_server.presentation import present
from api_server.running import run_script
from api_server.storage.audit import Origin
from api_server.storage.executions import NewExecution
from api_server.storage.opened import Storage
from api_server.storage.recorder import Conclusion, Recording, Understanding, WrittenScript
from api_server.storage.records import Execution
from schemas.execution import ExecuteRequest, ExecutionReport, Tape
from schemas.progress import ProgressType, Tell
from service.errors import PlatformError


@dataclass(frozen=True)
class RunLimits:
    """What one run may use."""

    timeout_seconds: float
    max_memory_mb: int


@dataclass(frozen=True)
class ChildRuns:
    """Runs scripts and writes down what becomes of them."""

    storage: Storage
    once: Once
    executor: ExecutionClient
    limits: RunLimits

    async def run(
        self, new: NewExecution, script: WrittenScript, tape: Tape | None, origin: Origin
    ) -> Execution:
        """The execution once it is over. A repeated request waits for the first one, and runs nothing.

        Raises `ExecutorUnavailable`, and `ExecutionNotFound` when the parent is not the user's.
        """

        async def work(recording: Recording, tell: Tell) -> None:
            course = Course(tell)
            try:
                await course.tell(ProgressType.ACCEPTED, question=new.question)
                report = await self._run(recording, script, tape, course)
            except BaseException as error:
                await course.tell(ProgressType.FAILED, **self._describe(error, recording))
                raise
            await course.tell(ProgressType.FINISHED, outcome=report.outcome)

        before = await self.once.answer(new, origin, work)
        return before or await self.storage.executions.find(new.user_id, new.id)

    async def _run(
        self, recording: Recording, script: WrittenScript, tape: Tape | None, course: Course
    ) -> ExecutionReport:
        request = ExecuteRequest(
            script=script.python_code,
            execution_id=recording.execution.id,
            parameters=script.parameters,
            timeout_seconds=self.limits.timeout_seconds,
            max_memory_mb=self.limits.max_memory_mb,
            tape=tape,
        )
        try:
            recording.note(Understanding(recording.execution.question))
            await recording.started(script)
            report = await run_script(self.executor, request, course)
        except (PlatformError, asyncio.CancelledError) as error:
            facts = self._describe(error, recording)
            await asyncio.shield(recording.failed(facts["code"], facts["message"]))
            raise
        await self.keep(recording, report)
        return report

    def _describe(self, error: BaseException, recording: Recording) -> dict[str, Any]:
        return describe_failure(self.once.events.stops.explain(error, recording.execution.id))

    async def keep(self, recording: Recording, report: ExecutionReport) -> None:
        """Write down how a run ended, with its tape: whoever sees the end may ask for a replay."""
        packed = await self.storage.tapes.pack(report)
        tape = partial(self.storage.tapes.put, execution_id=recording.execution.id, packed=packed)
        await recording.finished(Conclusion(present(report), said=say(report)), tape)


def say(report: ExecutionReport) -> str:
    """The answer in a sentence, for the conversation."""
    if report.error is not None:
        return report.error.message
    result = present(report).result
    return str(result["description"]) if isinstance(result, dict) else ""


def report_of(execution: Execution) -> ExecutionReport:
    """The report of an execution that is over. Raises its failure when there is none."""
    if execution.report is None:
        failure = PlatformError(execution.error or "it did not run", suggestions=("Run it again.",))
        failure.code, failure.status = execution.error_code or failure.code, 503
        raise failure
    return execution.report
