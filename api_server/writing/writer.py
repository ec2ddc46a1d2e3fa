"""Writes the script for one question: obtain a draft, check it, and have it repaired while that can help."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from api_server.course import Course
from api_server.errors import CannotAnswer, ProviderTimeout, ScriptRejected
from api_server.llm.provider import CannotAnswer as Refusal
from api_server.llm.provider import Draft, FailedAttempt, LLMProvider, ScriptTask
from api_server.writing.checks import Checked, ScriptChecks
from api_server.writing.problem_text import describe_findings, describe_run
from api_server.writing.repair import is_repairable
from api_server.writing.script_growth import ScriptGrowth
from schemas.analysis import Attempt
from schemas.execution import ExecutionReport
from schemas.progress import ProgressType
from schemas.usage import Usage
from schemas.validation import ValidationReport
from service.errors import PlatformError

log = structlog.get_logger()


@dataclass(frozen=True)
class WritingDesk:
    """What every script is written with. `repairs_max` counts all repairs of one question."""

    provider: LLMProvider
    checks: ScriptChecks
    timeout_seconds: float
    repairs_max: int

    def writer(self, task: ScriptTask, course: Course) -> "Writer":
        """Whoever writes the script for `task`."""
        return Writer(self, task, course)


@dataclass(frozen=True)
class Written:
    """A script that may run."""

    draft: Draft
    report: ValidationReport
    warnings: tuple[str, ...] = ()


class Writer:
    """One question's script through all its attempts, which are kept."""

    def __init__(self, desk: WritingDesk, task: ScriptTask, course: Course) -> None:
        self._desk = desk
        self._task = task
        self._course = course
        self._sent_types = False
        self.attempts: list[Attempt] = []
        self.warnings: list[str] = []
        """Repairs that were meant and failed."""

    @property
    def usage(self) -> Usage:
        """Of all attempts, those that were refused included."""
        used = [attempt.usage for attempt in self.attempts]
        return sum(used[1:], start=used[0]) if used else Usage()

    async def write(self) -> Written:
        """A script that passed the checks.

        Raises `CannotAnswer`, `ScriptRejected` when the last repair did not pass either, and the errors of
        the provider and of `ExecutionClient`.
        """
        while True:
            draft, checked = await self._attempt()
            if self._may_run(draft, checked):
                return Written(draft, checked.report, tuple(warn_of_types(checked)))
            if not self._can_repair(draft):
                raise reject(checked, draft.python_code, self.attempts)
            self._sent_types |= bool(checked.type_findings)
            await self._send_back(describe_findings(checked.findings, draft.python_code))

    async def repair(self, written: Written, run: ExecutionReport) -> Written | None:
        """Another script after `run` of the last one; None when none is needed or would help.

        Raises `CannotAnswer` when the run has shown the author that there is no answer.
        """
        await self._amend(outcome=run.outcome)
        if run.success or not is_repairable(run, written.draft) or not self._can_repair(written.draft):
            return None
        await self._send_back(describe_run(run, written.draft.python_code))
        try:
            return await self.write()
        except CannotAnswer:
            raise
        except PlatformError as error:
            # The run that failed says more than the repair that did: it is shown, with this.
            log.warning("repair_failed", code=error.code, message=error.message)
            self.warnings.append(f"the script could not be repaired: {error.message}")
            return None

    def _may_run(self, draft: Draft, checked: Checked) -> bool:
        """Types are worth one repair: a doubt that comes back is the checker's word against the author's."""
        if not checked.report.valid:
            return False
        return not checked.type_findings or self._sent_types or not self._can_repair(draft)

    def _can_repair(self, draft: Draft) -> bool:
        return draft.can_be_repaired and len(self._task.failed) < self._desk.repairs_max

    async def _attempt(self) -> tuple[Draft, Checked]:
        number, tell, started = len(self.attempts) + 1, self._course.tell, time.perf_counter()
        await tell(ProgressType.WRITING, attempt=number)
        with self._course.stage("write"):
            draft = await self._draft(number)
        await tell(ProgressType.WRITTEN, attempt=number, **_describe_draft(draft))
        await tell(ProgressType.VALIDATING, attempt=number)
        with self._course.stage("validate"):
            checked = await self._check(draft)
        attempt = Attempt(
            number=number,
            python_code=draft.python_code,
            model=draft.model,
            findings=checked.report.errors,
            type_findings=list(checked.type_findings),
            usage=draft.usage,
            duration_ms=(time.perf_counter() - started) * 1000,
        )
        self.attempts.append(attempt)
        await self._course.keep(attempt)
        await tell(ProgressType.VALIDATED, attempt=number, **checked.facts())
        return draft, checked

    async def _draft(self, number: int) -> Draft:
        growth = ScriptGrowth(number, self._course)
        provider, seconds = self._desk.provider, self._desk.timeout_seconds
        try:
            async with asyncio.timeout(seconds):
                written = await provider.write_script(self._task, growth.hear)
        except TimeoutError as error:
            raise ProviderTimeout(
                f"{provider.name} wrote no script within {seconds:g} seconds",
                suggestions=("Ask again.", "Raise LLM_TIMEOUT_SECONDS."),
            ) from error
        if isinstance(written, Refusal):
            raise _refuse(written, self.attempts, self.usage)
        code, explanation = make_text(written.python_code), make_text(written.explanation)
        return replace(written, python_code=code, explanation=explanation)

    async def _check(self, draft: Draft) -> Checked:
        checks = self._desk.checks
        if not draft.can_be_repaired:
            return await checks.check_rules(draft.python_code)
        return await checks.check(draft.python_code, self._task.catalogue)

    async def _send_back(self, problem: str) -> None:
        """The next draft will be a repair of the last one."""
        last = self.attempts[-1]
        await self._amend(problem=problem)
        failed = (*self._task.failed, FailedAttempt(last.python_code, problem))
        self._task = replace(self._task, failed=failed)
        await self._course.tell(ProgressType.REPAIRING, attempt=last.number, problem=problem)

    async def _amend(self, **facts: object) -> None:
        self.attempts[-1] = self.attempts[-1].model_copy(update=facts)
        await self._course.keep(self.attempts[-1])


