"""The index over Chroma. Its blocking calls run in threads of their own, each within a limit."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

import structlog

from api_server.errors import VectorsUnavailable
from api_server.settings.vectors import VectorSettings
from api_server.vectors.embedding import load_embedding
from api_server.vectors.index import OWNER, Collection, Fact, Item, Proposal, Readiness
from api_server.vectors.opening import open_chroma
from api_server.vectors.shelves import Shelves

log = structlog.get_logger()
Answer = TypeVar("Answer")

THREADS = 4
OPENING_SECONDS_MAX = 60.0
PROPOSING_SECONDS_MAX = 10.0
WRITING_SECONDS_PER_ITEM = 0.05
"""Embedding functions behind an API are slow; ours needs a hundredth of it."""


class ChromaIndex:
    """A `VectorIndex`. `start` returns at once; importing Chroma and its store takes a second or more."""

    def __init__(self, settings: VectorSettings) -> None:
        self._settings = settings
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="vectors")
        self._opening: asyncio.Task[Shelves] | None = None
        self._readiness = Readiness("starting")
        self._is_closed = False

    def start(self) -> None:
        """Open the store in the background. Whether it worked is in `readiness`."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
            self._opening.add_done_callback(self._note_opening)

    @property
    def readiness(self) -> Readiness:
        return self._readiness

    async def remember(self, collection: Collection, items: Sequence[Item]) -> None:
        by_owner: dict[Fact | None, list[Item]] = {}
        for item in items:
            by_owner.setdefault(item.facts.get(OWNER), []).append(item)
        shelves = await self._opened()
        for owner, owned in by_owner.items():
            await self._run(partial(shelves.put, collection, owner, owned), _writing_seconds(owned))

    async def keep_only(self, collection: Collection, items: Sequence[Item]) -> None:
        shelves = await self._opened()
        await self._run(partial(shelves.keep_only, collection, items), _writing_seconds(items))

    async def propose(
        self, collection: Collection, text: str, count: int, where: Mapping[str, Fact] | None = None
    ) -> list[Proposal]:
        facts = dict(where or {})
        owner = facts.pop(OWNER, None)
        shelves = await self._opened()
        find = partial(shelves.find, collection, owner, text, count, facts)
        return await self._run(find, PROPOSING_SECONDS_MAX)

    async def forget(self, collection: Collection, ids: Sequence[str], owner: str | None = None) -> None:
        shelves = await self._opened()
        await self._run(partial(shelves.drop, collection, owner, ids), PROPOSING_SECONDS_MAX)

    async def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        if self._opening is not None:
            (opened,) = await asyncio.gather(self._opening, return_exceptions=True)
            if isinstance(opened, Shelves):
                await asyncio.to_thread(opened.close)
        self._readiness = Readiness("unavailable", "closed")
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _open(self) -> Shelves:
        folder = self._settings.qna_data_dir / "vectors"

        def work() -> Shelves:
            embedding = load_embedding(self._settings.embedding_function, self._settings.embedding_options)
            opened = open_chroma(self._settings.chroma_url, folder)
            return Shelves(opened, embedding)

        return await self._run(work, OPENING_SECONDS_MAX)

    def _note_opening(self, opening: asyncio.Task[Shelves]) -> None:
        error = None if opening.cancelled() else opening.exception()
        if opening.cancelled() or error is not None:
            self._readiness = Readiness("unavailable", str(error or "stopped"))
            log.warning("vectors_unavailable", reason=self._readiness.detail)
        else:
            self._readiness = Readiness("ready")

    async def _opened(self) -> Shelves:
        if self._is_closed:
            raise VectorsUnavailable("the vector index is closed")
        self.start()
        assert self._opening is not None
        return await asyncio.shield(self._opening)

    async def _run(self, work: Callable[[], Answer], limit_seconds: float) -> Answer:
        try:
            async with asyncio.timeout(limit_seconds):
                return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except VectorsUnavailable:
            raise
        except TimeoutError as error:
            raise VectorsUnavailable(f"Chroma did not answer within {limit_seconds:g} seconds") from error
        except Exception as error:
            raise VectorsUnavailable(f"Chroma failed: {error}", reason=type(error).__name__) from error


def _writing_seconds(items: Sequence[Item]) -> float:
    return PROPOSING_SECONDS_MAX + WRITING_SECONDS_PER_ITEM * len(items)


@asynccontextmanager
async def open_index(settings: VectorSettings) -> AsyncIterator[ChromaIndex]:
    """An index that opens in the background, until the block ends."""
    index = ChromaIndex(settings)
    index.start()
    try:
        yield index
    finally:
        await index.close()
