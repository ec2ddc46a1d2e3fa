"""A provider that gives recorded answers: the same question, the same script, without model or network.

A recording is JSON lines. Several lines of one question are its attempts, in their order.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from api_server.errors import NotRecorded
from api_server.llm.provider import CannotAnswer, Draft, OnText, ScriptTask, ignore_text
from schemas.analysis import Model
from schemas.usage import Usage
from schemas.wire import Wire


class BadRecording(Exception):
    """A line that is not a recorded answer."""


class RecordedScript(Wire):
    """A script as it was written."""

    python_code: str
    explanation: str
    mcp_calls: list[str] = Field(default_factory=list)
    parameters: dict[str, Any] = Field(default_factory=dict)


class RecordedRefusal(Wire):
    """What was missing for one."""

    missing: str
    nearest_question: str | None = None


class RecordedAnswer(Wire):
    """One line of a recording."""

    question: str
    answer: RecordedScript | RecordedRefusal
    model: str = "recorded"
    usage: Usage = Field(default_factory=Usage)

    def written(self) -> Draft | CannotAnswer:
        """The answer as a provider gives it."""
        match self.answer:
            case RecordedScript(
                python_code=code, explanation=explanation, mcp_calls=calls, parameters=values
            ):
                return Draft(code, explanation, tuple(calls), self.model, values, self.usage)
            case RecordedRefusal(missing=missing, nearest_question=nearest):
                return CannotAnswer(missing, nearest, self.usage)


def record_answer(question: str, written: Draft | CannotAnswer) -> str:
    """The line, without its end, that replays `written`."""
    match written:
        case Draft(python_code=code, explanation=explanation, mcp_calls=calls, parameters=values):
            answer: RecordedScript | RecordedRefusal = RecordedScript(
                python_code=code, explanation=explanation, mcp_calls=list(calls), parameters=dict(values)
            )
            line = RecordedAnswer(question=question, answer=answer, model=written.model, usage=written.usage)
        case CannotAnswer(missing=missing, nearest_question=nearest):
            answer = RecordedRefusal(missing=missing, nearest_question=nearest)
            line = RecordedAnswer(question=question, answer=answer, usage=written.usage)
    return line.model_dump_json()


def load_recording(path: Path) -> list[RecordedAnswer]:
    """The answers in `path`; empty lines count for nothing. Raises `BadRecording`, `OSError`."""
    answers = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            answers.append(RecordedAnswer.model_validate_json(line))
        except ValidationError as error:
            problem = error.errors()[0]
            where = ".".join(str(part) for part in problem["loc"])
            raise BadRecording(f"{path}, line {number}: {where}: {problem['msg']}") from error
    return answers


class RecordedProvider:
    """Answers a question with its n-th recorded attempt, n being the number of those that failed."""

    name = "recorded"

    def __init__(self, answers: Iterable[RecordedAnswer]) -> None:
        self._attempts: dict[str, list[RecordedAnswer]] = defaultdict(list)
        for answer in answers:
            self._attempts[_key(answer.question)].append(answer)

    async def models(self) -> list[Model]:
        recorded = dict.fromkeys(each.model for attempts in self._attempts.values() for each in attempts)
        names = list(recorded) or ["recorded"]
        description = f"Recorded answers to {len(self._attempts)} questions."
        return [
            Model(id=name, provider=self.name, default=name == names[0], description=description)
            for name in names
        ]

    async def write_script(self, task: ScriptTask, on_text: OnText = ignore_text) -> Draft | CannotAnswer:
        """The recorded answer. Raises `NotRecorded`."""
        attempts = self._attempts.get(_key(task.question), [])
        if len(task.failed) >= len(attempts):
            told = f"attempt {len(task.failed) + 1} at {task.question!r} is not recorded, of {len(attempts)}"
            raise NotRecorded(told, suggestions=("Record it, or ask one of the recorded questions.",))
        written = attempts[len(task.failed)].written()
        if isinstance(written, Draft):
            await on_text(written.python_code)
        return written


def _key(question: str) -> str:
    return " ".join(question.split()).casefold()
