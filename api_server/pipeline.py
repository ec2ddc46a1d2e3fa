"""The one path of a question: understand, reuse or write a script, check, run, repair, present, remember."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

import structlog

from api_server.access.caller import Caller
from api_server.course import describe_failure
from api_server.errors import Cancelled, InvalidParameters, UnknownModel
from api_server.execution_client import ExecutionClient
from api_server.live import Live
from api_server.llm.provider import LLMProvider, Prompt, PromptOnDemand, ScriptTask
from api_server.prompting import PromptMaker, read_messages
from api_server.remembering import Memory, answer_from
from api_server.replies import Answer, compose, compose_held_back, read_reply
from api_server.requests import begin_edited, begin_question
from api_server.reuse.decision import Duplicate, New, Recorded, Related, Reuse
from api_server.reuse.draft import draft_of_related
from api_server.reuse.known_scripts import KnownScripts
from api_server.reuse.opened import Reusing
from api_server.running import Runner
from api_server.storage.audit import Origin
from api_server.storage.executions import NewExecution
from api_server.storage.opened import Storage
from api_server.storage.recorder import Recording
from api_server.storage.records import Execution
from api_server.tool_catalog import ToolCatalog
from api_server.way import Way, set_out
from api_server.writing.capability import Capabilities
from api_server.writing.edited import accept_edited
from api_server.writing.writer import Writer, WritingDesk, Written
from schemas.analysis import AnalyzeRequest, AnalyzeResponse, EditedScript
from schemas.execution import ExecutionReport
from schemas.progress import ProgressType, Tell
from schemas.understanding import Understanding
from service.errors import PlatformError

log = structlog.get_logger()

Find = Callable[[Way], Awaitable[AnalyzeResponse]]


@dataclass(frozen=True)
class Pipeline:
    """The parts that a question passes through."""

    executor: ExecutionClient
    catalog: ToolCatalog
    provider: LLMProvider
    prompts: PromptMaker
    desk: WritingDesk
    capabilities: Capabilities
    storage: Storage
    live: Live
    reusing: Reusing
    scripts: KnownScripts
    runner: Runner
    memory: Memory

    async def answer(self, request: AnalyzeRequest, caller: Caller, origin: Origin) -> AnalyzeResponse:
        """Answer one question, once however often its `request_id` comes.

        A script's fate is in the reply; raises the errors of `api_server.errors`.
        """
        new = begin_question(request, caller)
        return await self._once(new, origin, lambda way: self.find_answer(request, way))

    async def answer_confirmed(
        self, held: Execution, request: AnalyzeRequest, origin: Origin
    ) -> AnalyzeResponse:
        """Go on with a question that waited for a person, as they put it in `request`."""
        replies: list[AnalyzeResponse] = []
        work = self._work(lambda way: self.find_answer(request, way, is_confirmed=True), replies)
        execution = await self.live.once.go_on(held, origin, work)
        return await self._read_reply(execution) if execution else replies[0]

    async def drop(self, held: Execution, origin: Origin) -> None:
        """The person does not want the question that waits for them answered any more."""

        async def work(recording: Recording, tell: Tell) -> None:
            way = set_out(recording, tell)
            dropped = Cancelled("it was not confirmed", suggestions=("Ask again.",))
            await self.memory.failed(describe_failure(dropped), way)

        await self.live.once.go_on(held, origin, work)

    async def answer_edited(self, request: EditedScript, caller: Caller, origin: Origin) -> AnalyzeResponse:
        """Check and run a script that a person changed. Raises `ScriptRejected` and `InvalidParameters`."""
        parent = None
        if request.execution_id is not None:
            parent = await self.storage.executions.find(caller.user_id, request.execution_id)
        new = begin_edited(request, caller, parent)
        return await self._once(new, origin, lambda way: self.run_edited(request, way))

    async def find_answer(
        self, request: AnalyzeRequest, way: Way, *, is_confirmed: bool = False
    ) -> AnalyzeResponse:
        """Understand, then show again, use again, or write anew."""
        understood = await self.understand(request, way, is_confirmed=is_confirmed)
        if understood.needs_confirmation:
            return await self.hold_back(understood, way)
        match await self.look_back(request, understood, way):
            case Duplicate() | Recorded() as known:
                return await self.show_again(known, request, understood, way)
            case Related() as known:
                return await self.use_again(known, request, understood, way)
            case _:
                return await self.write_anew(request, understood, way)

    async def understand(
        self, request: AnalyzeRequest, way: Way, *, is_confirmed: bool = False
    ) -> Understanding:
        """What is asked, after what was asked before in this session; confirmed words stay as they are."""
        await way.course.tell(ProgressType.ACCEPTED, question=request.question)
        with way.course.stage("understand"):
            understood = await self.reusing.understand(
                way.recording.execution, request.question, request.auto_expand and not is_confirmed
            )
            if is_confirmed:
                understood = understood.model_copy(update={"needs_confirmation": False})
            self.memory.note(understood, way)
        facts = understood.model_dump(mode="json", exclude={"meaning", "parameters"})
        await way.course.tell(ProgressType.UNDERSTOOD, **facts)
        return understood

    async def hold_back(self, understood: Understanding, way: Way) -> AnalyzeResponse:
        """Ask the person first; `answer_confirmed` goes on."""
        proposed = self.reusing.dialogue.proposed(understood)
        await self.memory.held_back(proposed, way)
        facts = proposed.model_dump(mode="json", include={"expanded_question", "assumptions", "alternatives"})
        await way.course.tell(ProgressType.CONFIRMATION_NEEDED, **facts)
        return compose_held_back(proposed, way)

    async def look_back(self, request: AnalyzeRequest, understood: Understanding, way: Way) -> Reuse:
        """What of earlier answers can be used. Who names a model wants it asked."""
        if request.model is not None:
            await self.demand_model(request.model)
            return New()
        with way.course.stage("reuse"):
            return await self.reusing.reuser.decide(
                way.user_id, understood, await self.catalog.current(), refresh=request.refresh
            )

    async def show_again(
        self, known: Duplicate | Recorded, request: AnalyzeRequest, understood: Understanding, way: Way
    ) -> AnalyzeResponse:
        """An earlier answer is the answer; of what is not to be executed, only its script."""
        answer = answer_from(known, understood)
        if request.execute:
            answer = self.memory.recall(answer, known, way)
        await way.course.tell(
            ProgressType.REUSED, reused_from=known.execution.id, age_seconds=answer.age_seconds
        )
        return await self.conclude(answer, way)

    async def use_again(
        self, known: Related, request: AnalyzeRequest, understood: Understanding, way: Way
    ) -> AnalyzeResponse:
        """A believed script answers with other parameters; no model is asked."""
        if known.is_as_asked:
            understood = self.reusing.dialogue.as_asked(understood)
            self.memory.note(understood, way)
        await way.course.tell(ProgressType.REUSED, reused_from=known.reused_from, age_seconds=None)
        with way.course.stage("validate"):
            report = await self.scripts.check(known.python_code, await self.catalog.current())
        if not report.valid:  # the policy was changed since
            return await self.write_anew(request, understood, way)
        written = Written(draft_of_related(known), report)
        assumed = tuple(dict.fromkeys((*understood.assumptions, *known.assumptions)))
        noted = understood.model_copy(update={"assumptions": assumed})
        answer = Answer(noted, written, trust=known.trust, reused_from=known.reused_from)
        if request.execute:
            answer = await self.run(answer, way, refresh=request.refresh)
        return await self.conclude(answer, way)

    async def write_anew(
        self, request: AnalyzeRequest, understood: Understanding, way: Way
    ) -> AnalyzeResponse:
        """Have a model write the script; what did not do goes back to it."""
        await self.memory.understood(understood, way)
        writer = await self.find_writer(understood, request.model, way)
        answer = Answer(understood, await writer.write())
        if request.execute:
            answer = await self.run_until_it_does(writer, answer, way, refresh=request.refresh)
        written_by = replace(
            answer, attempts=writer.attempts, usage=writer.usage, warnings=tuple(writer.warnings)
        )
        return await self.conclude(written_by, way)

    async def run_edited(self, request: EditedScript, way: Way) -> AnalyzeResponse:
        """The script of a person: checked like any other, repaired by nobody."""
        written = await accept_edited(request, self.desk.checks, await self.catalog.current(), way.course)
        answer = await self.run(Answer(None, written), way, refresh=True)
        if answer.run is not None:
            refuse_bad_parameters(answer.run)
        return await self.conclude(answer, way)

    async def find_writer(self, understood: Understanding, model: str | None, way: Way) -> Writer:
        """Whoever writes the script. Raises `CannotAnswer` when no tool can answer."""
        question = understood.expanded_question
        catalogue = await self.catalog.current()
        self.capabilities.demand(question, catalogue)
        prompt = PromptOnDemand(partial(self.make_prompt, question, way))
        return self.desk.writer(ScriptTask(question, prompt, catalogue, model), way.course)

    async def demand_model(self, model: str) -> None:
        """Raises `UnknownModel` unless it can be asked now."""
        known = [part.id for part in await self.provider.models()]
        if model not in known:
            raise UnknownModel(
                f"there is no model {model!r}", suggestions=("GET /models lists them.",), models=known
            )

    async def make_prompt(self, question: str, way: Way) -> Prompt:
        """What a model is told: tools, recipes, what was said before, the question."""
        latest = await self.storage.executions.list_asked(way.user_id, way.session_id)
        before = [asked for asked in latest if asked.id != way.execution_id]
        return (await self.prompts.make(question, read_messages(before))).prompt

    async def run_until_it_does(self, writer: Writer, answer: Answer, way: Way, *, refresh: bool) -> Answer:
        """The run of the script, or of its repair when it did not complete."""
        answer = await self.run(answer, way, attempt=len(writer.attempts), refresh=refresh)
        while answer.run and (repaired := await writer.repair(answer.written, answer.run)) is not None:
            answer = await self.run(
                replace(answer, written=repaired), way, attempt=len(writer.attempts), refresh=refresh
            )
        return answer

    async def run(self, answer: Answer, way: Way, *, attempt: int = 0, refresh: bool = False) -> Answer:
        """The script executed, or its result from a moment ago. Raises `ExecutorUnavailable`."""
        catalogue = await self.catalog.current()
        if not refresh and (kept := await self.memory.find_result(answer, catalogue, way)):
            return kept
        await self.memory.started(answer, way)
        report = await self.runner.run(answer.draft, way, attempt)
        return await self.memory.ran(answer, report, catalogue, way)

    async def conclude(self, answer: Answer, way: Way) -> AnalyzeResponse:
        """Write the answer down, then tell it, then let it be found by the next question."""
        await self.memory.conclude(answer, way)
        reply = compose(answer, way)
        outcome = answer.run.outcome if answer.run else None
        self.live.metrics.count_answer(reply.data)
        log.info("question_answered", execution_id=way.execution_id, outcome=outcome)
        await way.course.tell(ProgressType.FINISHED, outcome=outcome)
        return reply

    async def _once(self, new: NewExecution, origin: Origin, find: Find) -> AnalyzeResponse:
        replies: list[AnalyzeResponse] = []
        execution = await self.live.once.answer(new, origin, self._work(find, replies))
        return await self._read_reply(execution) if execution else replies[0]

    def _work(
        self, find: Find, replies: list[AnalyzeResponse]
    ) -> Callable[[Recording, Tell], Awaitable[None]]:
        async def work(recording: Recording, tell: Tell) -> None:
            way = set_out(recording, tell)
            async with self._noting_failure(way):
                replies.append(await find(way))

        return work

    @asynccontextmanager
    async def _noting_failure(self, way: Way) -> AsyncIterator[None]:
        """Whatever stops what is inside is written down, told as the last event, and goes on."""
        try:
            yield
        except BaseException as error:
            facts = describe_failure(self.live.events.stops.explain(error, way.execution_id))
            self.live.metrics.count_failure(str(facts["code"]))
            try:
                await asyncio.shield(self.memory.failed(facts, way))
            except PlatformError as second:
                log.warning("failure_unrecorded", execution_id=way.execution_id, reason=second.message)
            raise

    async def _read_reply(self, execution: Execution) -> AnalyzeResponse:
        attempts = await self.storage.attempts.list_all(execution.user_id, execution.id)
        return read_reply(execution, attempts)


def refuse_bad_parameters(run: ExecutionReport) -> None:
    """Raises `InvalidParameters` when it was the caller's values that kept the script from running."""
    if run.error is not None and run.error.code == InvalidParameters.code:
        raise InvalidParameters(
            run.error.message, suggestions=tuple(run.recovery_suggestions), **run.error.details
        )
