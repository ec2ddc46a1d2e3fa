"""The one path of a question: understand, write the script, validate, run, present."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import structlog

from api_server.errors import CannotAnswer, EmptyQuestion, ProviderTimeout, ScriptRejected, UnknownModel
from api_server.execution_client import ExecutionClient
from api_server.llm.provider import CannotAnswer as Refusal
from api_server.llm.provider import Draft, LLMProvider, Prompt, ScriptTask
from api_server.presentation import present
from api_server.prompting import make_prompt
from api_server.settings import ApiSettings
from api_server.tool_catalog import ToolCatalog
from prompts.library import Library
from schemas.analysis import Analysis, AnalyzeRequest, AnalyzeResponse, Parameters, StageTime
from schemas.execution import ExecuteRequest, ExecutionReport, Outcome
from schemas.signature import default_values
from schemas.validation import ValidationReport

log = structlog.get_logger()


@dataclass(frozen=True)
class Understood:
    """What is asked, in which conversation."""

    question: str
    expanded_question: str
    session_id: str
    execution_id: str


@dataclass
class Stopwatch:
    """Times the stages of one question."""

    stages: list[StageTime] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what happens inside."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.stages.append(StageTime(stage=name, duration_ms=(time.perf_counter() - started) * 1000))


@dataclass(frozen=True)
class Pipeline:
    """The parts that a question passes through."""

    settings: ApiSettings
    executor: ExecutionClient
    catalog: ToolCatalog
    provider: LLMProvider
    library: Library

    async def answer(self, request: AnalyzeRequest) -> AnalyzeResponse:
        """Answer one question. A script's fate is in the reply; raises the errors of `api_server.errors`."""
        watch = Stopwatch()
        with watch.stage("understand"):
            understood = understand(request)
        with watch.stage("write"):
            draft = await self.write_script(understood, request.model)
        with watch.stage("validate"):
            report = await self.validate(draft)
        execution = None
        if request.execute:
            with watch.stage("run"):
                execution = await self.run(draft, understood)
        with watch.stage("present"):
            shown = present(execution) if execution else None
        log.info(
            "question_answered",
            execution_id=understood.execution_id,
            outcome=shown.outcome if shown else None,
        )
        return compose(understood, draft, report, shown, watch.stages)

    async def write_script(self, understood: Understood, model: str | None) -> Draft:
        """Have the provider write the script. Raises `CannotAnswer`, `UnknownModel` or `ProviderTimeout`."""
        known = [part.id for part in await self.provider.models()]
        if model is not None and model not in known:
            raise UnknownModel(
                f"there is no model {model!r}", suggestions=("GET /models lists them.",), models=known
            )
        task = ScriptTask(
            question=understood.expanded_question,
            prompt=await self.prompt(understood.expanded_question),
            catalogue=await self.catalog.current(),
            model=model,
        )
        try:
            async with asyncio.timeout(self.settings.llm_timeout_seconds):
                written = await self.provider.write_script(task)
        except TimeoutError as error:
            seconds = self.settings.llm_timeout_seconds
            raise ProviderTimeout(
                f"{self.provider.name} wrote no script within {seconds:g} seconds",
                suggestions=("Ask again.", "Raise LLM_TIMEOUT_SECONDS."),
            ) from error
        if isinstance(written, Refusal):
            nearest = (f"Ask: {written.nearest_question}",) if written.nearest_question else ()
            raise CannotAnswer(
                written.missing,
                suggestions=nearest,
                missing=written.missing,
                nearest_question=written.nearest_question,
            )
        return written

    async def prompt(self, question: str) -> Prompt:
        """The prompt that a model is sent for `question`. Raises `ExecutorUnavailable`."""
        return make_prompt(question, await self.catalog.stubs(), self.library)

    async def validate(self, draft: Draft) -> ValidationReport:
        """Check the script before it runs. Raises `ScriptRejected`."""
        report = await self.executor.validate(draft.python_code)
        if not report.valid:
            first = report.errors[0]
            raise ScriptRejected(
                f"the script did not pass the checks: line {first.line}: {first.message}",
                suggestions=("Ask again in other words.",),
                errors=[finding.model_dump() for finding in report.errors],
                python_code=draft.python_code,
            )
        return report

    async def run(self, draft: Draft, understood: Understood) -> ExecutionReport:
        """Have the script executed. Raises `ExecutorUnavailable`."""
        return await self.executor.execute(
            ExecuteRequest(
                script=draft.python_code,
                execution_id=understood.execution_id,
                parameters=dict(draft.parameters),
                timeout_seconds=self.settings.execution_timeout_seconds,
                max_memory_mb=self.settings.max_execution_memory_mb,
            )
        )


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
        session_id=request.session_id or f"sess_{uuid4().hex}",
        execution_id=f"exec_{uuid4().hex}",
    )


def compose(
    understood: Understood,
    draft: Draft,
    report: ValidationReport,
    execution: ExecutionReport | None,
    stages: list[StageTime],
) -> AnalyzeResponse:
    """The reply in the mission's form."""
    completed = execution is None or execution.outcome is Outcome.COMPLETED
    return AnalyzeResponse(
        data=Analysis(
            python_code=draft.python_code,
            explanation=draft.explanation,
            mcp_calls=report.mcp_calls,
            execution_id=understood.execution_id,
            session_id=understood.session_id,
            parameters=Parameters(
                json_schema=report.parameters,
                values={**default_values(report.parameters), **draft.parameters},
            ),
            question=understood.question,
            expanded_question=understood.expanded_question,
            model=draft.model,
            warnings=report.warnings,
            execution=execution,
            stages=stages,
        ),
        status="success" if completed or execution is None else execution.outcome,
    )
