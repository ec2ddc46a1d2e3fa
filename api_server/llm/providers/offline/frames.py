"""The frame of a question: what is asked, without the symbols, dates and numbers it is asked about.

The sample questions of a recipe teach its frames, and a question is answered by the recipe that has its
very frame. Nothing is answered for being similar.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from api_server.language.reading import Reading
from prompts.library import Recipe

MANNERS = frozenset(["chart", "compare", "latest", "today", "when"])
"""Concepts that say how or as of when something is asked, not what."""


class BadSample(Exception):
    """A sample question of a recipe is not understood, or another recipe has one with the same frame."""


CRYPTO = "crypto"
"""The slot of pairs of crypto currencies; recipes that fetch both kinds of bars need no samples for them."""
CRYPTO_TOOL, STOCK_TOOL = "alpaca_market_crypto_bars", "alpaca_market_stocks_bars"


@dataclass(frozen=True)
class Frame:
    """Concepts and filled slots. A period is kept apart, because most recipes have one to assume."""

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
        "window pair": reading.window_pair is not None,
        "risk-free rate": reading.risk_free is not None,
        "confidence": reading.confidence is not None,
        "amount": reading.amount is not None,
        "weights": bool(reading.weights),
        CRYPTO: reading.is_about_crypto,
        "day": is_day,
        "ranked against others": reading.order is not None and several and reading.group_count > 1,
        # Several symbols are always ranked, so there the direction is only a parameter.
        "an extreme": reading.order is not None and cardinality == "one symbol",
        f"{reading.order} first": reading.order is not None and cardinality == "no symbol",
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
                reading = read(question)
                if not reading.is_understood:
                    raise BadSample(f"{recipe.name}: {question!r} has words that are not in vocabulary.toml")
                other = self._recipes.setdefault(frame_of(reading), recipe)
                if other is not recipe:
                    raise BadSample(f"{recipe.name}: {question!r} asks for what {other.name} answers")

    def find(self, frame: Frame) -> Recipe | None:
        """The recipe that answers `frame`; whether a period was named decides only between two recipes."""
        exact = self._recipes.get(frame)
        found = exact or self._recipes.get(Frame(frame.concepts, frame.slots, not frame.has_period))
        if found or CRYPTO not in frame.slots:
            return found
        found = self.find(Frame(frame.concepts, frame.slots - {CRYPTO}, frame.has_period))
        return found if found and {CRYPTO_TOOL, STOCK_TOOL} <= set(found.tools) else None

    def closest(self, frame: Frame, recipes: Collection[Recipe]) -> Recipe | None:
        """Of `recipes`, the one about most of the same; None when none shares a concept that is a subject."""
        shared = {
            known: (
                len(known.concepts & frame.concepts),
                len(known.slots & frame.slots),
                -len(known.concepts ^ frame.concepts),
                -len(known.slots ^ frame.slots),
            )
            for known, recipe in self._recipes.items()
            if recipe in recipes and (known.concepts & frame.concepts) - MANNERS
        }
        best = max(shared, key=lambda known: shared[known], default=None)
        return self._recipes[best] if best else None
