"""A set of questions and what is expected of each: JSON lines."""

from pathlib import Path

from pydantic import Field, ValidationError

from qna.failures import Misuse
from schemas.analysis import QUESTION_LENGTH_MAX
from schemas.execution import Outcome
from schemas.wire import Wire

Expected = float | str | bool | None


class Expectation(Wire):
    """What a right answer is."""

    numbers: dict[str, Expected] = Field(default_factory=dict)
    """Values by the id or the key of their row; texts and dates too."""
    tolerance: float = Field(default=1e-6, ge=0)
    """Relative to the expected number."""
    refused: bool = False
    """The right answer is that there is none."""
    outcome: Outcome = Outcome.COMPLETED
    repairs: int | None = None
    """How many repairs it takes, where the answers are recorded; None when it does not matter."""


class EvaluationQuestion(Wire):
    """One line. `kind` groups the questions in the report and is what `--kind` chooses by."""

    id: str
    question: str = Field(max_length=QUESTION_LENGTH_MAX)
    kind: str
    expect: Expectation
    why: str = ""
    """What it tests, for whoever reads the file."""


def load_questions(path: Path) -> list[EvaluationQuestion]:
    """The questions in `path`. Raises `Misuse` naming the line that is none, or the id that comes twice."""
    questions: dict[str, EvaluationQuestion] = {}
    for number, line in enumerate(_read_lines(path), start=1):
        if not line.strip():
            continue
        try:
            question = EvaluationQuestion.model_validate_json(line)
        except ValidationError as error:
            problem = error.errors()[0]
            where = ".".join(map(str, problem["loc"]))
            raise Misuse(f"{path}, line {number}: {where}: {problem['msg']}", "Correct this line.") from error
        if question.id in questions:
            raise Misuse(f"{path}, line {number}: the id {question.id!r} is taken", "Give it another id.")
        questions[question.id] = question
    if not questions:
        raise Misuse(f"{path} holds no questions", "Write one JSON object a line.")
    return list(questions.values())


def _read_lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Misuse(f"cannot read {path}: {error}", "Name a file of JSON lines.") from error
