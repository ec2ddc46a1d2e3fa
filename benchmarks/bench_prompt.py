"""What a prompt costs: tokens of 50 and 1,000 tools, our own time before the first token, similar questions.

Tokens are counted twice: characters / 4, and by the Llama 2 tokenizer that ships with wordllama.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tokenizers import Tokenizer

from api_server.app import create_app
from api_server.llm.provider import CannotAnswer, LLMProvider, OnText, ScriptTask, ignore_text
from api_server.prompting import PromptMaker, estimate_tokens
from api_server.settings.vectors import VectorSettings
from api_server.type_check import TypeChecker
from api_server.vectors.chroma import open_index
from api_server.vectors.index import Collection, Item, VectorIndex
from benchmarks.measure import Figures, print_line
from prompts.library import load_library
from schemas.analysis import Model
from tests.doubles.api_app import make_api_settings, opened_app
from tests.doubles.llm.answers import as_answer
from tests.doubles.llm.opened import running_stand_ins
from tests.doubles.llm.stand_in import Say
from tests.doubles.prompts import FixedCatalog
from tests.doubles.tool_catalogues import OURS, make_catalogue, many_tools, read_catalogue
from tests.doubles.tool_server import ToolServer

ROUNDS = 60
QUESTION = "Which of KO, PEP and MNST had the best Sharpe ratio since 2020, and how deep did each fall?"
FEW, MANY = 1_000, 100_000
TOPICS = (
    "volatility",
    "drawdown",
    "beta",
    "the dividend yield",
    "momentum",
    "the average volume",
    "a moving average",
)


async def main() -> None:
    """Print every figure."""
    library = load_library()
    with tempfile.TemporaryDirectory() as folder:
        settings = VectorSettings(_env_file=None, qna_data_dir=Path(folder))
        async with open_index(settings) as vectors:
            makers = {count: make_maker(count, vectors) for count in (50, 1000)}
            for maker in makers.values():
                await maker.remember()
                await maker.make(QUESTION)
            await count_tokens(makers)
            for maker in makers.values():
                await maker.close()
            await search_questions(vectors)
    await time_to_first_token()
    await check_types(library.find("sharpe_ranking").source)


def make_maker(count: int, vectors: VectorIndex) -> PromptMaker:
    """A prompt maker over `count` tools."""
    return PromptMaker(FixedCatalog(make_catalogue(many_tools(count))), load_library(), vectors, 8000)


async def count_tokens(makers: dict[int, PromptMaker]) -> None:
    """The prompt of 1,000 tools against that of 50, and how long it takes to make it."""
    folder = Path(find_spec("wordllama").submodule_search_locations[0])  # type: ignore[union-attr, index]
    tokenizer = Tokenizer.from_file(str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))
    tokens: dict[int, tuple[int, int]] = {}
    for count in (50, 1000):
        text = (await makers[count].make(QUESTION)).prompt.text
        tokens[count] = estimate_tokens(text), len(tokenizer.encode(text).ids)
        estimated, counted = (now / before for now, before in zip(tokens[count], tokens[50], strict=True))
        print_line(
            "prompt",
            f"{count}_tools",
            await durations_of(partial(makers[count].make, QUESTION), 30),
            tokens_estimated=tokens[count][0],
            tokens_llama2=tokens[count][1],
            ratio_to_50_tools_estimated=round(estimated, 2),
            ratio_to_50_tools_llama2=round(counted, 2),
        )


class FirstPiece(Exception):
    """It has come: the rest is of no interest."""


class TimedProvider:
    """Asks `provider` and notes when the first piece of its script was heard; then it refuses."""

    name = "timed"

    def __init__(self, provider: LLMProvider) -> None:
        self._provider = provider
        self.heard_at = 0.0

    async def models(self) -> list[Model]:
        """Those of the provider."""
        return await self._provider.models()

    async def write_script(self, task: ScriptTask, on_text: OnText = ignore_text) -> CannotAnswer:
        """Hangs up at the first piece."""

        async def hear(piece: str) -> None:
            await on_text(piece)
            self.heard_at = time.perf_counter()
            raise FirstPiece

        try:
            await self._provider.write_script(task, hear)
        except FirstPiece:
            return CannotAnswer("Nothing more is measured.")
        raise AssertionError("nothing of the script was heard")


def create_tool_list() -> Starlette:
    """An execution server that knows 60 tools and runs nothing."""
    listed = make_catalogue(many_tools(60)).model_dump_json()

    async def tools(_: Request) -> Response:
        return Response(listed, media_type="application/json")

    return Starlette(routes=[Route("/tools", tools)])


async def time_to_first_token() -> None:
    """From a question at POST /analyze to the first piece of a model that answers at once, with 60 tools."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ToolServer(create_tool_list) as executor,
        running_stand_ins() as stand_ins,
    ):
        stand_ins.api("anthropic").answers_else = Say(as_answer())
        remote = stand_ins.open("anthropic")
        provider = TimedProvider(remote)
        settings = make_api_settings(Path(folder)).model_copy(
            update={"execution_server_url": executor.url.removesuffix("/mcp")}
        )
        app = create_app(settings, provider)
        async with opened_app(settings, app) as client:
            await app.state.parts.vectors.propose(Collection.TOOLS, "wait until it is open", 1)
            durations = [await ask_once(client, provider, number) for number in range(2 * ROUNDS)]
        await remote.close()
    figures = Figures(sorted(durations[ROUNDS:]))
    print_line("question_to_first_token", "own_overhead_60_tools", figures, target_p50_ms=20)


