"""Asks a set of questions of an API server and scores the replies."""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

from qna.ask import AskOptions, open_api_client, post_question, reach_api, start_own
from qna.evaluation.questions import EvaluationQuestion
from qna.evaluation.scoring import Score, score
from qna.evaluation.summary import Evaluation, pass_by_kind, summarise
from qna.failures import Misuse
from qna.settings import QnaSettings
from qna.terminal import Progress


@dataclass(frozen=True)
class EvaluationOptions:
    """Which questions, and who answers. With a `recording` servers of its own are started for it."""

    file: Path
    model: str | None = None
    limit: int | None = None
    kinds: tuple[str, ...] = ()
    recording: Path | None = None

    def choose(self, questions: Sequence[EvaluationQuestion]) -> list[EvaluationQuestion]:
        """Those of the wanted kinds, the first `limit`. Raises `Misuse` when none is left."""
        known = dict.fromkeys(each.kind for each in questions)
        chosen = [each for each in questions if not self.kinds or each.kind in self.kinds][: self.limit]
        if not chosen:
            raise Misuse(f"no question is of kind {', '.join(self.kinds)}", f"There are: {', '.join(known)}.")
        return chosen


async def run_evaluation(
    questions: Sequence[EvaluationQuestion],
    settings: QnaSettings,
    options: EvaluationOptions,
    progress: Progress,
) -> Evaluation:
    """Ask one after the other, each in a conversation of its own."""
    async with reach(settings, options, progress) as url, open_api_client(settings) as client:

        def show(number: int, question: EvaluationQuestion) -> None:
            progress.show(f"{number} of {len(questions)}: {question.question}")

        scores = await ask_all(questions, client, url, options.model, show)
    return Evaluation(
        file=options.file.name,
        asked_for=options.model or "",
        models=list(dict.fromkeys(each.model for each in scores if each.model)),
        totals=summarise(scores),
        kinds=pass_by_kind(scores),
        scores=scores,
    )


async def ask_all(
    questions: Sequence[EvaluationQuestion],
    client: httpx2.AsyncClient,
    url: str,
    model: str | None,
    show: Callable[[int, EvaluationQuestion], None],
) -> list[Score]:
    """The scores in the order of the questions."""
    scores = []
    for number, question in enumerate(questions, start=1):
        show(number, question)
        started = time.perf_counter()
        reply = await post_question(client, url, question.question, AskOptions(model=model, refreshes=True))
        scores.append(score(question, reply, (time.perf_counter() - started) * 1000))
    return scores


@asynccontextmanager
async def reach(settings: QnaSettings, options: EvaluationOptions, progress: Progress) -> AsyncIterator[str]:
    """The API server that runs, or one of our own that replays the recording and remembers nothing."""
    if options.recording is None:
        async with reach_api(settings, progress) as url:
            yield url
        return
    replayed = {"LLM_PROVIDER": "recorded", "LLM_RECORDING_FILE": str(options.recording.resolve())}
    with TemporaryDirectory(prefix="qna-eval-") as folder:
        own = settings.model_copy(update={"qna_data_dir": Path(folder)})
        async with start_own(own, progress, replayed) as url:
            yield url