def make_text(text: str) -> str:
    """What a model wrote, without halves of surrogate pairs, which no JSON can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _describe_draft(draft: Draft) -> dict[str, object]:
    return {
        "python_code": draft.python_code,
        "explanation": draft.explanation,
        "model": draft.model,
        "lines": draft.python_code.count("\n") + 1,
    }


def warn_of_types(checked: Checked) -> list[str]:
    """What is said of a script that runs although its types are doubted."""
    return [f"line {found.line}: the type check doubts: {found.message}" for found in checked.type_findings]


def _refuse(refusal: Refusal, attempts: list[Attempt], usage: Usage) -> CannotAnswer:
    missing, nearest = make_text(refusal.missing), make_text(refusal.nearest_question or "")
    used = usage + refusal.usage if attempts else refusal.usage
    return CannotAnswer(
        missing,
        suggestions=(f"Ask: {nearest}",) if nearest else (),
        missing=missing,
        nearest_question=nearest or None,
        usage=used.model_dump(),
        attempts=[attempt.model_dump(mode="json") for attempt in attempts],
    )


def reject(checked: Checked, script: str, attempts: Sequence[Attempt] = ()) -> ScriptRejected:
    """The error for a script that must not run, with every finding and every attempt."""
    first = checked.report.errors[0]
    return ScriptRejected(
        f"the script did not pass the checks: line {first.line}: {first.message}",
        suggestions=(first.hint or "Correct the script at the named lines.",),
        errors=[finding.model_dump() for finding in checked.report.errors],
        python_code=script,
        attempts=[attempt.model_dump(mode="json") for attempt in attempts],
    )
