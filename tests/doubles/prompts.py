"""A prompt maker over a catalogue that does not change, with vectors or without."""

from dataclasses import dataclass

from api_server.errors import VectorsUnavailable
from api_server.prompting import PromptMaker
from api_server.vectors.index import Proposal, Readiness, VectorIndex
from prompts.library import load_library
from schemas.tools import ToolCatalogue


@dataclass
class FixedCatalog:
    """What the execution server would say; another value of `catalogue` is what it says next."""

    catalogue: ToolCatalogue

    async def current(self) -> ToolCatalogue:
        return self.catalogue


class NoVectors:
    """A `VectorIndex` that cannot work, as where its store is in use."""

    readiness = Readiness("unavailable", "for this test")

    async def remember(self, *_: object, **__: object) -> None:
        raise VectorsUnavailable("no vectors here")

    async def keep_only(self, *_: object, **__: object) -> None:
        raise VectorsUnavailable("no vectors here")

    async def propose(self, *_: object, **__: object) -> list[Proposal]:
        raise VectorsUnavailable("no vectors here")

    async def forget(self, *_: object, **__: object) -> None:
        raise VectorsUnavailable("no vectors here")

    async def close(self) -> None:
        """There is nothing to close."""


NO_VECTORS: VectorIndex = NoVectors()


def make_prompts(
    catalogue: ToolCatalogue, vectors: VectorIndex = NO_VECTORS, context_tokens_max: int = 8000
) -> PromptMaker:
    """A prompt maker with the recipes that ship."""
    return PromptMaker(FixedCatalog(catalogue), load_library(), vectors, context_tokens_max)
