"""Answers that were written down as text, made into a recording that the provider `recorded` replays.

`python -m qna.evaluation.recording FOLDER` writes FOLDER/recordings.jsonl from FOLDER/answers/*.md.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from api_server.llm.providers.recorded import RecordedAnswer, RecordedRefusal, RecordedScript
from qna.evaluation.questions import load_questions
from schemas.usage import Usage

MODEL = "written-by-hand"
BLOCK = re.compile(r"^```(python|refusal)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CHARACTERS_PER_TOKEN = 4
PROMPT_TOKENS = 12_000
"""About what a prompt with our own tools has; nobody counted it for answers that no model gave."""


def make_recording(folder: Path) -> str:
    """The lines of `folder`/recordings.jsonl, in the order of the questions."""
    answers = {path.stem: path for path in sorted((folder / "answers").glob("*.md"))}
    lines = [
        answer.model_dump_json()
        for question in load_questions(folder / "questions.jsonl")
        if question.id in answers
        for answer in read_answers(question.question, answers[question.id].read_text("utf-8"))
    ]
    return "".join(f"{line}\n" for line in lines)


def read_answers(question: str, text: str) -> Iterator[RecordedAnswer]:
    """One answer for each block in `text`; what stands before a script is its explanation."""
    end = 0
    for block in BLOCK.finditer(text):
        explanation, end = " ".join(text[end : block.start()].split()), block.end()
        answer: RecordedScript | RecordedRefusal
        if block[1] == "python":
            answer = RecordedScript(python_code=block[2], explanation=explanation)
        else:
            missing, _, nearest = block[2].strip().partition("\n")
            answer = RecordedRefusal(missing=missing, nearest_question=nearest or None)
        written = len(block[0]) + len(explanation)
        usage = Usage(input_tokens=PROMPT_TOKENS, output_tokens=written // CHARACTERS_PER_TOKEN)
        yield RecordedAnswer(question=question, answer=answer, model=MODEL, usage=usage)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    (place / "recordings.jsonl").write_text(make_recording(place), "utf-8")
