"""A repeated question and the look-up of earlier ones, with 100,000 remembered against 1,000."""

import asyncio
import re
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from api_server.dialogue.context import DialogueContext
from api_server.reuse.decision import Duplicate
from api_server.reuse.opened import Reusing, make_reusing
from api_server.settings.storage import StorageSettings
from api_server.settings.vectors import VectorSettings
from api_server.storage import tables
from api_server.storage.opened import Storage, open_storage
from api_server.storage.records import Status, Trust
from api_server.vectors.chroma import ChromaIndex, open_index
from api_server.vectors.index import OWNER, Collection, Item
from benchmarks.measure import print_line, run_rounds
from prompts.library import load_library
from schemas.execution import Outcome
from schemas.tools import ToolCatalogue
from schemas.wire import utc_now
from service.cache.memory_cache import MemoryCache

SIZES = (1_000, 100_000)
ROUNDS = 100
BATCH = 500
USER, SESSION = "local", "sess_bench"
CATALOGUE = ToolCatalogue(tools=[], servers=[], digest="")
TOPICS = ("volatility", "max drawdown", "sharpe ratio", "beta", "dividend yield", "RSI", "revenue", "return")
ASKED = "What is the kurtosis of KO over the last 90 days?"
ALIKE = "What is the volatility of KO over the last 30 days?"


@dataclass(frozen=True)
class House:
    """What is remembered, and how much of it."""

    reusing: Reusing
    cache: MemoryCache

    async def ask_again(self) -> None:
        """Understand a question and find its answer."""
        understood = self.reusing.dialogue.understand(ASKED, DialogueContext())
        decided = await self.reusing.reuser.decide(USER, understood, CATALOGUE)
        assert isinstance(decided, Duplicate)

    async def look_up(self) -> None:
        """Find what was asked before, past the cache."""
        await self.cache.forget_all("")
        assert await self.reusing.memory.find(USER, ALIKE)


def questions(count: int) -> Iterator[str]:
    """Different questions of a few kinds, the last one being `ASKED`."""
    for number in range(count - 1):
        topic, word = TOPICS[number % len(TOPICS)], f"{chr(97 + number % 26)}{chr(97 + number // 26 % 26)}"
        yield f"What is the {topic} of name{number} over {number % 90 + 2} days by {word} and rule {number}?"
    yield ASKED


async def fill(storage: Storage, index: ChromaIndex, reusing: Reusing, count: int) -> None:
    """Remember `count` answered questions."""
    asked = list(questions(count))
    now = utc_now()
    async with storage.database.writing() as connection:
        await storage.users.add(connection, USER)
        await storage.sessions.add(connection, USER, SESSION, "bench")
    for start in range(0, count, BATCH):
        part = list(enumerate(asked[start : start + BATCH], start))
        rows = [_execution(number, text, now - timedelta(seconds=count - number)) for number, text in part]
        keys = [_keys(reusing, number, text, now) for number, text in part]
        async with storage.database.writing() as connection:
            await connection.execute(insert(tables.executions), rows)
            await connection.execute(insert(tables.remembered_questions), keys)
        items = [
            Item(f"exec_{number}", _masked(text), {OWNER: USER, **_facts(text, now)}) for number, text in part
        ]
        await index.remember(Collection.QUESTIONS, items)


def _keys(reusing: Reusing, number: int, question: str, now: Any) -> dict[str, Any]:
    """The real keys of the question that is asked again; of the others, any that differ."""
    meaning = reusing.dialogue.meaning(ASKED) if question == ASKED else None
    return {
        "execution_id": f"exec_{number}",
        "user_id": USER,
        "meaning_key": meaning.key if meaning else f"{number:064d}",
        "masked_key": meaning.masked_key if meaning else f"{number % 500:064d}",
        "created_at": now,
    }


def _masked(question: str) -> str:
    """Near enough to what `masked_text` makes, at a hundredth of its time."""
    return re.sub(r"name\d+", "SYMBOL", question.removeprefix("What is the "))


def _facts(text: str, now: Any) -> dict[str, str]:
    return {"session_id": SESSION, "question": text, "asked_at": now.isoformat()}


def _execution(number: int, question: str, when: Any) -> dict[str, Any]:
    lists: dict[str, Any] = {"mcp_calls": [], "warnings": [], "parameters": {}, "parameter_schema": {}}
    return {
        **lists,
        "id": f"exec_{number}",
        "root_id": f"exec_{number}",
        "user_id": USER,
        "session_id": SESSION,
        "kind": "question",
        "request_digest": "",
        "title": question,
        "is_pinned": False,
        "question": question,
        "expanded_question": question,
        "explanation": "",
        "model": "",
        "generated_script": "",
        "status": Status.SUCCESS,
        "outcome": Outcome.COMPLETED,
        "trust": Trust.RAN,
        "metadata": {},
        "fresh_until": when + timedelta(days=30),
        "created_at": utc_now(),
        "completed_at": when,
    }


async def open_house(stack: AsyncExitStack, folder: Path, count: int) -> House:
    """A database and an index with `count` questions."""
    storage = await stack.enter_async_context(
        open_storage(StorageSettings(_env_file=None, qna_data_dir=folder))
    )
    settings = VectorSettings(_env_file=None, qna_data_dir=folder)
    index = await stack.enter_async_context(open_index(settings))
    cache = MemoryCache()
    reusing = make_reusing(storage, index, cache, load_library())
    await fill(storage, index, reusing, count)
    return House(reusing, cache)


async def measure() -> None:
    """Both sizes in the same rounds."""
    async with AsyncExitStack() as stack:
        houses = {}
        for count in SIZES:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            houses[count] = await open_house(stack, folder, count)
        few, many = (houses[count] for count in SIZES)
        contenders = {
            "duplicate_1000": few.ask_again,
            "duplicate_100000": many.ask_again,
            "look_up_1000": few.look_up,
            "look_up_100000": many.look_up,
        }
        figures = await run_rounds(contenders, ROUNDS, lambda: asyncio.sleep(0))
    for name in contenders:
        rival = figures[name.rpartition("_")[0] + "_1000"]
        print_line("reuse", name, figures[name], ratio=round(figures[name].median_ms / rival.median_ms, 2))


def main() -> None:
    """Fill, ask, print."""
    asyncio.run(measure())


if __name__ == "__main__":
    main()
