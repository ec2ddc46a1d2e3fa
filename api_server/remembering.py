"""What is written down of a question while it is answered, and what later questions find of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from api_server.presentation import present
from api_server.replies import Answer, write_down
from api_server.result_cache import ResultCache, result_key
from api_server.reuse.decision import Duplicate, Recorded
from api_server.reuse.draft import draft_of_execution
from api_server.reuse.opened import Reusing
from api_server.storage import recorder
from api_server.storage.opened import Storage
from api_server.storage.recorder import Conclusion, Write
from api_server.storage.records import Trust
from api_server.storage.remembered import MeaningKeys
from api_server.trust.child_runs import say
from api_server.way import Way
from api_server.writing.writer import Written
from schemas.execution import ExecutionReport
from schemas.progress import ProgressType
from schemas.tools import ToolCatalogue
from schemas.understanding import Understanding
from schemas.usage import Usage
from schemas.validation import ValidationReport

FINISH_SECONDS_MAX = 5.0
"""How long the end of the server may wait for questions to be indexed."""


@dataclass(frozen=True)
class Memory:
    """The record of questions, their tapes and results. Every method raises `DatabaseUnavailable`."""

    storage: Storage
    results: ResultCache
    reusing: Reusing

    def note(self, understood: Understanding, way: Way) -> None:
        """How the question was taken: written down with the next step, which is to follow at once."""
        way.recording.note(_as_recorded(understood))

    async def understood(self, understood: Understanding, way: Way) -> None:
        """The same, written down now, as the next step takes its time."""
        await way.recording.understood(_as_recorded(understood))

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
        return replace(
            answer,
            run=as_run_of(kept.report, way),
            age_seconds=kept.age_seconds,
            fresh_until=kept.fresh_until,
            tape=self._copy_of(kept.report.execution_id, way),
        )

    async def ran(
        self, answer: Answer, report: ExecutionReport, catalogue: ToolCatalogue, way: Way
    ) -> Answer:
        """The answer with its run; nothing of it is on record yet."""
        with way.course.stage("present"):
            shown = present(report)
        packed = await self.storage.tapes.pack(report)
        kept = self.results.judge(way.user_id, _key_of(answer, catalogue, way), shown, catalogue)
        return replace(
            answer,
            run=shown,
            tape=partial(self.storage.tapes.put, execution_id=way.execution_id, packed=packed),
            kept=kept,
            fresh_until=kept.expires_at if kept else None,
        )

    def recall(self, answer: Answer, known: Duplicate | Recorded, way: Way) -> Answer:
        """`answer` with the run of `known` as its own, tape included; without one if that did not run."""
        before = known.execution
        if before.report is None:
            return answer
        return replace(
            answer,
            run=as_run_of(before.report, way),
            age_seconds=known.age_seconds,
            fresh_until=before.fresh_until,
            tape=self._copy_of(before.id, way),
        )

    async def conclude(self, answer: Answer, way: Way) -> None:
        """How it ended, in the record and for later questions: all of it is there together."""
        conclusion, keys = _conclude(answer, way), self._keys_of(answer)
        also: list[Write] = [answer.tape] if answer.tape else []
        if answer.kept is not None:
            also.append(partial(self.results.put, result=answer.kept))
        if keys is not None:
            put = self.storage.remembered.put
            also.append(partial(put, user_id=way.user_id, execution_id=way.execution_id, keys=keys))
        if not await way.recording.finished(conclusion, *also):
            return
        if answer.kept is not None:
            await self.results.offer(answer.kept)
        if keys is not None and answer.understood is not None:
            question = answer.understood.expanded_question
            self.reusing.memory.remember(replace(way.recording.execution, expanded_question=question))

    async def failed(self, facts: dict[str, Any], way: Way) -> None:
        """The platform, or the person's request, kept it from an answer."""
        used = facts["details"].get("usage")
        usage = Usage.model_validate(used) if used else None
        if await way.recording.failed(str(facts["code"]), str(facts["message"]), usage):
            await way.course.tell(ProgressType.FAILED, **facts)

    def _keys_of(self, answer: Answer) -> MeaningKeys | None:
        """By what later questions find it; None when they shall not."""
        if not answer.is_new or answer.age_seconds is not None or answer.trust is Trust.WITHDRAWN:
            return None
        question = answer.understood.expanded_question if answer.understood else ""
        return self.reusing.reuser.keys_of(question, answer.run.outcome if answer.run else None)

    def _copy_of(self, execution_id: str, way: Way) -> Write:
        return partial(self.storage.tapes.copy, execution_id=way.execution_id, source_id=execution_id)


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


def _as_recorded(understood: Understanding) -> recorder.Understanding:
    meaning = understood.meaning.model_dump(mode="json")
    return recorder.Understanding(understood.expanded_question, understood.confidence, meaning)


def _conclude(answer: Answer, way: Way) -> Conclusion:
    return Conclusion(
        report=answer.run,
        said=say(answer.run) if answer.run and answer.is_new else answer.draft.explanation,
        usage=answer.usage,
        trust=answer.trust,
        fresh_until=answer.fresh_until,
        script=write_down(answer.written, answer.reused_from, answer.all_warnings),
        warnings=answer.all_warnings,
        metadata={
            "stages": [stage.model_dump() for stage in way.course.stages],
            "understanding": answer.understood.model_dump(mode="json") if answer.understood else None,
            "age_seconds": answer.age_seconds,
        },
    )


def _key_of(answer: Answer, catalogue: ToolCatalogue, way: Way) -> str:
    script = write_down(answer.written)
    return result_key(way.user_id, script.python_code, script.parameters, catalogue)
