"""What is written down of a question while it is answered, and what later questions find of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import structlog

from api_server.presentation import present
from api_server.replies import Answer, write_down
from api_server.result_cache import ResultCache, result_key
from api_server.reuse.decision import Duplicate, Recorded
from api_server.reuse.draft import draft_of_execution
from api_server.reuse.opened import Reusing
from api_server.storage import recorder
from api_server.storage.opened import Storage
from api_server.storage.recorder import Conclusion
from api_server.storage.records import Trust
from api_server.trust.child_runs import say
from api_server.way import Way
from api_server.writing.writer import Written
from schemas.execution import ExecutionReport
from schemas.progress import ProgressType
from schemas.tools import ToolCatalogue
from schemas.understanding import Understanding
from schemas.usage import Usage
from schemas.validation import ValidationReport
from service.errors import PlatformError

log = structlog.get_logger()

FINISH_SECONDS_MAX = 5.0
"""How long the end of the server may wait for questions to be indexed."""


@dataclass(frozen=True)
class Memory:
    """The record of questions, their tapes and results. Every method raises `DatabaseUnavailable`."""

    storage: Storage
    results: ResultCache
    reusing: Reusing

    async def understood(self, understood: Understanding, way: Way) -> None:
        """How the question was taken."""
        meaning = understood.meaning.model_dump(mode="json")
        taken = recorder.Understanding(understood.expanded_question, understood.confidence, meaning)
        await way.recording.understood(taken)

    async def held_back(self, understood: Understanding, way: Way) -> None:
        """Its person must confirm it as `understood` says, also after a reload."""
        await self.understood(understood, way)
        await way.recording.waits_for_person({"understanding": understood.model_dump(mode="json")})

    async def started(self, answer: Answer, way: Way) -> None:
        """The script that is about to run."""
        await way.recording.started(write_down(answer.written, answer.reused_from, answer.all_warnings))

    async def find_result(self, answer: Answer, catalogue: ToolCatalogue, way: Way) -> Answer | None:
        """The answer with a result from before, when the same script with the same values has one."""
        kept = await self.results.find(way.user_id, _key_of(answer, catalogue, way))
        if kept is None:
            return None
        report = as_run_of(kept.report, way)
        await self.storage.tapes.copy(kept.report.execution_id, way.execution_id)
        return replace(answer, run=report, age_seconds=kept.age_seconds, fresh_until=kept.fresh_until)

    async def ran(
        self, answer: Answer, report: ExecutionReport, catalogue: ToolCatalogue, way: Way
    ) -> Answer:
        """The answer with its run; the tape first, as whoever sees the end may ask for a replay."""
        with way.course.stage("present"):
            shown = present(report)
        await self.storage.tapes.save(way.execution_id, report)
        key = _key_of(answer, catalogue, way)
        until = await self.results.keep(way.user_id, key, shown, catalogue)
        return replace(answer, run=shown, fresh_until=until)

    async def recall(self, answer: Answer, known: Duplicate | Recorded, way: Way) -> Answer:
        """`answer` with the run of `known` as its own, tape included; without one if that did not run."""
        before = known.execution
        if before.report is None:
            return answer
        run, age = as_run_of(before.report, way), known.age_seconds
        answer = replace(answer, run=run, age_seconds=age, fresh_until=before.fresh_until)
        await self.storage.tapes.copy(before.id, way.execution_id)
        return answer

    async def conclude(self, answer: Answer, way: Way) -> None:
        """How it ended, in the record and for later questions."""
        understood = answer.understood.model_dump(mode="json") if answer.understood else None
        is_new = answer.understood is None or answer.understood.asks_about == "question"
        conclusion = Conclusion(
            report=answer.run,
            said=say(answer.run) if answer.run and is_new else answer.draft.explanation,
            usage=answer.usage,
            trust=answer.trust,
            fresh_until=answer.fresh_until,
            script=write_down(answer.written, answer.reused_from, answer.all_warnings),
            warnings=answer.all_warnings,
            metadata={
                "stages": [stage.model_dump() for stage in way.course.stages],
                "understanding": understood,
                "age_seconds": answer.age_seconds,
            },
        )
        await way.recording.finished(conclusion)
        if is_new and answer.age_seconds is None and answer.trust is not Trust.WITHDRAWN:
            try:
                await self.let_be_found(answer, way)
            except PlatformError as error:  # the answer is on record, and the person shall have it
                log.warning("question_not_remembered", execution_id=way.execution_id, reason=error.message)

    async def failed(self, facts: dict[str, Any], way: Way) -> None:
        """The platform, or the person's request, kept it from an answer."""
        used = facts["details"].get("usage")
        usage = Usage.model_validate(used) if used else None
        if await way.recording.failed(str(facts["code"]), str(facts["message"]), usage):
            await way.course.tell(ProgressType.FAILED, **facts)

    async def let_be_found(self, answer: Answer, way: Way) -> None:
        """By its equal from now on; among its like as soon as the index has it, which nobody waits for."""
        execution = replace(
            way.recording.execution,
            expanded_question=answer.understood.expanded_question if answer.understood else "",
            outcome=answer.run.outcome if answer.run else None,
        )
        if await self.reusing.reuser.remember(execution):
            self.reusing.memory.remember(execution)


@asynccontextmanager
async def open_memory(
    storage: Storage, results: ResultCache, reusing: Reusing, finish_seconds_max: float = FINISH_SECONDS_MAX
) -> AsyncIterator[Memory]:
    """The memory while the block runs; at its end everything is indexed that is within the limit."""
    memory = Memory(storage, results, reusing)
    try:
        yield memory
    finally:
        await reusing.memory.finish(finish_seconds_max)


def answer_from(known: Duplicate | Recorded, understood: Understanding) -> Answer:
    """The script of an earlier answer as the answer to this question, not run."""
    before = known.execution
    checked = ValidationReport(
        valid=True,
        security_score=100,
        estimated_runtime_ms=0,
        mcp_calls=before.mcp_calls,
        parameters=before.parameter_schema,
        warnings=before.warnings,
    )
    draft = replace(draft_of_execution(before), explanation=known.explanation)
    return Answer(understood, Written(draft, checked), trust=before.trust, reused_from=before.id)


def as_run_of(report: ExecutionReport, way: Way) -> ExecutionReport:
    """A report from before as that of this execution."""
    metadata = report.metadata.model_copy(update={"cache_hit": True})
    return report.model_copy(update={"execution_id": way.execution_id, "metadata": metadata})


def _key_of(answer: Answer, catalogue: ToolCatalogue, way: Way) -> str:
    script = write_down(answer.written)
    return result_key(way.user_id, script.python_code, script.parameters, catalogue)
