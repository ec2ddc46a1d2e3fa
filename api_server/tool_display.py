"""How much of the tools a model is shown: all in full, or the most useful in full and a line for each."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from api_server.signatures import Stubs, index_line
from api_server.tool_search import ToolSearch
from api_server.vectors.index import VectorIndex
from prompts.library import Library
from schemas.tools import Tool, ToolCatalogue

FULL_TOOLS_MAX = 40
INDEX_CHARACTERS_MAX = 45_000
"""With it 1,000 tools have a line each, and cost less than twice what 50 do."""


@dataclass(frozen=True)
class ShownTools:
    """`stubs` and `index` depend on the catalogue alone, `relevant` on the question too."""

    stubs: str
    index: str = ""
    relevant: str = ""


@dataclass(frozen=True)
class _Stable:
    """What is the same for every question while the tools are."""

    core: tuple[str, ...]
    stubs: Stubs
    shown: ShownTools


class ToolDisplay:
    """Shows up to `FULL_TOOLS_MAX` tools in full; of more, those of recipes and those a question needs."""

    def __init__(self, library: Library, vectors: VectorIndex) -> None:
        self._of_recipes = frozenset(tool for recipe in library.recipes for tool in recipe.tools)
        self._search = ToolSearch(vectors)
        self._known: tuple[str, _Stable] | None = None

    async def rank(self, question: str, catalogue: ToolCatalogue) -> list[Tool]:
        """The tools by how they suit `question`, or none when all of them are shown anyway."""
        if len(catalogue.tools) <= FULL_TOOLS_MAX:
            return []
        return await self._search.rank(question, catalogue, FULL_TOOLS_MAX)

    async def show(
        self, catalogue: ToolCatalogue, ranked: Sequence[Tool], called: Collection[str]
    ) -> ShownTools:
        """Tools as `ranked` for a question; `called` are those of the examples shown with it."""
        stable = await self._stable(catalogue)
        order = sorted(ranked, key=lambda tool: tool.name not in called)
        relevant = [tool.name for tool in order if tool.name not in stable.core]
        kept = sorted(relevant[: FULL_TOOLS_MAX - len(stable.core)])
        return replace(stable.shown, relevant=stable.stubs.write(kept, after=stable.core))

    async def close(self) -> None:
        """Stop what goes on in the background."""
        await self._search.close()

    async def _stable(self, catalogue: ToolCatalogue) -> _Stable:
        if self._known is None or self._known[0] != catalogue.digest:
            stable = await asyncio.to_thread(self._make_stable, catalogue.tools)
            self._known = (catalogue.digest, stable)
        return self._known[1]

    def _make_stable(self, tools: Sequence[Tool]) -> _Stable:
        stubs = Stubs(tools)
        names = tuple(tool.name for tool in tools)
        if len(tools) <= FULL_TOOLS_MAX:
            return _Stable(names, stubs, ShownTools(stubs.write(names)))
        core = tuple(name for name in names if name in self._of_recipes)[: FULL_TOOLS_MAX // 2]
        return _Stable(core, stubs, ShownTools(stubs.write(core), write_index(tools)))


def write_index(tools: Sequence[Tool], characters_max: int = INDEX_CHARACTERS_MAX) -> str:
    """Every tool in a line by server: with its arguments and first words if all fit, or else less of each."""
    for detail in (2, 1, 0):
        index = _index_of(tools, detail)
        if len(index) <= characters_max:
            return index
    kept = index[:characters_max].rpartition("\n")[0]
    left_out = len(tools) - sum(line.startswith("  ") for line in kept.splitlines())
    return f"{kept}\n... and {left_out} more, which are shown with a question that needs them"


def _index_of(tools: Sequence[Tool], detail: int) -> str:
    by_server: dict[str, list[str]] = {}
    for tool in tools:
        by_server.setdefault(tool.server, []).append(f"  {index_line(tool, detail)}")
    return "\n".join(f"{server}:\n" + "\n".join(lines) for server, lines in sorted(by_server.items()))
