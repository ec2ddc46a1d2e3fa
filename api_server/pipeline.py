"""The one path of a question: understand, write the script, validate, run, repair, present."""

from dataclasses import dataclass

import structlog

from api_server.course import Course
from api_server.errors import EmptyQuestion, InvalidParameters, UnknownModel
from api_server.execution_client import ExecutionClient
from api_server.llm.provider import LLMProvider, Prompt, ScriptTask
from api_server.presentation import present
from api_server.prompting import PromptMaker
from api_server.running import run_script
from api_server.settings import ApiSettings
from api_server.tool_catalog import ToolCatalog
from api_server.writing.capability import Capabilities
from api_server.writing.edited import accept_edited
from api_server.writing.writer import Writer, WritingDesk, Written
from schemas.analysis import Analysis, AnalyzeRequest, AnalyzeResponse, EditedScript, Parameters
from schemas.execution import ExecuteRequest, ExecutionReport, Outcome
from schemas.ids import execution_id_of, new_session_id
from schemas.progress import ProgressType, Tell, tell_nobody
from schemas.signature import default_values

log = structlog.get_logger()


@dataclass(frozen=True)
class Understood:
    """What is asked, in which conversation."""

    question: str
    expanded_question: str
    session_id: str
    execution_id: str
    parent_id: str | None = None


@dataclass(frozen=True)
class Pipeline:
    """The parts that a question passes through."""

    settings: ApiSettings
    executor: ExecutionClient
    catalog: ToolCatalog
    provider: LLMProvider
    prompts: PromptMaker
    desk: WritingDesk
    capabilities: Capabilities

    async def answer(self, request: AnalyzeRequest, tell: Tell = tell_nobody) -> AnalyzeResponse:
        """Answer one question. A script's fate is in the reply; raises the errors of `api_server.errors`."""
        course = Course(tell)
        async with course.telling_its_failure():
            understood = await self.understand(request, course)
            writer = await self.find_writer(understood, request.model, course)
            written = await writer.write()
            execution = None
            if request.execute:
                written, execution = await self.run_until_it_does(writer, written, understood, course)
            answer = compose(understood, written, execution, course)
            return await self.conclude(add_attempts(answer, writer), course)

    async def answer_edited(self, request: EditedScript, tell: Tell = tell_nobody) -> AnalyzeResponse:
        """Check and run a script that a person changed. Raises `ScriptRejected` and `InvalidParameters`."""
        course = Course(tell)
        async with course.telling_its_failure():
            understood = understand_edited(request)
            written = await accept_edited(request, self.desk.checks, await self.catalog.current(), course)
            execution = await self.run(written, understood, course)
            refuse_bad_parameters(execution)
            return await self.conclude(compose(understood, written, execution, course), course)

    async def understand(self, request: AnalyzeRequest, course: Course) -> Understood:
        """What is asked. Raises `EmptyQuestion`."""
        with course.stage("understand"):
            understood = understand(request)
        await course.tell(ProgressType.ACCEPTED, question=understood.question)
        asked, expanded = understood.question, understood.expanded_question
        await course.tell(ProgressType.UNDERSTOOD, question=asked, expanded_question=expanded)
        return understood

    async def find_writer(self, understood: Understood, model: str | None, course: Course) -> Writer:
        """Whoever writes the script. Raises `UnknownModel`, and `CannotAnswer` when no tool can answer."""
        if model is not None:
            await self.demand_model(model)
        question = understood.expanded_question
        catalogue = await self.catalog.current()
        self.capabilities.demand(question, catalogue)
        task = ScriptTask(question, await self.prompt(question), catalogue, model)
        return self.desk.writer(task, course)

    async def demand_model(self, model: str) -> None:
        """Raises `UnknownModel` unless it can be asked now."""
        known = [part.id for part in await self.provider.models()]
        if model not in known:
            raise UnknownModel(
                f"there is no model {model!r}", suggestions=("GET /models lists them.",), models=known
            )

    async def prompt(self, question: str) -> Prompt:
        """The prompt that a model is sent for `question`. Raises `ExecutorUnavailable`."""
        return (await self.prompts.make(question)).prompt

    async def run_until_it_does(
        self, writer: Writer, written: Written, understood: Understood, course: Course
    ) -> tuple[Written, ExecutionReport]:
        """The run of the script, or of its repair when it did not complete."""
        run = await self.run(written, understood, course, len(writer.attempts))
        while (repaired := await writer.repair(written, run)) is not None:
            written, run = repaired, await self.run(repaired, understood, course, len(writer.attempts))
        return written, run

    async def run(
        self, written: Written, understood: Understood, course: Course, attempt: int = 0
    ) -> ExecutionReport:
        """Have a script executed. Raises `ExecutorUnavailable`."""
        request = ExecuteRequest(
            script=written.draft.python_code,
            execution_id=understood.execution_id,
            parameters=dict(written.draft.parameters),
            timeout_seconds=self.settings.execution_timeout_seconds,
            max_memory_mb=self.settings.max_execution_memory_mb,
        )
        return await run_script(self.executor, request, course, attempt)

    async def conclude(self, answer: AnalyzeResponse, course: Course) -> AnalyzeResponse:
        """What is done with every answer once it stands: remembering and publishing belong here."""
        outcome = answer.data.execution.outcome if answer.data.execution else None
        log.info("question_answered", execution_id=answer.data.execution_id, outcome=outcome)
        await course.tell(ProgressType.FINISHED, outcome=outcome)
        return answer


