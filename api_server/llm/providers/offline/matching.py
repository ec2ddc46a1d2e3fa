"""From a question to its recipe and parameters, or to the sentence that says what is missing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from api_server.language.lexicon import load_lexicon
from api_server.language.reading import Reader, Reading
from api_server.llm.providers.offline.binding import Binding, Unbindable, bind
from api_server.llm.providers.offline.frames import FrameIndex, frame_of
from prompts.library import Library, Recipe

REASONS_MAX = 2
READINGS_MAX = 4096
WORDS_MAX = 3
WORD_LENGTH_MAX = 40


class NoMatch(Exception):
    """No recipe answers the question; the message says why, in one sentence for a person."""


@dataclass(frozen=True)
class Match:
    """The recipe that answers a question, and with which parameters."""

    recipe: Recipe
    binding: Binding


class Matcher:
    """Matches questions with the recipes of one library."""

    def __init__(self, library: Library) -> None:
        # The nearest question is looked for among all samples, which are read once.
        self._read = lru_cache(maxsize=READINGS_MAX)(Reader(load_lexicon()).read)
        self._index = FrameIndex(library.recipes, self.read)

    def read(self, question: str) -> Reading:
        """The parts of a question."""
        return self._read(question)

    def match(self, reading: Reading) -> Match:
        """The one recipe for this question. Raises `NoMatch`."""
        if not reading.is_understood:
            raise NoMatch(_not_understood(reading))
        recipe = self._index.find(frame_of(reading)) or self._index.find_screen(reading)
        if recipe is None:
            raise NoMatch(_no_recipe(reading, self._index.needs_symbol(frame_of(reading))))
        try:
            return Match(recipe, bind(reading, recipe))
        except Unbindable as unbindable:
            raise NoMatch(f"The recipe {recipe.name} has no parameter for {unbindable}.") from unbindable

    def answers(self, question: str, recipe: Recipe) -> bool:
        """Whether `question` would be answered by `recipe`."""
        try:
            return self.match(self.read(question)).recipe is recipe
        except NoMatch:
            return False

    def closest(self, reading: Reading, recipes: Collection[Recipe]) -> Recipe | None:
        """Of `recipes`, the one about most of the same things; None when none is about any."""
        return self._index.closest(frame_of(reading), recipes)


def _not_understood(reading: Reading) -> str:
    if reading.missing:
        phrases: dict[str, list[str]] = {}
        for capability, phrase in reading.missing:
            phrases.setdefault(capability.missing, []).append(phrase)
        reasons = [f"I have no {missing} ({_quoted(asked)})" for missing, asked in phrases.items()]
        return "; ".join(reasons[:REASONS_MAX]) + "."
    if reading.unknown and not reading.is_about_prices:
        words = _quoted(reading.unknown)
        return f"I answer questions about stocks, funds and crypto currencies, and do not understand {words}."
    if reading.unknown:
        return f"I do not understand {_quoted(reading.unknown)} in this question."
    return reading.problems[0]


def _no_recipe(reading: Reading, needs_symbol: bool) -> str:
    about = ", ".join(sorted(concept.replace("_", " ") for concept in reading.concepts))
    if not about:
        named = ", ".join(reading.symbols)
        return f"The question does not say what to find out{f' about {named}' if named else ''}."
    if needs_symbol and not reading.symbols and not reading.asks_all_stocks:
        return f"The question names no symbol to look at ({about}); write its ticker in capitals."
    named = ", ".join(reading.symbols) or ("all stocks" if reading.asks_all_stocks else "")
    return f"No recipe answers this combination: {about}{f', for {named}' if named else ''}."


def _quoted(words: Sequence[str]) -> str:
    shown = [repr(word[:WORD_LENGTH_MAX]) for word in dict.fromkeys(words)]
    return ", ".join(shown[:WORDS_MAX]) + (" and more" if len(shown) > WORDS_MAX else "")
