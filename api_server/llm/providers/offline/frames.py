"""The frame of a question: what is asked, without the symbols, dates and numbers it is asked about.

The sample questions of a recipe teach its frames, and a question is answered by the recipe that has its
very frame. Nothing is answered for being similar.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from api_server.llm.providers.offline.reading import Reading
from prompts.library import Recipe


class AmbiguousSamples(Exception):
    """Sample questions of two recipes ask for the same thing."""


@dataclass(frozen=True)
class Frame:
    """Concepts, and the slots that are filled. A period is kept apart, because most recipes have one to assume."""

    concepts: frozenset[str]
    slots: frozenset[str]
    has_period: bool


def frame_of(reading: Reading) -> Frame:
    """The frame of an understood question."""
    several = len(reading.symbols) > 1
    cardinality = "several symbols" if several else "one symbol" if reading.symbols else "no symbol"
    is_day = bool(reading.period and reading.period.is_day)
    filled = {
        cardinality: True,
        "all stocks": reading.asks_all_stocks,
        "window": reading.window is not None,
        "risk-free rate": reading.risk_free is not None,
        "day": is_day,
        # Several symbols are always ranked, so there the direction is only a parameter.
        f"{reading.order} first": reading.order is not None and not several,
    }
    # To rank several symbols is to compare them.
    idle = {"compare"} if several and len(reading.concepts) > 1 else set()
    return Frame(
        concepts=reading.concepts - idle,
        slots=frozenset(slot for slot, is_filled in filled.items() if is_filled),
        has_period=reading.period is not None and not is_day,
    )


class FrameIndex:
    """The frames of every sample question of a library."""

    def __init__(self, recipes: Iterable[Recipe], read: Callable[[str], Reading]) -> None:
        self._recipes: dict[Frame, Recipe] = {}
        for recipe in recipes:
            for question in recipe.questions:
                frame = frame_of(read(question))
                other = self._recipes.setdefault(frame, recipe)
                if other is not recipe:
                    raise AmbiguousSamples(f"{question!r} asks {recipe.name} for what {other.name} answers")

    def find(self, frame: Frame) -> Recipe | None:
        """The recipe that answers `frame`; whether a period was named decides only between two recipes."""
        exact = self._recipes.get(frame)
        return exact or self._recipes.get(Frame(frame.concepts, frame.slots, not frame.has_period))

    def closest(self, frame: Frame) -> Recipe | None:
        """The recipe that shares most concepts, then slots, with `frame`; None when it shares no concept."""
        shared = {
            known: (
                len(known.concepts & frame.concepts),
                len(known.slots & frame.slots),
                -len(known.concepts),
            )
            for known in self._recipes
        }
        best = max(shared, key=lambda known: shared[known], default=None)
        return self._recipes[best] if best and shared[best][0] else None
