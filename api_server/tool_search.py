"""Which tools a question is likely to need, when there are too many to show all of them in full."""

import asyncio
from collections.abc import Collection, Sequence

import structlog

from api_server.errors import VectorsUnavailable
from api_server.vectors.index import Collection as Remembered
from api_server.vectors.index import Item, VectorIndex
from prompts.likeness import Likeness
from schemas.tools import Tool, ToolCatalogue

log = structlog.get_logger()

RANK_OFFSET = 60
"""Of reciprocal rank fusion (Cormack, Clarke, Buettcher 2009): how little the first ranks stand out."""


class ToolSearch:
    """Ranks tools by meaning and by shared words. Without vectors the words alone decide."""

    def __init__(self, vectors: VectorIndex) -> None:
        self._vectors = vectors
        self._digest = ""
        self._likeness = Likeness([])
        self._remembering: asyncio.Task[None] | None = None

    async def rank(self, question: str, catalogue: ToolCatalogue, count: int) -> list[Tool]:
        """Every tool, those first that suit `question` best; `count` of them are looked up by meaning."""
        self._learn(catalogue)
        by_words = _ranks(self._likeness.scores(question), catalogue.tools)
        by_meaning = await self._rank_by_meaning(question, count, {tool.name for tool in catalogue.tools})
        scores = {
            tool.name: sum(
                1 / (RANK_OFFSET + ranks[tool.name]) for ranks in (by_words, by_meaning) if tool.name in ranks
            )
            for tool in catalogue.tools
        }
        return sorted(catalogue.tools, key=lambda tool: (-scores[tool.name], tool.name))

    async def remembered(self) -> None:
        """Return when the tools last seen can be found by meaning, or cannot be."""
        if self._remembering is not None:
            await asyncio.shield(self._remembering)

    async def close(self) -> None:
        """Stop remembering."""
        if self._remembering is not None:
            self._remembering.cancel()
            await asyncio.gather(self._remembering, return_exceptions=True)

    def _learn(self, catalogue: ToolCatalogue) -> None:
        if catalogue.digest == self._digest:
            return
        self._digest = catalogue.digest
        self._likeness = Likeness([[_describe(tool)] for tool in catalogue.tools])
        items = [Item(tool.name, _describe(tool), {"server": tool.server}) for tool in catalogue.tools]
        self._remembering = asyncio.create_task(self._remember(items, self._remembering))

    async def _remember(self, items: Sequence[Item], before: asyncio.Task[None] | None) -> None:
        if before is not None:
            before.cancel()
            await asyncio.gather(before, return_exceptions=True)
        try:
            await self._vectors.keep_only(Remembered.TOOLS, items)
        except VectorsUnavailable as error:
            log.warning("tools_not_remembered", reason=error.message)

    async def _rank_by_meaning(self, question: str, count: int, known: Collection[str]) -> dict[str, int]:
        if not self._vectors.readiness.is_ready:
            return {}
        try:
            found = await self._vectors.propose(Remembered.TOOLS, question, 2 * count)
        except VectorsUnavailable:
            return {}
        names = [proposal.id for proposal in found if proposal.id in known]
        return {name: rank for rank, name in enumerate(names)}


def _describe(tool: Tool) -> str:
    """What a tool is about, in words."""
    return f"{tool.name.replace('_', ' ')}. {tool.description[:600]}"


def _ranks(scores: Sequence[float], tools: Sequence[Tool]) -> dict[str, int]:
    """The place of each tool that has any likeness, from 0."""
    ranked = sorted(zip(scores, tools, strict=True), key=lambda pair: (-pair[0], pair[1].name))
    return {tool.name: rank for rank, (score, tool) in enumerate(ranked) if score > 0}