def understand(request: AnalyzeRequest) -> Understood:
    """The question with its white space put in order, and ids for what follows. Raises `EmptyQuestion`."""
    question = " ".join(request.question.split())
    if not question:
        raise EmptyQuestion(
            "the question is empty", suggestions=("Ask about prices, returns or risk of a symbol.",)
        )
    return Understood(
        question=request.question,
        expanded_question=question,
        session_id=request.session_id or new_session_id(),
        execution_id=execution_id_of(request.request_id),
    )


def understand_edited(request: EditedScript) -> Understood:
    """An edited script asks nothing new: its question is its parent's."""
    return Understood(
        question="",
        expanded_question="",
        session_id=request.session_id or new_session_id(),
        execution_id=execution_id_of(request.request_id),
        parent_id=request.execution_id,
    )


def refuse_bad_parameters(run: ExecutionReport) -> None:
    """Raises `InvalidParameters` when it was the caller's values that kept the script from running."""
    if run.error is not None and run.error.code == InvalidParameters.code:
        raise InvalidParameters(
            run.error.message, suggestions=tuple(run.recovery_suggestions), **run.error.details
        )


def compose(
    understood: Understood, written: Written, run: ExecutionReport | None, course: Course
) -> AnalyzeResponse:
    """The reply in the mission's form."""
    draft, report = written.draft, written.report
    with course.stage("present"):
        shown = present(run) if run else None
    return AnalyzeResponse(
        data=Analysis(
            python_code=draft.python_code,
            explanation=draft.explanation,
            mcp_calls=report.mcp_calls,
            execution_id=understood.execution_id,
            session_id=understood.session_id,
            parent_id=understood.parent_id,
            parameters=Parameters(
                json_schema=report.parameters,
                values={**default_values(report.parameters), **draft.parameters},
            ),
            question=understood.question,
            expanded_question=understood.expanded_question,
            model=draft.model,
            warnings=[*report.warnings, *written.warnings],
            execution=shown,
            stages=course.stages,
        ),
        status="success" if shown is None or shown.outcome is Outcome.COMPLETED else shown.outcome,
    )


def add_attempts(answer: AnalyzeResponse, writer: Writer) -> AnalyzeResponse:
    """`answer` with all that was written on the way to it."""
    facts = {
        "attempts": writer.attempts,
        "usage": writer.usage,
        "warnings": [*answer.data.warnings, *writer.warnings],
    }
    return answer.model_copy(update={"data": answer.data.model_copy(update=facts)})