async def ask_once(client: httpx2.AsyncClient, provider: TimedProvider, number: int) -> float:
    """Milliseconds until the first piece for a question that nobody asked before."""
    question = (
        f"Which of KO and PEP had the best Sharpe ratio over {number + 30} days, and how deep did each fall?"
    )
    started = time.perf_counter()
    reply = await client.post("/analyze", json={"question": question})
    assert reply.json()["error"]["message"] == "Nothing more is measured.", reply.text
    return (provider.heard_at - started) * 1000


async def search_questions(vectors: VectorIndex) -> None:
    """Similar questions of one person among 1,000 and among 100,000."""
    medians: dict[int, float] = {}
    for owner, count in (("few", FEW), ("many", MANY)):
        items = [
            Item(str(number), f"{TOPICS[number % 7]} of SYMBOL over {number} days", {"user_id": owner})
            for number in range(count)
        ]
        for start in range(0, count, 10_000):
            await vectors.remember(Collection.QUESTIONS, items[start : start + 10_000])
        await durations_of(partial(propose, vectors, owner), 20)
        figures = await durations_of(partial(propose, vectors, owner), 200)
        medians[count] = figures.median_ms
        print_line(
            "similar_questions",
            f"among_{count}",
            figures,
            ratio_to_1000=round(figures.median_ms / medians[FEW], 2),
        )


async def propose(vectors: VectorIndex, owner: str) -> None:
    """One search."""
    await vectors.propose(Collection.QUESTIONS, "how volatile was SYMBOL over PERIOD", 10, {"user_id": owner})


async def check_types(script: str) -> None:
    """One script against the types of all our tools."""
    checker, catalogue = TypeChecker(), read_catalogue(*OURS)
    print_line(
        "type_check", "pyrefly_95_tools", await durations_of(partial(checker.check, script, catalogue), 15)
    )


async def durations_of(work: Callable[[], Awaitable[object]], rounds: int) -> Figures:
    """`work` so many times, one after the other."""
    durations = []
    for _ in range(rounds):
        started = time.perf_counter()
        await work()
        durations.append((time.perf_counter() - started) * 1000)
    return Figures(sorted(durations))


if __name__ == "__main__":
    asyncio.run(main())
