"""A question cut into parts, each with what it does in the question."""

from dataclasses import dataclass
from enum import StrEnum


class PartKind(StrEnum):
    """What a part does. A `word` is one that nothing else accounts for."""

    SYMBOL = "symbol"
    UNIVERSE = "universe"
    TOPIC = "topic"
    PERIOD = "period"
    FREQUENCY = "frequency"
    NUMBER = "number"
    DIRECTION = "direction"
    OUTPUT = "output"
    FILLER = "filler"
    WORD = "word"


@dataclass(frozen=True)
class Part:
    """`value` is canonical, `words` are as written; `start` and `end` count characters of the plain text.

    `family` is the scale of a direction, the role of a number, the kind of a topic or of a symbol.
    """

    kind: PartKind
    value: str
    words: str
    start: int
    end: int
    family: str = ""


@dataclass(frozen=True)
class Cut:
    """A plain text and its parts in order; together they account for every word."""

    text: str
    parts: tuple[Part, ...]

    def of(self, *kinds: PartKind) -> tuple[Part, ...]:
        """The parts of these kinds."""
        return tuple(part for part in self.parts if part.kind in kinds)
