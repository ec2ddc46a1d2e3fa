"""The seam between whoever looks for similar texts and whatever keeps their vectors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

Fact = str | int | float | bool

OWNER = "user_id"
"""The fact that keeps people apart: a text that has it is proposed only where the same one is asked for."""


class Collection(StrEnum):
    """What is remembered, each apart from the others."""

    QUESTIONS = "questions"
    RECIPES = "recipes"
    TOOLS = "tools"


@dataclass(frozen=True)
class Item:
    """One text to be found again. The same `id` again replaces it."""

    id: str
    text: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True)
class Proposal:
    """One text that was found. `similarity` is the cosine of the two vectors, from -1 to 1."""

    id: str
    text: str
    facts: Mapping[str, Fact]
    similarity: float


@dataclass(frozen=True)
class Readiness:
    """Whether the index can be asked now; `detail` says why not."""

    state: str
    """`starting`, `ready` or `unavailable`."""
    detail: str = ""

    @property
    def is_ready(self) -> bool:
        """Whether a call will not wait for the start."""
        return self.state == "ready"


class VectorIndex(Protocol):
    """Remembers texts and proposes the nearest. Every call raises `VectorsUnavailable` when it cannot.

    Calls made while the index starts wait for it; who would rather do without asks `readiness` first.
    """

    @property
    def readiness(self) -> Readiness:
        """Where the index stands, at once."""
        ...

    async def remember(self, collection: Collection, items: Sequence[Item]) -> None:
        """Keep `items`, replacing those of the same id. Ids are unique within an owner."""
        ...

    async def keep_only(self, collection: Collection, items: Sequence[Item]) -> None:
        """Keep `items`, which have no owner, and drop every other text without one."""
        ...

    async def propose(
        self, collection: Collection, text: str, count: int, where: Mapping[str, Fact] | None = None
    ) -> list[Proposal]:
        """The `count` nearest texts with all the facts of `where`, best first.

        Texts that have an owner are proposed only when `where` holds that owner.
        """
        ...

    async def forget(self, collection: Collection, ids: Sequence[str], owner: str | None = None) -> None:
        """Drop the texts of these ids that belong to `owner`; unknown ones are no error."""
        ...

    async def close(self) -> None:
        """Let go of everything. Nothing can be asked afterwards."""
        ...
