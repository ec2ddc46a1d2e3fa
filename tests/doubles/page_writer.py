"""A model that writes what a test has prepared for questions with a word; otherwise the offline analyst."""

from dataclasses import dataclass

from api_server.errors import ProviderFailed
from api_server.llm.provider import CannotAnswer, Draft, OnText, ScriptTask, ignore_text
from api_server.llm.providers.offline.analyst import OfflineAnalyst
from prompts.library import Library
from schemas.analysis import Model
from tests.doubles.gate import Gate

MODEL = "prepared"
EXPLANATION = "Fetches **closes** once, then reports what `analyze` finds in them."
LINES_SHOWN = 8
"""How much of a script is told before the rest may have to wait."""


@dataclass(frozen=True)
class Course:
    """What the model answers: the first of `answers`, then one more for each repair; the last one stays.

    A text is a script. `is_final`: nobody is asked for a repair, as with a recipe.
    """

    answers: tuple[str | CannotAnswer | ProviderFailed, ...]
    is_final: bool = False
    explanation: str = EXPLANATION

    def answer(self, attempt: int) -> Draft | CannotAnswer:
        """The one for attempt `attempt`, from 0. Raises the `ProviderFailed` that stands there."""
        found = self.answers[min(attempt, len(self.answers) - 1)]
        if isinstance(found, ProviderFailed):
            raise found
        if isinstance(found, CannotAnswer):
            return found
        return Draft(found, self.explanation, (), MODEL, can_be_repaired=not self.is_final)


def writes(*scripts: str, is_final: bool = False) -> Course:
    """A model that writes these scripts one after the other."""
    return Course(scripts, is_final=is_final)


class PageWriter:
    """A provider. `courses` has the word of a question that each course is for."""

    name = "offline"

    def __init__(self, library: Library) -> None:
        self._analyst = OfflineAnalyst(library)
        self.courses: dict[str, Course] = {}
        self.before_writing = Gate()
        self.amid_writing = Gate()

    async def models(self) -> list[Model]:
        """Those of the offline analyst."""
        return await self._analyst.models()

    async def write_script(self, task: ScriptTask, on_text: OnText = ignore_text) -> Draft | CannotAnswer:
        """What was prepared, told in two pieces with a gate between them."""
        course = next((found for word, found in self.courses.items() if word in task.question), None)
        if course is None:
            return await self._analyst.write_script(task, on_text)
        await self.before_writing.passed()
        written = course.answer(len(task.failed))
        if isinstance(written, CannotAnswer):
            return written
        lines = written.python_code.splitlines(keepends=True)
        await on_text("".join(lines[: LINES_SHOWN - 1]))
        await self.amid_writing.passed()
        await on_text("".join(lines[LINES_SHOWN - 1 :]))
        return written
