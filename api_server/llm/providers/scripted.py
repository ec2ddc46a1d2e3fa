"""A provider that gives prepared answers in their order: for tests, demonstrations and replays."""

from collections.abc import Sequence

from api_server.llm.provider import CannotAnswer, Draft, OnText, ScriptTask, ignore_text
from schemas.analysis import Model


class OutOfAnswers(Exception):
    """It was asked more often than it has answers."""


class ScriptedProvider:
    """Gives `answers` one by one, whatever is asked; `tasks` keeps what was asked."""

    name = "scripted"

    def __init__(self, answers: Sequence[Draft | CannotAnswer]) -> None:
        self._answers = list(answers)
        self.tasks: list[ScriptTask] = []

    async def models(self) -> list[Model]:
        return [
            Model(id="scripted", provider=self.name, default=True, description="Prepared answers in order.")
        ]

    async def write_script(self, task: ScriptTask, on_text: OnText = ignore_text) -> Draft | CannotAnswer:
        if len(self.tasks) == len(self._answers):
            raise OutOfAnswers(f"all {len(self._answers)} prepared answers are used up; prepare one more")
        self.tasks.append(task)
        answer = self._answers[len(self.tasks) - 1]
        if isinstance(answer, Draft):
            await on_text(answer.python_code)
        return answer
